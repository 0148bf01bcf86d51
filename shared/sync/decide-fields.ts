import { isRefusal, type RawValue, type Refusal } from "../core/codec/codec.ts";
import type { KindMapping, MappedField } from "../core/mapping/mapping.ts";
import {
  decideFact,
  type EditTimes,
  type Policy,
  type Rule,
  type Verdict,
} from "../core/reconcile/decide-fact.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { Observation } from "./ports.ts";
import { type FieldReading, readField, sameValue } from "./read-fields.ts";
import type { AccordRecord, Conflict, FieldState, StageEntry } from "./record.ts";

/** One side of a decision: a record that was seen, or one that is about to be created. */
export type Side =
  | { readonly is: "seen"; readonly observation: Observation }
  | { readonly is: "to-create"; readonly object: string }
  | { readonly is: "none" };

export type Sides = Readonly<Record<System, Side>>;

/** What becomes of one field. `write` is missing where nothing is to be written. */
export interface FieldPlan {
  readonly field: MappedField;
  readonly next: FieldState;
  readonly write?: {
    readonly system: System;
    readonly value: FieldValue;
    readonly properties: Readonly<Record<string, RawValue>>;
  };
  /** The value cannot cross; known before the call. */
  readonly refused?: {
    readonly system: System;
    readonly value: FieldValue;
    readonly refusal: Refusal;
  };
}

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

export interface DecisionInput {
  readonly kind: KindMapping;
  readonly record: AccordRecord;
  readonly sides: Sides;
  readonly times: (properties: Readonly<Record<System, readonly string[]>>) => EditTimes;
  readonly now: string;
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

function factsOf({ fields }: KindMapping): MappedField[][] {
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
  const times = input.times(propertiesOf(input, fields));
  const verdict = decideFact({ baseline, hubspot, salesforce }, rule, times);
  const bySystem = { hubspot, salesforce };
  const plans = fields.map((field, index) => planField(input, field, index, verdict, bySystem));
  const conflict = conflictOf(input, fields, verdict);
  const passed = passedBy(input, verdict);
  const asksTimes =
    rule.policy === "latest" && verdict.kind === "overruled" && verdict.because === "policy";
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

function planField(
  input: DecisionInput,
  field: MappedField,
  index: number,
  verdict: Verdict,
  bySystem: Readonly<Record<System, readonly FieldValue[]>>,
): FieldPlan {
  const previous = input.record.fields[field.name];
  const baseline = previous?.baseline ?? null;
  if (verdict.kind === "open") {
    const value = previous?.value ?? verdict.hubspot[index] ?? null;
    return { field, next: stateOf(input, field, { value, source: "both", baseline }) };
  }
  const value = verdict.value[index] ?? null;
  if (verdict.kind === "agreed") {
    const next = stateOf(input, field, { value, source: "both", baseline: value });
    // A blank is written too where a record is created: the far side may require a placeholder.
    const created = SYSTEMS.find((system) => input.sides[system].is === "to-create");
    return created ? { field, next, ...planWrite(input, field, created, value) } : { field, next };
  }
  if (verdict.kind === "left")
    return {
      field,
      next: stateOf(input, field, { value, source: otherSystem(verdict.by), baseline }),
    };
  const source = verdict.kind === "moved" ? verdict.by : verdict.winner;
  const target = otherSystem(source);
  const next = stateOf(input, field, { value, source, baseline: value });
  const creates = input.sides[target].is === "to-create";
  if (!creates && sameValue(field, bySystem[target][index] ?? null, value)) return { field, next };
  return { field, next, ...planWrite(input, field, target, value) };
}

function planWrite(
  { sides }: DecisionInput,
  field: MappedField,
  system: System,
  value: FieldValue,
): Pick<FieldPlan, "write" | "refused"> {
  const side = sides[system];
  const object =
    side.is === "seen" ? side.observation.ref.object : side.is === "none" ? "" : side.object;
  const place = field.places[object];
  if (!place || (place.readOnly && side.is === "to-create")) return {};
  if (place.readOnly) {
    const reason = "is calculated by the system that holds it";
    return { refused: { system, value, refusal: { refused: "read-only", reason } } };
  }
  const raw = place.codec.write(value);
  if (isRefusal(raw)) return { refused: { system, value, refusal: raw } };
  const properties = Object.fromEntries(
    place.properties.flatMap((name, index) => {
      const value = raw[index];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { write: { system, value, properties } };
}

/** The state keeps its time and its giver while its value stays the same. */
function stateOf(
  { record, sides, now }: DecisionInput,
  field: MappedField,
  state: Pick<FieldState, "value" | "source" | "baseline">,
): FieldState {
  const previous = record.fields[field.name];
  if (previous && sameValue(field, previous.value, state.value))
    return { ...previous, value: state.value, baseline: state.baseline };
  const giver = state.source === "both" ? sides.hubspot : sides[state.source];
  const at = giver.is === "seen" ? new Date(giver.observation.modifiedAtMs).toISOString() : now;
  return { ...state, at };
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
