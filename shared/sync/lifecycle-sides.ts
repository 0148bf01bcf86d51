import {
  type DealState,
  dealStateOf,
  isStage,
  type LifecycleMachine,
  meaningOfDeals,
  type StageValues,
  type StageWords,
  stageNamed,
  stageOf,
} from "../core/lifecycle/machine.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import type { System } from "../core/reconcile/system.ts";
import type { Side } from "./plan-field.ts";
import type { Observation, OpportunityPart } from "./ports.ts";
import type { AccordRecord, Said } from "./record.ts";

/** What one side says of a person's stage, and whether that is news. */
export interface StageSide {
  readonly system: System;
  readonly words: StageWords;
  readonly observation: Observation | undefined;
  /** What it said of the stage, as it will be remembered. */
  readonly said: Said;
  /** The stage that it has moved to, if it moved. */
  readonly movedTo: Moved | undefined;
}

/** `unheard`: what its words came to say, where something else of it says another stage, and what does. */
interface Moved {
  readonly stage: FieldValue;
  readonly unheard?: FieldValue;
  readonly because?: string;
}

/** A stage as the machine names it, whatever it was stored as by an earlier release. */
export function desiredStage(kind: KindMapping, record: AccordRecord): FieldValue {
  const value = record.fields[kind.stageField ?? ""]?.value ?? null;
  return kind.lifecycle ? stageNamed(kind.lifecycle.machine, value) : value;
}

/** A side with words for stages; undefined where there is none. */
export function stageSide(
  kind: KindMapping,
  record: AccordRecord,
  system: System,
  side: Side,
): StageSide | undefined {
  const machine = kind.lifecycle?.machine;
  if (!machine || side.is === "none") return undefined;
  const object = side.is === "seen" ? side.observation.ref.object : side.object;
  const words = machine.objects[object];
  if (!words) return undefined;
  const observation = side.is === "seen" ? side.observation : undefined;
  const values = valuesOf(words, observation?.properties ?? {});
  const deals = dealsOf(observation?.relations.opportunities ?? []);
  const said = { object, values, stage: stageOf(words, values), deals };
  const known = { machine, kind, record, system };
  const movedTo = observation && moveOf(known, said);
  const entered = observation
    ? enteredBy(known, { words, observation, stage: movedTo ? movedTo.stage : said.stage })
    : {};
  return { system, words, observation, said: { ...said, entered }, movedTo };
}

/** Our own day of a write and HubSpot's day of the same one differ by less. */
const SAME_DAY_MS = 300_000;

/** When a side came to say each stage last: by its own dates, else when that was seen (L12). */
function enteredBy(
  { machine, record, system }: Known,
  now: { words: StageWords; observation: Observation; stage: FieldValue },
): Said["entered"] {
  const { words, observation, stage } = now;
  const entered: Record<string, string> = { ...record.lifecycle?.said[system]?.entered };
  for (const one of machine.stages) {
    const toldMs = toldMsOf(words, observation, one);
    const knownMs = Date.parse(entered[one] ?? "");
    if (toldMs !== undefined && !(Math.abs(toldMs - knownMs) < SAME_DAY_MS))
      entered[one] = new Date(toldMs).toISOString();
  }
  const isDated = stage !== null && entered[stage] !== undefined;
  const isNews = stage !== record.lifecycle?.said[system]?.stage;
  if (!isStage(machine, stage) || (isDated && !isNews)) return entered;
  return toldMsOf(words, observation, stage) === undefined
    ? { ...entered, [stage]: momentOf(now, stage) }
    : entered;
}

/** When a system itself says that a stage was entered last, in epoch milliseconds. */
export function toldMsOf(
  { enteredAt = {} }: StageWords,
  { properties }: Observation,
  stage: string,
): number | undefined {
  for (const name of enteredAt[stage] ?? []) {
    const told = properties[name];
    const ms = told ? Date.parse(told) : Number.NaN;
    if (!Number.isNaN(ms)) return ms;
  }
  return undefined;
}

