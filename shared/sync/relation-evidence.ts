import { type Hint, type Ref, refKey, type SeenRelation } from "./ports.ts";
import type { AccordRecord } from "./record.ts";
import { relationTo } from "./relation-ends.ts";

type Holders = ReadonlyMap<string, string>;

/** The records that a hint names as relations of its own. */
export function relatedRefs({ ref: { system }, relations = [], related = {} }: Hint): Ref[] {
  const all = Object.entries(related).flatMap(([object, ids]) =>
    ids.map((id) => ({ system, object, id })),
  );
  return [...all, ...relations.map(({ object, id }) => ({ system, object, id }))];
}

/**
 * Whether what a hint tells of relations is what the record says both sides agreed on.
 *
 * @param holders - Our ids of the records that the hint names, by `refKey`.
 */
export function agreesOnRelations(record: AccordRecord, hint: Hint, holders: Holders): boolean {
  const { ref, relations = [], related = {} } = hint;
  return (
    relations.every((seen) => agreesOnOne(record, ref, seen, holders)) &&
    Object.entries(related).every(([object, ids]) =>
      agreesOnAll(
        record,
        ids.map((id) => ({ system: ref.system, object, id })),
        { object, holders },
      ),
    )
  );
}

function agreesOnOne(
  record: AccordRecord,
  { system }: Ref,
  { object, id, present, primary }: SeenRelation,
  holders: Holders,
): boolean {
  const member = holders.get(refKey({ system, object, id }));
  if (member === undefined) return false;
  if (primary !== undefined && (record.primaryPerson === member) !== primary) return false;
  return [...record.persons, ...record.companies].includes(member) === present;
}

/** The same set. Who is known to wait for a place on the other side is no news either. */
function agreesOnAll(
  record: AccordRecord,
  seen: readonly Ref[],
  { object, holders }: { readonly object: string; readonly holders: Holders },
): boolean {
  const isWaiting = (ref: Ref) =>
    record.waiting.some((text) => text.startsWith(`${waitText(ref)} `));
  const settled = seen.filter((ref) => !isWaiting(ref));
  const members = new Set(settled.map((ref) => holders.get(refKey(ref)) ?? ""));
  const known = relationTo(object) === "person" ? record.persons : record.companies;
  return members.size === known.length && known.every((member) => members.has(member));
}

/** How a record's `waiting` begins with whom it waits for. */
export function waitText({ system, object, id }: Ref): string {
  return `${system} ${object} ${id}`;
}
