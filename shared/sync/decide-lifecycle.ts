import { decideStage, type StageVerdict } from "../core/lifecycle/decide-stage.ts";
import { withEarlier } from "../core/lifecycle/earlier-stages.ts";
import { isStage, stageNamed, stageOf, transitionOf, wordsFor } from "../core/lifecycle/machine.ts";
import { lastStage, type StageEntry } from "../core/lifecycle/stage-history.ts";
import type { MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import {
  desiredStage,
  isOwed,
  momentOf,
  type StageSide,
  stageSide,
  toldMsOf,
} from "./lifecycle-sides.ts";
import { type DecisionInput, type FieldPlan, stateOf, writesOf } from "./plan-field.ts";
import type { Conflict, Said } from "./record.ts";
import { rulingOn } from "./rulings.ts";

/** What becomes of a person's lifecycle once the writes are done. */
export interface LifecyclePlan {
  readonly entries: readonly StageEntry[];
  /** What each side that was seen says; a side whose move is refused is left as it was remembered. */
  readonly said: Partial<Readonly<Record<System, Said>>>;
  /** The side that loses its value; nothing is remembered unless the write to it lands. */
  readonly loser: System | undefined;
}

/** A fact's plan, as far as it concerns the lifecycle. */
interface PartPlan {
  readonly fields: readonly FieldPlan[];
  readonly conflict?: Conflict;
  readonly asksTimes: boolean;
}

type StageSides = Partial<Readonly<Record<System, StageSide>>>;

/** The status beside the stage: what both sides say of it, and how it is decided once the stage is. */
export interface StatusField {
  readonly field: MappedField;
  readonly values: Readonly<Record<System, FieldValue>>;
  readonly plan: (verdict: Pick<StageVerdict, "by" | "lost">) => PartPlan;
}

/**
 * Decides a person's stage, and the status that tells more of it, as one. The machine says which stage
 * holds; each side that does not say so is written, as few properties as it takes.
 */
export function planLifecycle(
  input: DecisionInput,
  field: MappedField,
  statusOf: StatusField | undefined,
): PartPlan & { readonly lifecycle: LifecyclePlan } {
  const { kind, record, sides } = input;
  const found: StageSides = Object.fromEntries(
    SYSTEMS.flatMap((system) => {
      const side = stageSide(kind, record, system, sides[system]);
      return side ? [[system, side]] : [];
    }),
  );
  const asked = verdictOf(input, field, found, false);
  const verdict = asked.asksTimes ? verdictOf(input, field, found, true) : asked;
  const status = statusOf?.plan(verdict);
  const held = status && holdsBack(status, verdict) ? withoutMove(input, status) : status;
  const alone = { verdict, found, status: held };
  const decided = { ...alone, verdict: withStatus(input, field, alone) };
  const lost = conflictOf(input, field, { verdict, found, status: statusOf });
  const conflict = lost ?? held?.conflict;
  return {
    // The status first: where both write one property, the stage's word holds.
    fields: [...(held?.fields ?? []), ...planStage(input, field, decided)],
    asksTimes: asked.asksTimes || (held?.asksTimes ?? false),
    ...(conflict ? { conflict } : {}),
    lifecycle: {
      entries: entriesOf(input, found, decided.verdict),
      said: saidOf(found, verdict),
      loser: verdict.lost,
    },
  };
}

function verdictOf(
  input: DecisionInput,
  field: MappedField,
  found: StageSides,
  isDated: boolean,
): StageVerdict {
  const { kind, record } = input;
  const machine = kind.lifecycle?.machine;
  if (!machine) throw new Error("only a kind with a lifecycle has its stage decided by one");
  const times = isDated ? input.times(propertiesOf(found)) : undefined;
  const desired = desiredStage(kind, record);
  const ruled = rulingOn(record, [field])?.values[field.name];
  const move = (system: System) => {
    if (ruled !== undefined) return { [system]: { to: ruled, editedAtMs: undefined } };
    const to = found[system]?.movedTo;
    // A blank that we owe a stage is our own doing: clearing comes before setting.
    if (!to || (to.stage === null && isOwed(kind, record, system))) return {};
    return { [system]: { to: to.stage, editedAtMs: times?.[system] } };
  };
  return decideStage({
    machine,
    desired,
    known: stageNamed(machine, lastStage(record.stages)),
    moves: { ...move("hubspot"), ...move("salesforce") },
    skewMs: times?.skewMs ?? 0,
    tieBreaker: field.tieBreaker,
  });
}

function propertiesOf(found: StageSides): Record<System, readonly string[]> {
  const of = (system: System) => found[system]?.words.properties.map(({ name }) => name) ?? [];
  return { hubspot: of("hubspot"), salesforce: of("salesforce") };
}

/** A status that is part of a refused move stays where it is, with the stage. */
function holdsBack({ fields }: PartPlan, { illegal }: StageVerdict): boolean {
  return fields.some(({ write }) => write && illegal[otherSystem(write.system)] !== undefined);
}

function withoutMove(input: DecisionInput, { fields }: PartPlan): PartPlan {
  const kept = fields.map(({ field }): FieldPlan => {
    const {
      value = null,
      baseline = null,
      source = "both",
    } = input.record.fields[field.name] ?? {};
    return { field, next: stateOf(input, field, { value, source, baseline }) };
  });
  return { fields: kept, asksTimes: false };
}

/**
 * Where one side moved the stage and the other the status, both may come to say a stage further on: it is
 * the next step, if there is such a move (L6).
 */
function withStatus(input: DecisionInput, field: MappedField, decided: Decided): StageVerdict {
  const machine = input.kind.lifecycle?.machine;
  const { verdict, found, status } = decided;
  const by = status?.fields.flatMap(({ write }) => (write ? otherSystem(write.system) : []))[0];
  if (!machine || by === undefined || !isStage(machine, verdict.stage)) return verdict;
  const writes = [...(status?.fields ?? []), ...planStage(input, field, decided)].flatMap(writesOf);
  const [one, other, ...more] = SYSTEMS.flatMap((system) => {
    const side = found[system];
    if (!side) return [];
    const own = writes.filter((write) => write.system === system);
    const values = Object.assign({}, side.said.values, ...own.map(({ properties }) => properties));
    return [stageOf(side.words, values)];
  });
  if (one === undefined || one !== other || more.length > 0) return verdict;
  const onward = isStage(machine, one) && transitionOf(machine, verdict.stage, one);
  if (!onward) return verdict;
  const step = { stage: onward.to, by, transition: onward.name };
  return { ...verdict, stage: onward.to, by: verdict.by ?? by, steps: [...verdict.steps, step] };
}

interface Decided {
  readonly verdict: StageVerdict;
  readonly found: StageSides;
  readonly status: PartPlan | undefined;
}

/** One plan a side: its refused move, or the words that it lacks. */
function planStage(input: DecisionInput, field: MappedField, decided: Decided): FieldPlan[] {
  const { verdict, found } = decided;
  const source = verdict.by ?? input.record.fields[field.name]?.source ?? "both";
  const state = { value: verdict.stage, source, baseline: verdict.stage };
  const ruled = rulingOn(input.record, [field]) ? { ruled: stagesSaid(found) } : {};
  const next = stateOf(input, field, state);
  const plans = SYSTEMS.flatMap((system): FieldPlan[] => {
    const side = found[system];
    const reason = verdict.illegal[system];
    if (!side) return [];
    if (reason !== undefined) {
      const value =
        rulingOn(input.record, [field])?.values[field.name] ?? side.movedTo?.stage ?? null;
      return [{ field, next, refused: { system, value, refusal: { refused: ILLEGAL, reason } } }];
    }
    const properties = missingWords(side, decided);
    if (Object.keys(properties).length === 0) return [];
    return [{ field, next, write: { system, value: verdict.stage, properties }, ...ruled }];
  });
  return plans.length > 0 ? plans : [{ field, next, ...ruled }];
}

function stagesSaid(found: StageSides): Record<System, FieldValue> {
  const said = (system: System) => found[system]?.said.stage ?? null;
  return { hubspot: said("hubspot"), salesforce: said("salesforce") };
}

const ILLEGAL = "illegal-move";

/** L6. A status that this side alone has moved stays as it is: its meaning is seen at the next look. */
function missingWords({ system, words, said }: StageSide, { verdict, status }: Decided) {
  if (said.stage === verdict.stage || verdict.stage === null) return {};
  const written = (status?.fields ?? []).flatMap(({ write }) => write ?? []);
  const own = written.filter((write) => write.system === system);
  const given = written.filter((write) => write.system !== system);
  const values = Object.assign({}, said.values, ...own.map(({ properties }) => properties));
  const kept = given.length > 0 ? words.properties.slice(1).map(({ name }) => name) : [];
  return wordsFor(words, verdict.stage, values, kept);
}

/** What a side will be remembered to have said. */
function saidOf(found: StageSides, { illegal }: StageVerdict): LifecyclePlan["said"] {
  return Object.fromEntries(
    SYSTEMS.flatMap((system) => {
      const side = found[system];
      return side?.observation && illegal[system] === undefined ? [[system, side.said]] : [];
    }),
  );
}

/** The loser is kept with its status, which is part of what it said. */
function conflictOf(
  { now }: DecisionInput,
  field: MappedField,
  decided: { verdict: StageVerdict; found: StageSides; status: StatusField | undefined },
): Conflict | undefined {
  const { verdict, found, status } = decided;
  const lost = verdict.lost ?? SYSTEMS.find((system) => isUnheard(found[system], verdict));
  if (lost === undefined) return undefined;
  const told = (system: System): FieldValue[] => {
    const { movedTo } = found[system] ?? {};
    const stage = system === lost ? (movedTo?.unheard ?? movedTo?.stage) : verdict.stage;
    return [stage ?? null, ...(status ? [status.values[system]] : [])];
  };
  return {
    fields: [field.name, ...(status ? [status.field.name] : [])],
    hubspot: told("hubspot"),
    salesforce: told("salesforce"),
    winner: otherSystem(lost),
    because:
      verdict.lost === undefined ? (found[lost]?.movedTo?.because ?? "lifecycle") : "lifecycle",
    at: now,
  };
}

/** Words that a person gave, and that the stage is written over: who gave them was not wrong to (P1). */
function isUnheard(side: StageSide | undefined, { stage, steps }: StageVerdict): boolean {
  const unheard = side?.movedTo?.unheard;
  if (unheard === undefined || unheard === stage) return false;
  return !steps.some((step) => step.stage === unheard);
}

function entriesOf(input: DecisionInput, found: StageSides, { steps }: StageVerdict): StageEntry[] {
  const machine = input.kind.lifecycle?.machine;
  const entries = steps.map(({ stage, by, transition }) => ({
    stage,
    at: enteredAt(found, stage, by) ?? input.now,
    source: by,
    transition,
  }));
  const [first, ...later] = entries;
  if (!first || !machine || input.record.stages.length > 0) return entries;
  return [...withEarlier(machine, datedStages(machine.stages, found), first), ...later];
}

/** The stages that the systems themselves date. */
function datedStages(stages: readonly string[], found: StageSides) {
  return SYSTEMS.flatMap((system) =>
    stages.flatMap((stage) => {
      const side = found[system];
      const toldMs = side?.observation && toldMsOf(side.words, side.observation, stage);
      return toldMs === undefined
        ? []
        : [{ stage, at: new Date(toldMs).toISOString(), source: system }];
    }),
  );
}

/** When the side that made a move says that it was made; else when that side was last changed. */
function enteredAt(found: StageSides, stage: string, by: System | "both"): string | undefined {
  const side = by === "both" ? (found.hubspot ?? found.salesforce) : found[by];
  if (!side?.observation) return undefined;
  return momentOf({ words: side.words, observation: side.observation }, stage);
}
