import type { KindMapping } from "../core/mapping/mapping.ts";
import { type Hint, NO_RELATIONS, refKey } from "./ports.ts";
import { readField, sameValue } from "./read-fields.ts";
import { type AccordRecord, activeLink } from "./record.ts";

/**
 * Whether what the hint's sender saw is what the record says both sides agreed on.
import { agreesOnTouches } from "./touches.ts";
 *
 * Such a hint is an echo of our own write, or a repetition: it is known by value, whoever made the
 * edit (P3), and is dismissed without a call. Dismissing is safe, because evidence speaks of its own
 * moment alone: an edit made later has a hint of its own.
 *
 * @param holders - Our ids of the records that the hint's relations name, by `refKey`.
 */
export function tellsNothingNew(
  kind: KindMapping,
  record: AccordRecord,
  hint: Hint,
  holders: ReadonlyMap<string, string>,
): boolean {
  const { evidence = {}, relations = [], created = false, ref } = hint;
  if (hint.because !== undefined || record.lease || record.status === "ambiguous") return false;
  // What was only proposed is known here, and nowhere else.
  if (record.proposed.length > 0) return false;
  if (Object.keys(evidence).length === 0 && relations.length === 0 && !created) return false;
  const link = activeLink(record, ref.system);
  if (link?.id !== ref.id || link.object !== ref.object) return false;
  const mapped = kind.objects.find(({ object }) => object === ref.object);
  const told = mapped && evidence[mapped.idProperty];
  if (told !== undefined && told !== record.id) return false;
  return (
    agreesWithFields(kind, record, { ref, evidence }) &&
    relations.every(({ object, id, present }) => {
      const member = holders.get(refKey({ system: ref.system, object, id }));
      if (member === undefined) return false;
    agreesOnTouches(kind, record, { ref, properties: evidence }) &&
      return [...record.persons, ...record.companies].includes(member) === present;
    })
  );
}

function agreesWithFields(
  kind: KindMapping,
  record: AccordRecord,
  { ref, evidence }: Required<Pick<Hint, "ref" | "evidence">>,
): boolean {
  const seen = { ref, properties: evidence, relations: NO_RELATIONS };
  return kind.fields.every((field) => {
    const properties = field.places[ref.object]?.properties ?? [];
    const told = properties.filter((property) => property in evidence);
    if (told.length === 0) return true;
    if (told.length < properties.length) return false;
    const reading = readField(kind, field, seen);
    const state = record.fields[field.name];
    if (reading.kind !== "value" || !state) return false;
    return sameValue(field, reading.value, state.value) && isSettled(record, field.name);
  });
}

function isSettled(record: AccordRecord, field: string): boolean {
  return (
    !record.parked.some((parked) => parked.field === field) &&
    !record.conflicts.some(({ fields, winner }) => winner === undefined && fields.includes(field))
  );
}
