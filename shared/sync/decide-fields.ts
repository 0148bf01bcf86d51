import type { KindMapping, MappedField } from "../core/mapping/mapping.ts";
import {
  decideFact,
  type EditTimes,
  type Policy,
  type Rule,
  type Verdict,
} from "../core/reconcile/decide-fact.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { type LifecyclePlan, planLifecycle, type StatusField } from "./decide-lifecycle.ts";
import { type DecisionInput, type FieldPlan, planField, type Side, stateOf } from "./plan-field.ts";
import { type FieldReading, readField, sameValue } from "./read-fields.ts";
import type { AccordRecord, Conflict } from "./record.ts";
import { planRuling } from "./rulings.ts";
import { lastAgreed } from "./sending.ts";
import { asDecided, heldUnstable, isReleased, withoutCount } from "./steady.ts";

export interface FactPlan {
  readonly fields: readonly FieldPlan[];
  readonly conflict?: Conflict;
  /** Of the fact that a lifecycle decides. */
  readonly lifecycle?: LifecyclePlan;
  /** Both sides moved, and the policy asks who was later. */
  readonly asksTimes: boolean;
}

interface Witnessed {
  readonly field: MappedField;
  readonly hubspot: FieldReading;
  readonly salesforce: FieldReading;
}

/** Decides every field of a record, fact by fact. Pure: what is to be done, and not the doing. */
export function decideFields(input: DecisionInput): FactPlan[] {
  return factsOf(input.kind).flatMap((fields) => {
    const witnessed = fields.map((field) => witness(input, field));
    if (isLifecycle(input.kind, fields)) return planStages(input, witnessed);
    const alone = witnessed.filter(({ hubspot, salesforce }) => !bothSpeak(hubspot, salesforce));
    const together = witnessed.filter(({ hubspot, salesforce }) => bothSpeak(hubspot, salesforce));
    const plans = alone.map((one) => planAlone(input, one));
    return together.length > 0 ? [...plans, planTogether(input, together)] : plans;
  });
}

function isLifecycle({ lifecycle, stageField }: KindMapping, fields: readonly MappedField[]) {
  return lifecycle !== undefined && fields.some(({ name }) => name === stageField);
}

/** The stage by its machine; the status by its own rule, or by the side whose stage holds. */
function planStages(input: DecisionInput, witnessed: readonly Witnessed[]): FactPlan[] {
  const { stageField } = input.kind;
  return witnessed
    .filter(({ field }) => field.name === stageField)
    .map(({ field }) => {
      const status = witnessed.find((one) => one.field !== field);
      return planLifecycle(input, field, status && statusField(input, status));
    });
}

function statusField(input: DecisionInput, status: Witnessed): StatusField {
  const { field, hubspot, salesforce } = status;
  return {
    field,
    values: { hubspot: valueIn(hubspot), salesforce: valueIn(salesforce) },
    plan({ by, lost }) {
      if (!bothSpeak(hubspot, salesforce)) return planAlone(input, status);
      if (lost !== undefined) return planTogether(input, [status], putBackFrom(lost));
      return planTogether(input, [status], by === undefined || by === "both" ? {} : { policy: by });
    },
  };
}

/** The status of a side that loses its stage is part of what it loses. */
function putBackFrom(lost: System): Partial<Rule> {
  const way = lost === "hubspot" ? "to-hubspot" : "to-salesforce";
  return { direction: { way, farEdit: "put-back" } };
}

/** A mapping does not change while a function lives, so its facts are found once. */
const knownFacts = new WeakMap<KindMapping, MappedField[][]>();

function factsOf(kind: KindMapping): MappedField[][] {
  const known = knownFacts.get(kind) ?? groupIntoFacts(kind);
  knownFacts.set(kind, known);
  return known;
}

function groupIntoFacts({ fields, lifecycle, stageField }: KindMapping): MappedField[][] {
  const facts = new Map<string, MappedField[]>();
  for (const field of fields) {
    const isStatus = field.name === lifecycle?.statusField;
    const name = (isStatus ? stageField : field.fact) ?? field.name;
    facts.set(name, [...(facts.get(name) ?? []), field]);
  }
  return [...facts.values()];
}

function witness(input: DecisionInput, field: MappedField): Witnessed {
  return {
    field,
    hubspot: readSide(field, input.sides.hubspot),
    salesforce: readSide(field, input.sides.salesforce),
  };
}

function readSide(field: MappedField, side: Side): FieldReading {
  switch (side.is) {
    case "seen":
      return readField(field, side.observation);
    case "to-create":
      return side.object in field.places ? { kind: "value", value: null } : { kind: "absent" };
    case "none":
      return { kind: "absent" };
  }
}

function bothSpeak(hubspot: FieldReading, salesforce: FieldReading): boolean {
  return hubspot.kind === "value" && salesforce.kind === "value";
}

const UNDATED: EditTimes = { hubspot: undefined, salesforce: undefined, skewMs: 0 };

/** One side alone has the field, or one side's value makes no sense: nothing is written. */
function planAlone(input: DecisionInput, { field, hubspot, salesforce }: Witnessed): FactPlan {
  const previous = input.record.fields[field.name];
  const system: System = hubspot.kind === "value" ? "hubspot" : "salesforce";
  const reading = system === "hubspot" ? hubspot : salesforce;
  const bad = hubspot.kind === "unreadable" ? hubspot : salesforce;
  const baseline = previous?.baseline ?? null;
  const value = reading.kind === "value" ? reading.value : (previous?.value ?? null);
  const next = stateOf(input, field, { value, source: system, baseline });
  const refused =
    bad.kind === "unreadable"
      ? {
          system: bad === hubspot ? ("hubspot" as const) : ("salesforce" as const),
          value: null,
          refusal: bad.refusal,
        }
      : undefined;
  return { fields: [{ field, next, ...(refused ? { refused } : {}) }], asksTimes: false };
}

