import { inParallel } from "../sync/in-parallel.ts";
import { type LastEdit, type Ref, refKey } from "../sync/ports.ts";
import type { OrgContext } from "./org-context.ts";
import { fullId } from "./record-id.ts";
import { epochMsOf, literal, queryIn, textOf } from "./soql.ts";

/**
 * When users last edited the records, and who. Salesforce keeps no history of a field unless an admin turns it
 * on, for 20 fields at most, so every property is given the record's own stamp: no earlier edit is
 * later than that. It leaves out automated changes, which SystemModstamp counts.
 */
export async function lastEdits(
  { org, users }: OrgContext,
  refs: readonly Ref[],
  properties: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, LastEdit>>>> {
  const groups = [...Map.groupBy(refs, ({ object }) => object)];
  const stamps = await inParallel(groups, async ([object, group]) => {
    const ids = group.flatMap(({ id }) => fullId(id) ?? []);
    const rows = await queryIn(org, ids.map(literal), (piece) => ({
      object,
      rows: "live",
      text: `SELECT Id, LastModifiedDate, LastModifiedById FROM ${object} WHERE Id IN (${piece.join(",")})`,
    }));
    return inParallel(rows, async (row) => {
      const editor = textOf(row, "LastModifiedById");
      // Accord's own user owns nothing, and has no name among owners.
      const by = (await users.ownerOf(editor)) ?? editor;
      const edit = { atMs: epochMsOf(row, "LastModifiedDate"), ...(by === null ? {} : { by }) };
      return [`${object}#${textOf(row, "Id")}`, edit] as const;
    });
  });
  const byRecord = new Map(stamps.flat());
  return new Map(
    refs.flatMap((ref) => {
      const stamp = byRecord.get(`${ref.object}#${fullId(ref.id)}`);
      if (stamp === undefined) return [];
      return [[refKey(ref), Object.fromEntries(properties.map((name) => [name, stamp]))] as const];
    }),
  );
}
