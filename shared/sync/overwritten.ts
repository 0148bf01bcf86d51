import { isRefusal } from "../core/codec/codec.ts";
import type { KindMapping, MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { overwriterOf, type Sent } from "../core/reconcile/sent.ts";
import { otherSystem, type System } from "../core/reconcile/system.ts";
import type { Hint } from "./ports.ts";
import { readField, sameValue } from "./read-fields.ts";
import type { AccordRecord, Conflict } from "./record.ts";
import type { HistoryEvent } from "./record-store.ts";
import type { Subject } from "./subject.ts";

/** Why an edit lost that nobody had seen when it was written over. Rule R8. */
const IN_THE_GAP = "written over in the gap";

interface LostEdit {
  readonly field: MappedField;
  readonly system: System;
  readonly value: FieldValue;
  readonly atMs: number;
  readonly by: Sent;
}

/** Whether the hint tells of an edit that a write of ours went over, if its system holds what we know. */
export function tellsOfLostEdit(kind: KindMapping, record: AccordRecord, hint: Hint): boolean {
  return (
    (hint.sightings ?? []).length > 0 && lostBy(kind, record, hint, knownNow(record)).length > 0
  );
}

const knownNow =
  ({ fields }: AccordRecord) =>
  ({ name }: MappedField): FieldValue | undefined =>
    fields[name]?.value;

/** Keeps edits that were lost in the gap as conflicts, so that they are seen and can be restored. */
export function keepLostEdits(
  kind: KindMapping,
  record: AccordRecord,
  { before, seen, hints }: Pick<Subject, "before" | "seen" | "hints">,
): { readonly record: AccordRecord; readonly events: readonly HistoryEvent[] } {
  const lost = hints.flatMap((hint) => {
    const observation = seen[hint.ref.system];
    if (!observation || observation.ref.id !== hint.ref.id) return [];
    return lostBy(kind, before, hint, (field) => {
      const reading = readField(field, observation);
      return reading.kind === "value" ? reading.value : undefined;
    });
  });
  let next = record;
  const events: HistoryEvent[] = [];
  for (const one of lost.sort((left, right) => left.atMs - right.atMs)) {
    const conflicts = withConflict(next.conflicts, one);
    if (conflicts === next.conflicts) continue;
    next = { ...next, conflicts };
    const { field, system, value, by } = one;
    events.push({ what: IN_THE_GAP, field: field.name, from: value, to: by.value, system });
  }
  return { record: next, events };
}

function lostBy(
  kind: KindMapping,
  record: AccordRecord,
  { ref, sightings = [] }: Hint,
  valueNow: (field: MappedField) => FieldValue | undefined,
): LostEdit[] {
  return kind.fields.flatMap((field) => {
    const place = field.places[ref.object];
    const [property, ...more] = place?.properties ?? [];
    const sent = (record.fields[field.name]?.sent ?? []).filter((one) => one.system === ref.system);
    // Part of a value that lies in several properties is no value.
    if (!place || property === undefined || more.length > 0 || sent.length === 0) return [];
    const now = valueNow(field);
    if (now === undefined) return [];
    const same = (one: FieldValue, other: FieldValue) => sameValue(field, one, other);
    return sightings
      .filter((one) => one.property === property)
      .flatMap(({ raw, atMs }): LostEdit[] => {
        const value = place.codec.read([raw]);
        if (isRefusal(value)) return [];
        const by = overwriterOf({ value, atMs }, { sent, now, same });
        return by ? [{ field, system: ref.system, value, atMs, by }] : [];
      });
  });
}

/** Of several edits that one write went over, the last is the one that would stand. */
function withConflict(conflicts: readonly Conflict[], lost: LostEdit): readonly Conflict[] {
  const { field, system, value, atMs, by } = lost;
  const winner = otherSystem(system);
  const fresh: Conflict = {
    fields: [field.name],
    hubspot: [system === "hubspot" ? value : by.value],
    salesforce: [system === "salesforce" ? value : by.value],
    winner,
    because: IN_THE_GAP,
    at: new Date(atMs).toISOString(),
  };
  const rival = conflicts.find(
    (one) =>
      one.because === IN_THE_GAP &&
      one.fields.join() === field.name &&
      one.winner === winner &&
      one[winner][0] === by.value &&
      Date.parse(one.at) > by.basedOnMs,
  );
  if (!rival) return [...conflicts, fresh];
  if (Date.parse(rival.at) >= atMs) return conflicts;
  return [...conflicts.filter((one) => one !== rival), fresh];
}
