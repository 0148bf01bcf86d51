import { textOrNull } from "../core/codec/codec.ts";
import { stageOf } from "../core/lifecycle/machine.ts";
import type { KindMapping, MappedObject } from "../core/mapping/mapping.ts";
import { otherSystem } from "../core/reconcile/system.ts";
import { desiredStage } from "./lifecycle-sides.ts";
import { tellsOfLostEdit } from "./overwritten.ts";
import { type Hint, tellsNothing } from "./ports.ts";
import { readField, sameValue } from "./read-fields.ts";
import { type AccordRecord, activeLink } from "./record.ts";
import { agreesOnRelations } from "./relation-evidence.ts";
import { agreesOnTouches } from "./touches.ts";

/**
 * Whether what the hint's sender saw is what the record says both sides agreed on.
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
  const { evidence = {}, ref } = hint;
  if (hint.because !== undefined || record.lease || record.status === "ambiguous") return false;
  // What was only proposed is known here, and nowhere else.
  if (record.proposed.length > 0) return false;
  if (tellsOfLostEdit(kind, record, hint)) return false;
  if (tellsNothing(hint)) return false;
  const link = activeLink(record, ref.system);
  if (link?.id !== ref.id || link.object !== ref.object) return false;
  const mapped = kind.objects.find(({ object }) => object === ref.object);
  if (mapped && mayFindPartner(mapped, record, evidence)) return false;
  const told = mapped && evidence[mapped.idProperty];
  if (told !== undefined && told !== record.id) return false;
  return (
    agreesWithFields(kind, record, { ref, evidence }) &&
    agreesOnTouches(kind, record, { ref, properties: evidence }) &&
    agreesOnRelations(record, hint, holders)
  );
}

/** Whether a record that stands alone was seen with another name by which its partner may be found. */
function mayFindPartner(
  { system, alsoKnownBy = "", partnerIdIn = "" }: MappedObject,
  record: AccordRecord,
  evidence: NonNullable<Hint["evidence"]>,
): boolean {
  const isNamed = [alsoKnownBy, partnerIdIn].some((name) => textOrNull(evidence[name]) !== null);
  return isNamed && !activeLink(record, otherSystem(system));
}

function agreesWithFields(
  kind: KindMapping,
  record: AccordRecord,
  { ref, evidence }: Required<Pick<Hint, "ref" | "evidence">>,
): boolean {
  const seen = { ref, properties: evidence };
  return kind.fields.every((field) => {
    if (kind.lifecycle && field.name === kind.stageField)
      return agreesWithStage(kind, record, { ref, evidence });
    const properties = field.places[ref.object]?.properties ?? [];
    const told = properties.filter((property) => property in evidence);
    if (told.length === 0) return true;
    if (told.length < properties.length) return false;
    const reading = readField(field, seen);
    const state = record.fields[field.name];
    if (reading.kind !== "value" || !state) return false;
    const isForm = state.forms?.[ref.system] === reading.value;
    return (
      (isForm || sameValue(field, reading.value, state.value)) && isSettled(record, field.name)
    );
  });
}

/** Webhooks tell one property of a stage at a time: the rest is as it was last said. */
function agreesWithStage(
  kind: KindMapping,
  record: AccordRecord,
  { ref, evidence }: Required<Pick<Hint, "ref" | "evidence">>,
): boolean {
  const words = kind.lifecycle?.machine.objects[ref.object];
  const told = words?.properties.map(({ name }) => name).filter((name) => name in evidence) ?? [];
  if (!words || told.length === 0) return true;
  const said = record.lifecycle?.said[ref.system];
  if (said?.object !== ref.object || !isSettled(record, kind.stageField ?? "")) return false;
  const isAsSaid = told.every((name) => textOrNull(evidence[name]) === (said.values[name] ?? null));
  return isAsSaid && stageOf(words, said.values) === desiredStage(kind, record);
}

function isSettled(record: AccordRecord, field: string): boolean {
  return (
    !record.parked.some((parked) => parked.field === field) &&
    !record.conflicts.some(({ fields, winner }) => winner === undefined && fields.includes(field))
  );
}
