import type { KindMapping, MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { Observation } from "../sync/ports.ts";
import { type FieldReading, readField, sameValue } from "../sync/read-fields.ts";
import type { AccordRecord, Parked } from "../sync/record.ts";

/**
 * Where a difference is known to stand: it was refused (`parked`), waits for a person (`in-conflict`), was
 * decided and is on its way (`ruled`), flips (`unstable`), is left alone by a one-way field (`left`), is a
 * stage that each side says in its own words (`stage-words`), is a relation to somebody who has no place on
 * the other side (`waiting`), or was made a moment ago (`not-yet-due`).
 */
export const PLACES = [
  "parked",
  "in-conflict",
  "ruled",
  "unstable",
  "left",
  "stage-words",
  "waiting",
  "not-yet-due",
] as const;

export type Place = (typeof PLACES)[number];

/** What became of one field that both sides have. */
export type FieldOutcome = { readonly field: string } & (
  | { readonly is: "equal" }
  | { readonly is: "explained"; readonly place: Place }
  | {
      readonly is: "different";
      readonly unreadable: boolean;
      readonly values: Readonly<Record<System, FieldValue>>;
    }
);

type Known = Pick<AccordRecord, "fields" | "parked" | "conflicts" | "rulings" | "lifecycle">;
type Both = Readonly<Record<System, Observation>>;

/**
 * Compares two CRM records of one record of ours, field by field, by the values that their codecs read.
 * Asks nothing of the decision about them: what is to be proved is that it was made and carried out.
 */
export function compareFields(kind: KindMapping, record: Known, both: Both): FieldOutcome[] {
  return kind.fields.flatMap((field): FieldOutcome[] => {
    const readings = {
      hubspot: readField(field, both.hubspot),
      salesforce: readField(field, both.salesforce),
    };
    const { hubspot, salesforce } = readings;
    if (hubspot.kind === "absent" || salesforce.kind === "absent") return [];
    const values = { hubspot: valueIn(hubspot), salesforce: valueIn(salesforce) };
    const unreadable = SYSTEMS.find((system) => readings[system].kind === "unreadable");
    if (unreadable === undefined && isSame(field, record, values))
      return [{ field: field.name, is: "equal" }];
    const place = placeOf(kind, record, { field, values, both, unreadable });
    return place
      ? [{ field: field.name, is: "explained", place }]
      : [{ field: field.name, is: "different", unreadable: unreadable !== undefined, values }];
  });
}

function valueIn(reading: FieldReading): FieldValue {
  return reading.kind === "value" ? reading.value : null;
}

type Values = Readonly<Record<System, FieldValue>>;

/** Equal, or one of the two is the form in which its system keeps what both agreed on (R7). */
function isSame(field: MappedField, { fields }: Known, values: Values): boolean {
  if (sameValue(field, values.hubspot, values.salesforce)) return true;
  const state = fields[field.name];
  if (!state?.forms) return false;
  return SYSTEMS.every((system) => {
    const isForm = state.forms?.[system] !== undefined && state.forms[system] === values[system];
    return isForm || sameValue(field, values[system], state.baseline);
  });
}

interface Difference {
  readonly field: MappedField;
  readonly values: Values;
  readonly both: Both;
  readonly unreadable: System | undefined;
}

function placeOf(kind: KindMapping, record: Known, difference: Difference): Place | undefined {
  const { field, values, unreadable } = difference;
  const parked = record.parked.filter((one) => one.field === field.name);
  if (parked.some(({ cause }) => cause === "unstable")) return "unstable";
  if (parked.some((one) => holds(field, one, { values, unreadable }))) return "parked";
  if (isAsked(record, field, values)) return "in-conflict";
  if ((record.rulings ?? []).some((ruling) => field.name in ruling.values)) return "ruled";
  if (isLeft(record, field, values)) return "left";
  return isInOwnWords(kind, record, difference) ? "stage-words" : undefined;
}

/** What is parked is what the near side says; another value was never tried. */
function holds(
  field: MappedField,
  { system, value }: Parked,
  { values, unreadable }: Pick<Difference, "values" | "unreadable">,
): boolean {
  return unreadable === undefined
    ? sameValue(field, value, values[otherSystem(system)])
    : system === unreadable;
}

/** An open question holds both values, as they are. */
function isAsked({ conflicts }: Known, field: MappedField, values: Values): boolean {
  return conflicts.some((conflict) => {
    const index = conflict.fields.indexOf(field.name);
    if (conflict.winner !== undefined || index < 0) return false;
    return SYSTEMS.every((system) =>
      sameValue(field, conflict[system][index] ?? null, values[system]),
    );
  });
}

/** The far side of a one-way field has an edit of its own, and may keep it. */
function isLeft({ fields }: Known, field: MappedField, values: Values): boolean {
  const { direction } = field;
  if (direction.way === "both" || direction.farEdit !== "leave") return false;
  const near = direction.way === "to-salesforce" ? "hubspot" : "salesforce";
  return sameValue(field, values[near], fields[field.name]?.baseline ?? null);
}

/** Both sides say of the stage, and of the status that tells more of it, what they said when it was settled. */
function isInOwnWords(kind: KindMapping, record: Known, { field, both }: Difference): boolean {
  if (!kind.lifecycle) return false;
  const isOfStage = [kind.stageField, kind.lifecycle.statusField].includes(field.name);
  return isOfStage && SYSTEMS.every((system) => saysAsBefore(kind, record, both[system]));
}

function saysAsBefore(kind: KindMapping, { lifecycle }: Known, seen: Observation): boolean {
  const words = kind.lifecycle?.machine.objects[seen.ref.object];
  const said = lifecycle?.said[seen.ref.system];
  if (!words || said?.object !== seen.ref.object) return false;
  return words.properties.every(
    ({ name }) => (seen.properties[name] || null) === (said.values[name] ?? null),
  );
}
