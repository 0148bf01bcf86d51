import type { KindMapping } from "../core/mapping/mapping.ts";
import type { System } from "../core/reconcile/system.ts";
import type { FactPlan } from "./decide-fields.ts";
import { isStillParked } from "./intend-writes.ts";
import type { FieldPlan } from "./plan-field.ts";
import type { RecordWrite, WriteResult } from "./ports.ts";
import type { AccordRecord, Conflict, FieldState, Parked, StageEntry } from "./record.ts";
import type { HistoryEvent } from "./record-store.ts";

/** A write with what came of it. */
export interface Written {
  readonly system: System;
  readonly write: RecordWrite;
  readonly result: WriteResult;
}

export interface Conclusion {
  readonly record: AccordRecord;
  readonly events: readonly HistoryEvent[];
}

interface Refused {
  readonly system: System;
  readonly field: string;
  readonly value: string | null;
  readonly code: string;
  readonly message: string;
  /** Whether the far side was asked, or the refusal was known before. */
  readonly asked: boolean;
}

/** A record keeps this many of its latest conflicts and stages; older ones are in the history table. */
const KEPT_CONFLICTS = 50;
const KEPT_STAGES = 100;

/**
 * What the record says once its writes are done: baselines move for what was accepted (R4), the rest
 * is parked with its cause (P4), and whoever lost is kept (P1).
 */
export function conclude(
  kind: KindMapping,
  record: AccordRecord,
  facts: readonly FactPlan[],
  written: readonly Written[],
  now: string,
): Conclusion {
  const plans = facts.flatMap(({ fields }) => fields);
  const refused = plans.flatMap((plan) => refusalsOf(plan, written));
  refused.push(...refusedIds(kind, written), ...refusedRecords(written));
  const stillParked = record.parked.filter(
    (parked) => !refused.some(is(parked)) && staysParked(parked, plans, written, now),
  );
  const parked = [...stillParked, ...refused.map((one) => park(record, one, now))];
  const fields = Object.fromEntries(
    plans.map((plan) => [plan.field.name, settle(record, plan, parked, written)]),
  );
  const conflicts = mergeConflicts(record, facts, written);
  const stages = appendStage(kind, record, facts, fields);
  const next: AccordRecord = { ...record, fields, parked, conflicts, stages };
  return { record: next, events: eventsOf(record, next, written) };
}

/** A field stays parked while its write is held back; a record, until a write to it lands. */
function staysParked(
  parked: Parked,
  plans: readonly FieldPlan[],
  written: readonly Written[],
  now: string,
): boolean {
  const plan = plans.find(({ field }) => field.name === parked.field);
  if (plan) return plan.write !== undefined && isStillParked(parked, plan.write, Date.parse(now));
  return !written.some(({ system, result }) => system === parked.system && !result.failed);
}

const is =
  (parked: Pick<Parked, "system" | "field">) =>
  ({ system, field }: Refused) =>
    parked.system === system && parked.field === field;

/** A refused or failed write leaves the baseline where it was: the difference is still open. */
function settle(
  record: AccordRecord,
  { field, next, write, refused }: FieldPlan,
  parked: readonly Parked[],
  written: readonly Written[],
): FieldState {
  const target = write?.system ?? refused?.system;
  const isParked = parked.some((one) => one.field === field.name && one.system === target);
  const failed =
    write !== undefined &&
    !written.some(({ system, result }) => system === write.system && result.failed === undefined);
  if (!isParked && !failed) return next;
  return { ...next, baseline: record.fields[field.name]?.baseline ?? null };
}

function refusalsOf({ field, write, refused }: FieldPlan, written: readonly Written[]): Refused[] {
  if (refused) {
    const { system, value, refusal } = refused;
    const { refused: code, reason: message } = refusal;
    return [{ system, field: field.name, value, code, message, asked: false }];
  }
  if (!write) return [];
  const result = written.find(({ system }) => system === write.system)?.result;
  return (result?.refused ?? [])
    .filter(({ property }) => property in write.properties)
    .slice(0, 1)
    .map(({ code, message }) => ({
      system: write.system,
      field: field.name,
      value: write.value,
      code,
      message,
      asked: true,
    }));
}

