import type { MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import { type DecisionInput, type FieldPlan, planWrite, stateOf, writesOf } from "./plan-field.ts";
import { sameValue } from "./read-fields.ts";
import type { AccordRecord, Conflict, FieldState, Ruling } from "./record.ts";
import type { Written } from "./written.ts";

type BySystem = Readonly<Record<System, readonly FieldValue[]>>;

/** What a person decided of a fact: both sides get the value that they do not hold. Rule R9. */
export function planRuling(
  input: DecisionInput,
  fields: readonly MappedField[],
  bySystem: BySystem,
): { readonly fields: readonly FieldPlan[]; readonly conflict?: Conflict } | undefined {
  if (!input.record.rulings) return undefined;
  const ruling = rulingOn(input.record, fields);
  const [first] = fields;
  if (!ruling || !first) return undefined;
  const plans = fields.map((field, index) => {
    const sides = {
      hubspot: at(bySystem.hubspot, index),
      salesforce: at(bySystem.salesforce, index),
    };
    const ruled = ruling.values[field.name];
    const value = ruled === undefined ? sides[field.finer] : ruled;
    const targets = SYSTEMS.filter((system) => !sameValue(field, sides[system], value));
    const [write, also] = targets.flatMap((system) => {
      const planned = planWrite(input, field, system, { value, over: sides[system] });
      return planned.write ? [planned.write] : [];
    });
    const next = stateOf(input, field, { value, source: "both", baseline: value });
    return { field, next, ...(write ? { write } : {}), ...(also ? { also } : {}), ruled: sides };
  });
  const differs = plans.some(
    ({ field, ruled }) => !sameValue(field, ruled.hubspot, ruled.salesforce),
  );
  if (!differs && plans.every((plan) => writesOf(plan).length === 0)) return { fields: plans };
  const holds = (system: System) =>
    plans.every(({ field, next, ruled }) => sameValue(field, ruled[system], next.value));
  const conflict: Conflict = {
    fields: fields.map(({ name }) => name),
    ...bySystem,
    winner: SYSTEMS.find(holds) ?? first.finer,
    because: `${ruling.because} by ${ruling.by}`,
    at: input.now,
  };
  return { fields: plans, conflict };
}

function at(values: readonly FieldValue[], index: number): FieldValue {
  return values[index] ?? null;
}

/** What a person decided last of one of these fields. */
export function rulingOn(
  { rulings = [] }: AccordRecord,
  fields: readonly MappedField[],
): Ruling | undefined {
  return rulings.findLast(({ values }) => fields.some(({ name }) => name in values));
}

/**
 * A field's state once a ruling was written. Where one side alone took the value, that side has moved,
 * and the other is where it was: the rest is like any other edit, parked or tried again.
 */
export function settleRuled(
  { next, ruled }: FieldPlan,
  { open, before }: { readonly open: readonly System[]; readonly before: FieldState | undefined },
): FieldState {
  const [late, ...more] = open;
  if (!ruled || late === undefined) return next;
  if (more.length > 0) return before ?? { ...next, baseline: null };
  return { ...next, source: otherSystem(late), baseline: ruled[late] };
}

/** Rulings that nobody has taken yet. */
export function openRulings(
  record: AccordRecord,
  plans: readonly FieldPlan[],
  written: readonly Written[],
): readonly Ruling[] {
  return (record.rulings ?? []).filter(({ values }) =>
    Object.keys(values).some((name) => {
      const plan = plans.find(({ field }) => field.name === name);
      return !plan?.ruled || openOf(plan, written).length > 1;
    }),
  );
}

/** The systems that a plan writes to and that have not taken it. */
export function openOf(plan: FieldPlan, written: readonly Written[]): System[] {
  return writesOf(plan)
    .filter(({ system, properties }) => {
      const done = written.find((one) => one.system === system)?.result;
      const isRefused = done?.refused.some(({ property }) => property in properties) ?? true;
      return isRefused || done?.failed !== undefined;
    })
    .map(({ system }) => system);
}
