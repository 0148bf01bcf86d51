import { type RawValue, textOrNull } from "../codec/codec.ts";
import type { FieldValue } from "../reconcile/field-value.ts";

/** A move that is allowed, with the name that the stage history gives it. */
export interface StageTransition {
  readonly name: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly way: "forward" | "back";
}

/** What some combinations of an object's values mean. A property that is not named may be anything. */
export interface StageMeaning {
  readonly when: Readonly<Record<string, readonly FieldValue[]>>;
  /** Null: such a record has no stage yet. */
  readonly means: FieldValue;
}

/** How the records of one object say in which stage they are. */
export interface StageWords {
  /**
   * The properties that say it, each with the values it may have; null is blank. An unlisted value of
   * the first one is a stage that nobody declared; of any other, it counts as blank.
   */
  readonly properties: readonly {
    readonly name: string;
    readonly values: readonly FieldValue[];
  }[];
  readonly meanings: readonly StageMeaning[];
  /** What is written when a stage is entered: property by property, until the stage is said. */
  readonly written: Readonly<Record<string, Readonly<Record<string, FieldValue>>>>;
  /** Properties in which the system says when a stage was entered last; the first that is there counts. */
  readonly enteredAt?: Readonly<Record<string, readonly string[]>>;
}

/** Where a person's opportunities stand, taken together: one that is won outranks one that is open. */
export const DEAL_STATES = ["none", "lost", "open", "won"] as const;

export type DealState = (typeof DEAL_STATES)[number];

/** What it means for a person when its opportunities move. */
interface DealMove {
  readonly from: readonly DealState[];
  readonly to: DealState;
  readonly means: string;
  /** Stages that such a move leaves as they are. */
  readonly unless: readonly string[];
}

/** What it means for a person when its record goes on as one of another object. */
interface Conversion {
  readonly from: string;
  readonly to: string;
  readonly means: string;
  readonly unless: readonly string[];
}

/** The one declared state machine of a person's lifecycle. Rules: SPEC.md. */
export interface LifecycleMachine {
  /** From the least far to the furthest. */
  readonly stages: readonly string[];
  /** Stages beside the way forward: whoever enters one has moved back. */
  readonly aside: readonly string[];
  /** Stages in which a person may be seen first. */
  readonly initial: readonly string[];
  /** Stages that win over any other. */
  readonly beatsAll: readonly string[];
  readonly transitions: readonly StageTransition[];
  readonly objects: Readonly<Record<string, StageWords>>;
  readonly deals: readonly DealMove[];
  readonly conversions: readonly Conversion[];
}

export type StageValues = Readonly<Record<string, RawValue>>;

export function isStage(machine: LifecycleMachine, stage: FieldValue): stage is string {
  return stage !== null && machine.stages.includes(stage);
}

/** The stage that an object's values say (L1), or the undeclared one they name (L9); null: none yet. */
export function stageOf(words: StageWords, values: StageValues): FieldValue {
  const { known, listed } = readerOf(words);
  let key = "";
  for (const [index, { name, has }] of listed.entries()) {
    const value = textOrNull(values[name]);
    const isKnown = has.has(value);
    if (!isKnown && index === 0) return value;
    key += `${isKnown && value !== null ? value : ""}\n`;
  }
  return known.get(key) ?? null;
}

interface Reader {
  readonly listed: readonly { readonly name: string; readonly has: ReadonlySet<FieldValue> }[];
  /** By combination: what it means. */
  readonly known: ReadonlyMap<string, FieldValue>;
}

/** Words do not change while a function lives, and their combinations are few: each is read once. */
const readers = new WeakMap<StageWords, Reader>();

function readerOf(words: StageWords): Reader {
  const reader = readers.get(words) ?? {
    listed: words.properties.map(({ name, values }) => ({ name, has: new Set(values) })),
    known: new Map(
      combinationsOf(words).map((combination) => [
        [...combination.values()].map((value) => `${value ?? ""}\n`).join(""),
        words.meanings.find((meaning) => holds(meaning, combination))?.means ?? null,
      ]),
    ),
  };
  readers.set(words, reader);
  return reader;
}

type Combination = ReadonlyMap<string, FieldValue>;

/** Every combination of the values that the properties of an object may have. */
export function combinationsOf({ properties }: StageWords): Combination[] {
  return properties.reduce<Combination[]>(
    (all, { name, values }) =>
      all.flatMap((one) => values.map((value) => new Map([...one, [name, value]]))),
    [new Map()],
  );
}

export function holds({ when }: StageMeaning, values: ReadonlyMap<string, FieldValue>): boolean {
  return Object.entries(when).every(([name, allowed]) =>
    allowed.includes(values.get(name) ?? null),
  );
}

/**
 * The properties to write so that an object says `stage`: as few as it takes (L6).
 *
 * @param values - As the object will hold them anyway.
 * @param kept - Properties that are not to be touched.
 */
export function wordsFor(
  words: StageWords,
  stage: FieldValue,
  values: StageValues,
  kept: readonly string[] = [],
): Record<string, RawValue> {
  const [first] = words.properties;
  const declared = stage !== null && Object.hasOwn(words.written, stage) && words.written[stage];
  const undeclared = first && stage !== null ? { [first.name]: stage } : {};
  const written: Record<string, RawValue> = {};
  for (const [name, value] of Object.entries(declared || undeclared)) {
    if (stageOf(words, { ...values, ...written }) === stage) break;
    if (!kept.includes(name)) written[name] = value;
  }
  return written;
}

/** The transition that leads from one stage to another; undefined where none does. */
export function transitionOf(
  { transitions }: LifecycleMachine,
  from: string,
  to: string,
): StageTransition | undefined {
  return transitions.find((one) => one.to === to && one.from.includes(from));
}

/** A name that only one object's words know, such as the one a record was stored with, as our stage. */
export function stageNamed(machine: LifecycleMachine, name: FieldValue): FieldValue {
  if (name === null || isStage(machine, name)) return name;
  for (const words of Object.values(machine.objects)) {
    const [first] = words.properties;
    const stage = first && stageOf(words, { [first.name]: name });
    if (stage !== undefined && isStage(machine, stage)) return stage;
  }
  return name;
}

/** Of several opportunities, the state that stands for all: won before open before lost. */
export function dealStateOf(states: readonly DealState[]): DealState {
  return [...DEAL_STATES].reverse().find((state) => states.includes(state)) ?? "none";
}

/** What a move of a person's opportunities means in this stage; undefined: nothing. */
export function meaningOfDeals(
  { deals }: LifecycleMachine,
  { was, is }: { readonly was: DealState; readonly is: DealState },
  stage: FieldValue,
): string | undefined {
  if (was === is) return undefined;
  return deals.find(
    ({ from, to, unless }) => to === is && from.includes(was) && !unless.includes(stage ?? ""),
  )?.means;
}