/** @param over - Where the fact is not decided by its own rule alone. */
function planTogether(
  input: DecisionInput,
  together: readonly Witnessed[],
  over: Partial<Rule> = {},
): FactPlan {
  const fields = together.map(({ field }) => field);
  const read = together.map((one) => decidedOn(input, one));
  const hubspot = read.map((one) => one.hubspot.value);
  const salesforce = read.map((one) => one.salesforce.value);
  const baseline = fields.map((field, index) =>
    lastAgreed(input.record, field, {
      hubspot: hubspot[index] ?? null,
      salesforce: salesforce[index] ?? null,
    }),
  );
  const ruled = planRuling(input, fields, { hubspot, salesforce });
  if (ruled) return { ...ruled, asksTimes: false };
  const rule = { ...ruleOf(input, fields), ...over };
  const witnesses = { baseline, hubspot, salesforce };
  const undated = decideFact(witnesses, rule, UNDATED);
  const isByTime =
    rule.policy === "latest" && undated.kind === "overruled" && undated.because === "policy";
  const asksTimes = isByTime || (undated.kind === "open" && isNewQuestion(input, fields, undated));
  const verdict = isByTime
    ? decideFact(witnesses, rule, input.times(propertiesOf(input, fields)))
    : undated;
  const bySystem = { hubspot, salesforce };
  const decided = fields.map((field, index) =>
    withForms(planField(input, field, index, verdict, bySystem), read[index]),
  );
  const held = heldUnstable(input, decided, bySystem);
  if (held) return { fields: held, asksTimes: false };
  const plans = isReleased(input, decided) ? decided.map(withoutCount) : decided;
  const conflict = conflictOf(input, fields, verdict);
  return { fields: plans, asksTimes, ...(conflict ? { conflict } : {}) };
}

/** The values to decide on, and the forms in which the systems keep them. */
function decidedOn(input: DecisionInput, { field, ...readings }: Witnessed) {
  const on = (system: System) => {
    const value = valueIn(readings[system]);
    return asDecided(input, field, { system, side: input.sides[system], value });
  };
  return { hubspot: on("hubspot"), salesforce: on("salesforce") };
}

/** Remembers the forms that are still shown; a write replaces that of its system. */
function withForms(plan: FieldPlan, read: ReturnType<typeof decidedOn> | undefined): FieldPlan {
  const isShown = read?.hubspot.form !== undefined || read?.salesforce.form !== undefined;
  if (!isShown && !plan.next.forms) return plan;
  const forms = Object.fromEntries(
    SYSTEMS.flatMap((system) => {
      const form = read?.[system].form;
      return form === undefined ? [] : [[system, form] as const];
    }),
  );
  const { forms: _before, ...next } = plan.next;
  return { ...plan, next: Object.keys(forms).length > 0 ? { ...next, forms } : next };
}

function valueIn(reading: FieldReading): FieldValue {
  return reading.kind === "value" ? reading.value : null;
}

/** A fact's rule is its first field's; the mapping's check sees to it that its fields agree. */
function ruleOf({ kind, record }: DecisionInput, fields: readonly MappedField[]): Rule {
  const [first] = fields;
  if (!first) throw new Error("a fact has at least one field");
  const stage = kind.stageField ? record.fields[kind.stageField]?.value : null;
  const policy: Policy = first.policyByStage?.[stage ?? ""] ?? first.policy;
  return {
    direction: first.direction,
    policy,
    tieBreaker: first.tieBreaker,
    finer: first.finer,
    same: (index, one, other) => sameValue(fields[index] ?? first, one, other),
  };
}

function propertiesOf({ sides }: DecisionInput, fields: readonly MappedField[]) {
  const on = (side: Side) =>
    side.is === "seen"
      ? fields.flatMap(({ places }) => [...(places[side.observation.ref.object]?.properties ?? [])])
      : [];
  return { hubspot: on(sides.hubspot), salesforce: on(sides.salesforce) };
}

/** Whether nobody has asked yet who gave these two values, and when. */
function isNewQuestion(
  { record }: DecisionInput,
  mapped: readonly MappedField[],
  { hubspot, salesforce }: Extract<Verdict, { kind: "open" }>,
): boolean {
  const known = openQuestion(record, mapped);
  const text = (one: Pick<Conflict, "hubspot" | "salesforce">) =>
    JSON.stringify([one.hubspot, one.salesforce]);
  return !known || text(known) !== text({ hubspot, salesforce });
}

function openQuestion({ conflicts }: AccordRecord, mapped: readonly MappedField[]) {
  const fields = mapped.map(({ name }) => name).join();
  return conflicts.find((one) => one.winner === undefined && one.fields.join() === fields);
}

function conflictOf(
  input: DecisionInput,
  mapped: readonly MappedField[],
  verdict: Verdict,
): Conflict | undefined {
  const { record, now } = input;
  const fields = mapped.map(({ name }) => name);
  if (verdict.kind === "open") {
    const before = openQuestion(record, mapped);
    const { hubspot, salesforce } = verdict;
    const edited = isNewQuestion(input, mapped, verdict)
      ? input.edited?.(propertiesOf(input, mapped))
      : before?.edited;
    const question = { fields, hubspot, salesforce, because: "ask", at: before?.at ?? now };
    return edited ? { ...question, edited } : question;
  }
  if (verdict.kind !== "overruled") return undefined;
  const { winner, value, lost, because } = verdict;
  const sides =
    winner === "hubspot"
      ? { hubspot: value, salesforce: lost }
      : { hubspot: lost, salesforce: value };
  return { fields, ...sides, winner, because, at: now };
}