/**
 * When a side entered a stage, as an ISO instant: by its own date; where its opportunities say the stage
 * and its words do not, when one of them was last moved; else when the record was last changed.
 */
export function momentOf(
  { words, observation }: { words: StageWords; observation: Observation },
  stage: string,
): string {
  const { modifiedAtMs, properties, relations } = observation;
  const isWorded = stageOf(words, valuesOf(words, properties)) === stage;
  const deals = relations.opportunities.flatMap(({ changedAtMs }) => changedAtMs ?? []);
  const impliedMs = deals.length > 0 ? Math.max(...deals) : undefined;
  const ms = isWorded ? toldMsOf(words, observation, stage) : impliedMs;
  return new Date(ms ?? modifiedAtMs).toISOString();
}

/** Of all that is known of a record, what says its stage. */
export function valuesOf({ properties }: StageWords, values: StageValues): StageValues {
  return Object.fromEntries(properties.map(({ name }) => [name, values[name] || null]));
}

/** Opportunities remembered of a person. One with more is looked at again whenever one of them changes. */
const MOST_DEALS = 200;

function dealsOf(parts: readonly OpportunityPart[]): Said["deals"] {
  return Object.fromEntries(parts.slice(0, MOST_DEALS).map((part) => [part.id, dealOf(part)]));
}

export function dealOf({ won, closed }: Pick<OpportunityPart, "won" | "closed">): DealState {
  if (won) return "won";
  return closed ? "lost" : "open";
}

interface Known {
  readonly machine: LifecycleMachine;
  readonly kind: KindMapping;
  readonly record: AccordRecord;
  readonly system: System;
}

/**
 * Whether a side says something else than it last said (L3): its opportunities have moved, it lives on
 * as a record of another object, or its words have changed.
 */
function moveOf(
  { machine, kind, record, system }: Known,
  { object, values, stage, deals }: Omit<Said, "entered">,
): Moved | undefined {
  const isNews = stage !== lastSaid({ machine, kind, record, system });
  const before = record.lifecycle?.said[system];
  const isSaid = isNews && stage !== null && isWorded(before, { object, values });
  const unheard = isSaid ? { unheard: stage } : {};
  const desired = desiredStage(kind, record);
  const was = dealStateOf(Object.values(before?.deals ?? {}));
  const byDeals = meaningOfDeals(machine, { was, is: dealStateOf(Object.values(deals)) }, desired);
  if (byDeals !== undefined)
    return { stage: byDeals, ...unheard, because: "its opportunities say otherwise" };
  const conversion = machine.conversions.find(
    ({ from, to }) => from === before?.object && to === object,
  );
  if (conversion)
    return conversion.unless.includes(desired ?? "")
      ? undefined
      : { stage: conversion.means, ...unheard, because: "its conversion says otherwise" };
  return isNews ? { stage } : undefined;
}

/**
 * Whether a person gave a side the words that it has now. A record that lives on as another object has
 * other words: of those, only one that is not what the same property said before was given by somebody.
 */
function isWorded(
  before: Said | undefined,
  { object, values }: Pick<Said, "object" | "values">,
): boolean {
  if (before === undefined || before.object === object) return true;
  return Object.entries(values).some(
    ([name, value]) => value !== null && name in before.values && before.values[name] !== value,
  );
}

/** The stage that a side's words said when both were last settled. */
function lastSaid({ machine, kind, record, system }: Known): FieldValue {
  const said = record.lifecycle?.said[system];
  const words = said && machine.objects[said.object];
  if (words) return stageOf(words, said.values);
  // A record of a release that did not remember it: both sides said the baseline.
  const baseline = record.fields[kind.stageField ?? ""]?.baseline ?? null;
  return record.lifecycle ? null : stageNamed(machine, baseline);
}

/** Whether a side still has to be brought to the stage that was decided before. */
export function isOwed(kind: KindMapping, record: AccordRecord, system: System): boolean {
  const machine = kind.lifecycle?.machine;
  return (
    machine !== undefined &&
    lastSaid({ machine, kind, record, system }) !== desiredStage(kind, record)
  );
}
