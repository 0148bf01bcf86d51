import { inParallel } from "../sync/in-parallel.ts";
import { type Ref, refKey } from "../sync/ports.ts";
import type { OrgContext } from "./org-context.ts";
import { fullId } from "./record-id.ts";
import { epochMsOf, literal, queryIn, textOf } from "./soql.ts";

/**
 * When users last edited the records. Salesforce keeps no history of a field unless an admin turns it
 * on, for 20 fields at most, so every property is given the record's own stamp: no earlier edit is
 * later than that. It leaves out automated changes, which SystemModstamp counts.
 */
export async function editTimes(
  { org }: OrgContext,
  refs: readonly Ref[],
  properties: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, number>>>> {
  const groups = [...Map.groupBy(refs, ({ object }) => object)];
  const stamps = await inParallel(groups, async ([object, group]) => {
    const ids = group.flatMap(({ id }) => fullId(id) ?? []);
    const rows = await queryIn(org, ids.map(literal), (piece) => ({
      object,
      rows: "live",
      text: `SELECT Id, LastModifiedDate FROM ${object} WHERE Id IN (${piece.join(",")})`,
    }));
    return rows.map(
      (row) => [`${object}#${textOf(row, "Id")}`, epochMsOf(row, "LastModifiedDate")] as const,
    );
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
