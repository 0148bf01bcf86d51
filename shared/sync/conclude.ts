import type { KindMapping } from "../core/mapping/mapping.ts";
import type { FactPlan } from "./decide-fields.ts";
import { parkFields } from "./park.ts";
import { type FieldPlan, writesOf } from "./plan-field.ts";
import type { AccordRecord, Conflict, FieldState, Parked } from "./record.ts";
import type { HistoryEvent } from "./record-store.ts";
import { remember } from "./remember-sent.ts";
import { openOf, openRulings, settleRuled } from "./rulings.ts";
import { concludeStages } from "./stage-history.ts";
import type { Written } from "./written.ts";

export interface Conclusion {
  readonly record: AccordRecord;
  readonly events: readonly HistoryEvent[];
}

/** A record keeps this many of its latest conflicts; older ones are in the history table. */
const KEPT_CONFLICTS = 50;

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
  const parked = parkFields(kind, record, plans, written, now);
  const settled = Object.fromEntries(
    plans.map((plan) => {
      const state = settle(record, plan, parked, written);
      return [plan.field.name, remember(state, plan, written, now)];
    }),
  );
  const conflicts = mergeConflicts(record, facts, written);
  const { events, ...staged } = concludeStages(kind, record, facts, settled, {
    written,
    now,
  });
  const { rulings: _before, ...rest } = record;
  const rulings = openRulings(record, plans, written);
  const decided = rulings.length > 0 ? { rulings } : {};
  const next: AccordRecord = { ...rest, ...staged, parked, conflicts, ...decided };
  return { record: next, events: [...eventsOf(record, next, written), ...events] };
}

/** A refused or failed write leaves the baseline where it was: the difference is still open. */
function settle(
  record: AccordRecord,
  plan: FieldPlan,
  parked: readonly Parked[],
  written: readonly Written[],
): FieldState {
  const { field, next, write, refused, ruled } = plan;
  const before = record.fields[field.name];
  if (ruled) return settleRuled(plan, { open: openOf(plan, written), before });
  const target = write?.system ?? refused?.system;
  const isParked = parked.some((one) => one.field === field.name && one.system === target);
  const failed =
    write !== undefined &&
    !written.some(({ system, result }) => system === write.system && result.failed === undefined);
  if (!isParked && !failed) return next;
  return { ...next, baseline: before?.baseline ?? null };
}

function mergeConflicts(
  record: AccordRecord,
  facts: readonly FactPlan[],
  written: readonly Written[],
): readonly Conflict[] {
  const fresh = facts.flatMap(({ conflict, fields, lifecycle }) => {
    if (!conflict) return [];
    // What the words said is remembered whether they are written over now or, once a rule takes the
    // record across, later: nobody would know by then that they were not heard.
    if (lifecycle && lifecycle.loser === undefined) return [conflict];
    const landed = fields.every((plan) =>
      writesOf(plan).every((write) =>
        written.some(({ system, result }) => system === write.system && !result.failed),
      ),
    );
    return landed || conflict.winner === undefined ? [conflict] : [];
  });
  return withConflicts(record, fresh);
}

function withConflicts(record: AccordRecord, fresh: readonly Conflict[]): readonly Conflict[] {
  const decided = record.conflicts.filter(({ winner }) => winner !== undefined);
  return [...decided, ...fresh.filter((one) => !isKept(decided, one))].slice(-KEPT_CONFLICTS);
}

/**
 * The losers that the writes to come will overwrite, kept before they are sent: once a write has landed,
 * both sides agree, and nobody who looks after a crash could tell that there was another value (P1).
 */
export function conflictsToCome(
  record: AccordRecord,
  facts: readonly FactPlan[],
): readonly Conflict[] {
  const lost = facts.flatMap(({ conflict }) => (conflict?.winner ? [conflict] : []));
  return lost.length > 0 ? withConflicts(record, lost) : record.conflicts;
}

/**
 * A conflict that was kept before its write was sent, and is decided again since that did not land, is
 * one conflict; and so is a put-back that the far side keeps refusing, however often it is tried.
 */
function isKept(decided: readonly Conflict[], one: Conflict): boolean {
  const says = ({ fields, winner, hubspot, salesforce }: Conflict) =>
    JSON.stringify([fields, winner, hubspot, salesforce]);
  if (one.winner === undefined) return false;
  if (one.because === "one-way") return decided.some((other) => says(other) === says(one));
  const last = decided.findLast(({ fields }) => fields.join() === one.fields.join());
  return last !== undefined && says(last) === says(one);
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
