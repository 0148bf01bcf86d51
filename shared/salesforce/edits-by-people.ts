import { inParallel } from "../sync/in-parallel.ts";
import { type PersonsEdit, type Ref, refKey } from "../sync/ports.ts";
import type { OrgContext } from "./org-context.ts";
import { fullId } from "./record-id.ts";
import { literal, queryIn, textOf } from "./soql.ts";

/** Salesforce tells who edited a record last, and of which of its fields only where an admin turns that on. */
const EDITOR = "LastModifiedById";

/**
 * Records of ours that somebody else edited last. What was edited before a later write of ours is not told: the
 * system keeps one editor.
 */
export async function editsByPeople(
  { org, users }: Pick<OrgContext, "org" | "users">,
  refs: readonly Ref[],
): Promise<ReadonlyMap<string, readonly PersonsEdit[]>> {
  const us = fullId(await org.userId());
  const groups = [...Map.groupBy(refs, ({ object }) => object)];
  const found = await inParallel(groups, async ([object, group]) => {
    const ids = group.flatMap(({ id }) => fullId(id) ?? []);
    const rows = await queryIn(org, ids.map(literal), (piece) => ({
      object,
      rows: "live",
      text: `SELECT Id, ${EDITOR} FROM ${object} WHERE Id IN (${piece.join(",")})`,
    }));
    const foreign = rows.filter((row) => fullId(textOf(row, EDITOR) ?? "") !== us);
    return inParallel(foreign, async (row) => {
      const editor = textOf(row, EDITOR);
      const value = (await users.ownerOf(editor)) ?? editor;
      return [`${object}#${textOf(row, "Id")}`, [{ property: EDITOR, value }]] as const;
    });
  });
  const byId = new Map<string, readonly PersonsEdit[]>(found.flat());
  return new Map(
    refs.map((ref) => [refKey(ref), byId.get(`${ref.object}#${fullId(ref.id)}`) ?? []]),
  );
}
