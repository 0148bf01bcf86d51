import type { MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { isRewording } from "../core/reconcile/rewording.ts";
import { flipsOf, type Sent } from "../core/reconcile/sent.ts";
import type { System } from "../core/reconcile/system.ts";
import { type DecisionInput, type FieldPlan, type Side, stateOf } from "./plan-field.ts";
import { sameValue } from "./read-fields.ts";
import type { Parked, Quiet } from "./record.ts";

/** Flips within an hour above which a field is unstable. Rule K6 of `../core/parking/SPEC.md`. */
const MOST_FLIPS = 6;
/** How long both sides have to hold their values until an unstable field goes on by itself. */
const SETTLE_MS = 3_600_000;

/**
 * What a side's value counts as: where it is only the form in which the system keeps the baseline, as
 * the baseline, so that it does not travel back (R7). A form is known from our own write, or seen at
 * the first look after it, where nobody but us has edited the record.
 */
export function asDecided(
  { record }: DecisionInput,
  field: MappedField,
  {
    system,
    side,
    value,
  }: { readonly system: System; readonly side: Side; readonly value: FieldValue },
): { readonly value: FieldValue; readonly form?: FieldValue } {
  const state = record.fields[field.name];
  // Most fields were never written, and are as they were.
  if (!state || (!state.sent && !state.forms) || side.is !== "seen") return { value };
  if (sameValue(field, value, state.baseline)) return { value };
  const { forms = {}, sent = [], baseline } = state;
  if (system in forms && forms[system] === value) return { value: baseline, form: value };
  const last = sent.findLast((one) => one.system === system);
  const isOurs = last !== undefined && sameValue(field, last.value, baseline);
  const isForm = isOurs && side.observation.editedByUs === true && isRewording(last.value, value);
  return isForm ? { value: baseline, form: value } : { value };
}

/** The plans of a fact that flips too often: nothing is written, and both sides are left. */
export function heldUnstable(
  input: DecisionInput,
  plans: readonly FieldPlan[],
  bySystem: Readonly<Record<System, readonly FieldValue[]>>,
): readonly FieldPlan[] | undefined {
  const [first] = plans;
  const isQuiet = input.record.parked.length === 0 && plans.every(({ write }) => !write);
  if (!first || isQuiet) return undefined;
  const nowMs = Date.parse(input.now);
  const before = input.record.parked.find(
    ({ field, cause }) => field === first.field.name && cause === "unstable",
  );
  const writes = plans.flatMap(({ field, write }) =>
    write ? [{ write, sent: input.record.fields[field.name]?.sent ?? [] }] : [],
  );
  const worst = writes.find(({ sent }) => flipsOf(sent, nowMs) > MOST_FLIPS);
  const quiet = quietSince(before?.quiet, bySystem, input.now);
  const goesOn = before && (before.due || nowMs - Date.parse(quiet.since) >= SETTLE_MS);
  if (goesOn || (!before && !worst)) return undefined;
  const system = before?.system ?? worst?.write.system ?? "salesforce";
  return plans.map(({ field }, index) => {
    const previous = input.record.fields[field.name];
    const value = previous?.value ?? bySystem.hubspot[index] ?? null;
    const baseline = previous?.baseline ?? null;
    const next = stateOf(input, field, { value, source: "both", baseline });
    if (index > 0) return { field, next };
    const reason = before?.message ?? historyOf(worst?.sent ?? []);
    const refusal = { refused: "unstable", reason };
    return { field, next, refused: { system, value, refusal, quiet } };
  });
}

/** The count starts anew once an unstable field goes on. */
export function isReleased({ record }: DecisionInput, [first]: readonly FieldPlan[]): boolean {
  return record.parked.some(
    ({ field, cause }) => field === first?.field.name && cause === "unstable",
  );
}

export function withoutCount({ next: { sent, ...next }, ...plan }: FieldPlan): FieldPlan {
  return { ...plan, next };
}

function quietSince(
  before: Quiet | undefined,
  { hubspot, salesforce }: Readonly<Record<System, readonly FieldValue[]>>,
  now: string,
): Quiet {
  const isSame = (one: readonly FieldValue[], other: readonly FieldValue[]) =>
    one.length === other.length && one.every((value, index) => value === other[index]);
  if (before && isSame(before.hubspot, hubspot) && isSame(before.salesforce, salesforce))
    return before;
  return { hubspot, salesforce, since: now };
}

function historyOf(sent: readonly Sent[]): string {
  const lines = sent.map(
    ({ system, value, atMs }) =>
      `${new Date(atMs).toISOString()} ${system} ${value === null ? "blank" : `'${value.slice(0, 60)}'`}`,
  );
  return `It flipped more than ${MOST_FLIPS} times within an hour: ${lines.join("; ")}`;
}

/** When an unstable field goes on by itself, in epoch milliseconds, if nobody changes it until then. */
export function settlesAtMs({ quiet }: Parked): number | undefined {
  return quiet && Date.parse(quiet.since) + SETTLE_MS;
}
