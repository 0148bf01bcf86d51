import { isRefusal, type RawValue, type Refusal } from "../core/codec/codec.ts";
import type { KindMapping, MappedField } from "../core/mapping/mapping.ts";
import type { EditTimes, Verdict } from "../core/reconcile/decide-fact.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { Observation } from "./ports.ts";
import { sameValue } from "./read-fields.ts";
import type { AccordRecord, Conflict, FieldState, Quiet } from "./record.ts";

/** One side of a decision: a record that was seen, or one that is about to be created. */
export type Side =
  | { readonly is: "seen"; readonly observation: Observation }
  | { readonly is: "to-create"; readonly object: string }
  | { readonly is: "none" };

export type Sides = Readonly<Record<System, Side>>;

export interface FieldWrite {
  readonly system: System;
  readonly value: FieldValue;
  readonly properties: Readonly<Record<string, RawValue>>;
  /** What the system holds, and its stamp then; missing where the record is created. */
  readonly basis?: { readonly over: FieldValue; readonly basedOnMs: number };
}

/** What becomes of one field. `write` is missing where nothing is to be written. */
export interface FieldPlan {
  readonly field: MappedField;
  readonly next: FieldState;
  readonly write?: FieldWrite;
  /** A value that a person decided on is written to both sides. */
  readonly also?: FieldWrite;
  /** What both sides held when a person's decision was planned. */
  readonly ruled?: Readonly<Record<System, FieldValue>>;
  /** The value cannot cross; known before the call. */
  readonly refused?: {
    readonly system: System;
    readonly value: FieldValue;
    readonly refusal: Refusal;
    /** Of an unstable field. */
    readonly quiet?: Quiet;
  };
}

const NO_WRITES: readonly FieldWrite[] = [];

/** None, one, or both; asked of every field of every record, and mostly none. */
export function writesOf({
  write,
  also,
}: Pick<FieldPlan, "write" | "also">): readonly FieldWrite[] {
  if (write === undefined) return NO_WRITES;
  return also === undefined ? [write] : [write, also];
}

export interface DecisionInput {
  readonly kind: KindMapping;
  readonly record: AccordRecord;
  readonly sides: Sides;
  readonly times: (properties: Readonly<Record<System, readonly string[]>>) => EditTimes;
  /** Who gave each side its value, where an open question is new. */
  readonly edited?: (properties: Readonly<Record<System, readonly string[]>>) => Conflict["edited"];
  readonly now: string;
}

/** What a verdict on its fact makes of one field: its next state, and what is written where. */
export function planField(
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
    return created
      ? { field, next, ...planWrite(input, field, created, { value, over: null }) }
      : { field, next };
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
  const over = bySystem[target][index] ?? null;
  return { field, next, ...planWrite(input, field, target, { value, over }) };
}

export function planWrite(
  { sides }: DecisionInput,
  field: MappedField,
  system: System,
  { value, over }: { readonly value: FieldValue; readonly over: FieldValue },
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
  if (side.is !== "seen") return { write: { system, value, properties } };
  const basis = { over, basedOnMs: side.observation.modifiedAtMs };
  return { write: { system, value, properties, basis } };
}

/** The state keeps its time and its giver while its value stays the same. */
export function stateOf(
  { record, sides, now }: DecisionInput,
  field: MappedField,
  state: Pick<FieldState, "value" | "source" | "baseline">,
): FieldState {
  const previous = record.fields[field.name];
  if (previous && sameValue(field, previous.value, state.value))
    return { ...previous, value: state.value, baseline: state.baseline };
  const giver = state.source === "both" ? sides.hubspot : sides[state.source];
  const at = giver.is === "seen" ? stampOf(giver.observation) : now;
  return { ...state, at, ...(previous?.sent ? { sent: previous.sent } : {}) };
}

/** Written out once an observation: all of its fields carry the same stamp. */
const stamps = new WeakMap<Observation, string>();

function stampOf(seen: Observation): string {
  const stamp = stamps.get(seen) ?? new Date(seen.modifiedAtMs).toISOString();
  stamps.set(seen, stamp);
  return stamp;
}
