import { stageOf } from "../core/lifecycle/machine.ts";
import {
  lastStage,
  mergeFirsts,
  mergeHistories,
  type StageEntry,
  withEntries,
  withFirsts,
} from "../core/lifecycle/stage-history.ts";
import type { KindMapping } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { FactPlan } from "./decide-fields.ts";
import type { LifecyclePlan } from "./decide-lifecycle.ts";
import { valuesOf } from "./lifecycle-sides.ts";
import type { AccordRecord, FieldState, Lifecycle, Said } from "./record.ts";
import type { HistoryEvent } from "./record-store.ts";
import type { Written } from "./written.ts";

/** A record keeps this many of its latest stages; older ones are in the history table. */
const KEPT_STAGES = 100;

interface Concluded {
  readonly fields: AccordRecord["fields"];
  readonly stages: AccordRecord["stages"];
  readonly lifecycle?: Lifecycle;
  readonly events: readonly HistoryEvent[];
}

type Before = Pick<AccordRecord, "stages" | "lifecycle" | "fields">;

/** Adds to a record's stage history what was decided, and remembers what each side says (L10). */
export function concludeStages(
  kind: KindMapping,
  record: Before,
  facts: readonly FactPlan[],
  fields: Readonly<Record<string, FieldState>>,
  { written, now }: { readonly written: readonly Written[]; readonly now: string },
): Concluded {
  const { stageField = "" } = kind;
  const plan = facts.find(({ lifecycle }) => lifecycle)?.lifecycle;
  if (!plan) return appendTo(record, stageField, fields, plainEntries(record, fields[stageField]));
  const { lifecycle } = record;
  if (isUndecided(plan, facts, written)) {
    // Nothing is remembered: the next look decides the same anew, and keeps the loser then.
    const { [stageField]: _, ...others } = fields;
    const before = record.fields[stageField];
    const kept = before ? { ...others, [stageField]: before } : others;
    return {
      fields: kept,
      stages: record.stages,
      ...(lifecycle ? { lifecycle } : {}),
      events: [],
    };
  }
  const said = { ...lifecycle?.said, ...plan.said, ...saidByUs(kind, plan, { written, now }) };
  const firsts = withFirsts(lifecycle?.firsts ?? {}, plan.entries);
  return {
    ...appendTo(record, stageField, fields, plan.entries),
    lifecycle: { field: stageField, said, firsts },
  };
}

/** Without a machine, each change of the stage is an entry. */
function plainEntries({ stages }: Before, state: FieldState | undefined): StageEntry[] {
  if (!state || lastStage(stages) === state.value) return [];
  return [{ stage: state.value, at: state.at, source: state.source }];
}

function appendTo(
  { stages }: Before,
  field: string,
  fields: Concluded["fields"],
  entries: readonly StageEntry[],
): Concluded {
  let from = lastStage(stages);
  const events = entries.map(({ stage: to, at, source: system, transition }) => {
    const event = { what: "stage entered", field, from, to, system, at };
    from = to;
    return transition === undefined ? event : { ...event, because: transition };
  });
  return { fields, stages: withEntries(stages, entries, KEPT_STAGES), events };
}

/** The stages of a record that another has become one with (L10). Doing it twice changes nothing more. */
export function withHistoryOf(
  survivor: AccordRecord,
  other: AccordRecord,
): Pick<AccordRecord, "stages" | "lifecycle"> {
  const merged = mergeHistories(survivor.stages, { record: other.id, stages: other.stages });
  const stages = merged.slice(-KEPT_STAGES);
  const known = survivor.lifecycle ?? other.lifecycle;
  const lifecycle = survivor.lifecycle ?? { field: known?.field ?? "", said: {}, firsts: {} };
  const firsts = mergeFirsts(lifecycle.firsts, other.lifecycle?.firsts ?? {});
  return known ? { stages, lifecycle: { ...lifecycle, firsts } } : { stages };
}

/** Whether a side that loses its value has not been written yet. */
function isUndecided(
  { loser }: LifecyclePlan,
  facts: readonly FactPlan[],
  written: readonly Written[],
): boolean {
  const isWanted = facts
    .filter(({ lifecycle }) => lifecycle)
    .some(({ fields }) => fields.some(({ write }) => write && write.system === loser));
  return isWanted && !written.some(({ system, result }) => system === loser && !result.failed);
}

/** What a side says now that we have written to it. */
function saidByUs(
  { lifecycle }: KindMapping,
  plan: LifecyclePlan,
  { written, now }: { readonly written: readonly Written[]; readonly now: string },
) {
  const said: Partial<Record<System, Said>> = {};
  for (const system of SYSTEMS) {
    const done = written.find((one) => one.system === system && !one.result.failed);
    const words = done && lifecycle?.machine.objects[done.write.object];
    if (!done || !words) continue;
    const before = plan.said[system];
    if (!before && done.write.id !== undefined) continue;
    const refused = new Set(done.result.refused.map(({ property }) => property));
    const landed = Object.entries(done.write.properties).filter(([name]) => !refused.has(name));
    const values = valuesOf(words, { ...before?.values, ...Object.fromEntries(landed) });
    const stage = stageOf(words, values);
    said[system] = {
      object: done.write.object,
      values,
      stage,
      entered: enteredByUs(plan, { before, stage, now }),
      deals: before?.deals ?? {},
    };
  }
  return said;
}

/** A side that moved by itself has the day of its move, not of the words that we put to it. */
function enteredByUs(
  { entries }: LifecyclePlan,
  told: { before: Said | undefined; stage: FieldValue; now: string },
): Said["entered"] {
  const { before, stage, now } = told;
  const entered = before?.entered ?? {};
  if (stage === null || stage === before?.stage) return entered;
  const isItsOwn = entries.some((entry) => entry.stage === stage && entry.at === entered[stage]);
  return isItsOwn ? entered : { ...entered, [stage]: now };
}