function refusedIds({ objects }: KindMapping, written: readonly Written[]): Refused[] {
  return written.flatMap(({ system, write, result }) =>
    result.refused
      .filter(({ property }) => objects.some(({ idProperty }) => idProperty === property))
      .map(({ property, code, message }) => ({
        system,
        field: property,
        value: write.recordId,
        code,
        message,
        asked: true,
      })),
  );
}

function refusedRecords(written: readonly Written[]): Refused[] {
  return written.flatMap(({ system, result: { failed } }) =>
    failed && !failed.retryable
      ? [{ system, field: "*", value: null, ...codeAndMessage(failed), asked: true }]
      : [],
  );
}

function codeAndMessage({ code, message }: { code: string; message: string }) {
  return { code, message };
}

function park(record: AccordRecord, { asked, ...refused }: Refused, now: string): Parked {
  const before = record.parked.find((parked) => is(parked)({ ...refused, asked }));
  const again = before !== undefined && before.value === refused.value;
  if (again && !asked) return before;
  return {
    ...refused,
    since: again ? before.since : now,
    tries: again ? before.tries + 1 : 1,
    triedAt: now,
  };
}

function mergeConflicts(
  record: AccordRecord,
  facts: readonly FactPlan[],
  written: readonly Written[],
): readonly Conflict[] {
  const decided = record.conflicts.filter(({ winner }) => winner !== undefined);
  const fresh = facts.flatMap(({ conflict, fields }) => {
    if (!conflict) return [];
    const landed = fields.every(
      ({ write }) =>
        !write || written.some(({ system, result }) => system === write.system && !result.failed),
    );
    return landed || conflict.winner === undefined ? [conflict] : [];
  });
  return [...decided, ...fresh.filter((one) => !decided.some(sameConflict(one)))].slice(
    -KEPT_CONFLICTS,
  );
}

/** A put-back that the far side keeps refusing is one conflict, however often it is tried. */
const sameConflict = (one: Conflict) => (other: Conflict) =>
  one.fields.join() === other.fields.join() &&
  one.winner === other.winner &&
  JSON.stringify([one.hubspot, one.salesforce]) ===
    JSON.stringify([other.hubspot, other.salesforce]) &&
  one.winner !== undefined &&
  one.because === "one-way";

function appendStage(
  { stageField }: KindMapping,
  record: AccordRecord,
  facts: readonly FactPlan[],
  fields: Readonly<Record<string, FieldState>>,
): readonly StageEntry[] {
  const state = stageField ? fields[stageField] : undefined;
  if (!state || record.stages.at(-1)?.stage === state.value) return record.stages;
  if (record.stages.length === 0 && state.value === null) return record.stages;
  const entry = { stage: state.value, at: state.at, source: state.source };
  const passed = facts.flatMap((fact) => fact.passed ?? []);
  const fresh = passed.filter(({ stage }) => record.stages.at(-1)?.stage !== stage);
  return [...record.stages, ...fresh, entry].slice(-KEPT_STAGES);
}

function eventsOf(
  before: AccordRecord,
  after: AccordRecord,
  written: readonly Written[],
): HistoryEvent[] {
  const changed = Object.entries(after.fields).flatMap(([field, { value, source }]) => {
    const from = before.fields[field]?.value ?? null;
    return from === value ? [] : [{ what: "changed", field, from, to: value, system: source }];
  });
  const writes = written.map(({ system, write, result }) => ({
    what: result.failed
      ? `write failed: ${result.failed.code}`
      : result.created
        ? "created"
        : "updated",
    system,
    field: Object.keys(write.properties).sort().join(" "),
    to: result.id ?? null,
  }));
  return [...changed, ...writes];
}
