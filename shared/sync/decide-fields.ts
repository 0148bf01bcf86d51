import type { KindMapping, MappedField } from "../core/mapping/mapping.ts";
import {
  decideFact,
  type EditTimes,
  type Policy,
  type Rule,
  type Verdict,
} from "../core/reconcile/decide-fact.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { otherSystem, type System } from "../core/reconcile/system.ts";
import { type DecisionInput, type FieldPlan, planField, type Side, stateOf } from "./plan-field.ts";
import { type FieldReading, readField, sameValue } from "./read-fields.ts";
import type { Conflict, StageEntry } from "./record.ts";

export interface FactPlan {
  readonly fields: readonly FieldPlan[];
  readonly conflict?: Conflict;
  /** A stage that one side still had, and the other had left behind. */
  readonly passed?: StageEntry;
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
    const alone = witnessed.filter(({ hubspot, salesforce }) => !bothSpeak(hubspot, salesforce));
    const together = witnessed.filter(({ hubspot, salesforce }) => bothSpeak(hubspot, salesforce));
    const plans = alone.map((one) => planAlone(input, one));
    return together.length > 0 ? [...plans, planTogether(input, together)] : plans;
  });
}

/** A mapping does not change while a function lives, so its facts are found once. */
const knownFacts = new WeakMap<KindMapping, MappedField[][]>();

function factsOf(kind: KindMapping): MappedField[][] {
  const known = knownFacts.get(kind) ?? groupIntoFacts(kind);
  knownFacts.set(kind, known);
  return known;
}

function groupIntoFacts({ fields }: KindMapping): MappedField[][] {
  const facts = new Map<string, MappedField[]>();
  for (const field of fields) {
    const name = field.fact ?? field.name;
    facts.set(name, [...(facts.get(name) ?? []), field]);
  }
  return [...facts.values()];
}

function witness(input: DecisionInput, field: MappedField): Witnessed {
  return {
    field,
    hubspot: readSide(input, field, input.sides.hubspot),
    salesforce: readSide(input, field, input.sides.salesforce),
  };
}

function readSide({ kind }: DecisionInput, field: MappedField, side: Side): FieldReading {
  switch (side.is) {
    case "seen":
      return readField(kind, field, side.observation);
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

function planTogether(input: DecisionInput, together: readonly Witnessed[]): FactPlan {
  const fields = together.map(({ field }) => field);
  const hubspot = together.map((one) => valueIn(one.hubspot));
  const salesforce = together.map((one) => valueIn(one.salesforce));
  const baseline = fields.map(({ name }) => input.record.fields[name]?.baseline ?? null);
  const rule = ruleOf(input, fields);
  const witnesses = { baseline, hubspot, salesforce };
  const undated = decideFact(witnesses, rule, UNDATED);
  const asksTimes =
    rule.policy === "latest" && undated.kind === "overruled" && undated.because === "policy";
  const verdict = asksTimes
    ? decideFact(witnesses, rule, input.times(propertiesOf(input, fields)))
    : undated;
  const bySystem = { hubspot, salesforce };
  const plans = fields.map((field, index) => planField(input, field, index, verdict, bySystem));
  const conflict = conflictOf(input, fields, verdict);
  const passed = passedBy(input, verdict);
  return {
    fields: plans,
    asksTimes,
    ...(conflict ? { conflict } : {}),
    ...(passed ? { passed } : {}),
  };
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
    ranking: first.ranking ?? [],
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

function passedBy({ sides, now }: DecisionInput, verdict: Verdict): StageEntry | undefined {
  if (verdict.kind !== "overruled" || verdict.because !== "passed") return undefined;
  const source = otherSystem(verdict.winner);
  const side = sides[source];
  const at = side.is === "seen" ? new Date(side.observation.createdAtMs).toISOString() : now;
  return { stage: verdict.lost[0] ?? null, at, source };
}

function conflictOf(
  { record, now }: DecisionInput,
  mapped: readonly MappedField[],
  verdict: Verdict,
): Conflict | undefined {
  const fields = mapped.map(({ name }) => name);
  if (verdict.kind === "open") {
    const before = record.conflicts.find(
      (known) => known.winner === undefined && known.fields.join() === fields.join(),
    );
    const { hubspot, salesforce } = verdict;
    return { fields, hubspot, salesforce, because: "ask", at: before?.at ?? now };
  }
  if (verdict.kind !== "overruled" || verdict.because === "passed") return undefined;
  const { winner, value, lost, because } = verdict;
  const sides =
    winner === "hubspot"
      ? { hubspot: value, salesforce: lost }
      : { hubspot: lost, salesforce: value };
  return { fields, ...sides, winner, because, at: now };
}
