import { bulkMostOf } from "../core/quota/book.ts";
import type { Meter } from "../core/quota/meter.ts";
import type { Kind, System } from "../core/reconcile/system.ts";
import { addCalls, type Calls, NO_CALLS } from "./calls.ts";
import { handfulOf } from "./pace-creates.ts";
import type { Plan, PlanTotals, Rehearsal } from "./plan.ts";
import type { Run } from "./run.ts";
import { chainsOf } from "./work-run.ts";

/** What carrying a plan out will take. */
export interface Forecast {
  readonly calls: Calls;
  readonly minutes: number;
  readonly dynamoDbUsd: string;
  readonly mayWakeAutomation: number;
}

/** What a run will have of HubSpot's calls; Salesforce limits those of a day alone. */
export interface Pace {
  /** As it was learnt from HubSpot's answers. */
  readonly hubspot: Meter;
  /** Above 0 to 1: the share that a run may take; undefined: what live changes leave. */
  readonly budget?: number | undefined;
  /** Records that may be created in a minute; null or undefined: as fast as it goes. */
  readonly createsPerMinute?: number | null | undefined;
}

/** Pieces that are worked off at a time. Source: the queue of runs, infra/constructs/runs.ts. */
const WORKERS = 2;

/** How long a worker keeps what it read of the CRMs' own set-up. Source: the adapters. */
const SET_UP_MINUTES = 5;

/** Beside each object's properties: owners in two pages, live and archived; users. */
const DIRECTORIES: Calls = { hubspot: 2, salesforce: 1 };

/** On-demand, us-east-1, a million write and read units in US dollars. Source: price list, 2026-11. */
const USD_A_MILLION = { writes: 0.625, reads: 0.125 };
/** Units that one item takes: claim, commit, holds and the item itself; what is read for them. */
const UNITS_AN_ITEM = { writes: 40, reads: 12 };

/** What applying a plan takes, before anything is done; undefined until it was rehearsed. */
export function forecastOf(plan: Plan, pace: Pace): Forecast | undefined {
  const { totals, rehearsals } = plan;
  if (!totals || !rehearsals) return undefined;
  const dollars =
    (totals.items * UNITS_AN_ITEM.writes * USD_A_MILLION.writes +
      totals.items * UNITS_AN_ITEM.reads * USD_A_MILLION.reads) /
    1_000_000;
  const creates = sum(Object.values(totals.creates));
  const stretches = rehearsals.map((one): Stretch => {
    const stretch = toApply(one);
    return { ...stretch, calls: addCalls(stretch.calls, callsOfPace(plan, one, { totals, pace })) };
  });
  const { calls, minutes } = expected(plan, stretches, { totals, pace });
  return {
    calls,
    minutes: Math.max(
      minutes,
      pace.createsPerMinute ? Math.ceil(creates / pace.createsPerMinute) : 0,
    ),
    dynamoDbUsd: dollars.toFixed(2),
    mayWakeAutomation: creates,
  };
}

/** What taking a run back takes: of what its plan would take, as much as was done. */
export function undoForecastOf(plan: Plan, run: Run, pace: Pace): Run["forecast"] {
  const { totals, rehearsals } = plan;
  if (!totals || !rehearsals || totals.items === 0) return undefined;
  const share = (run.counts.done + run.counts.failed) / totals.items;
  const stretches = rehearsals.map(toUndo).map(
    (one): Stretch => ({
      ...one,
      calls: scaled(one.calls, share),
      ms: one.ms * share,
    }),
  );
  return expected(plan, stretches, { totals, pace });
}

/** The work on one kind: its pages, their calls, and how long one worker would be at it. */
interface Stretch {
  readonly kind: Kind;
  readonly calls: Calls;
  readonly ms: number;
  /** Workers that write its objects for the first time, and ask what those objects are like. */
  readonly newWorkers: number;
}

/** Each page is looked at, as the rehearsed ones were, and written, by whichever worker is free. */
function toApply({ kind, pages, looks, lookCalls, lookMs, applyCalls }: Rehearsal): Stretch {
  const calls = addCalls(scaled(lookCalls, looks === 0 ? 0 : pages / looks), applyCalls);
  const ms = (lookMs / Math.max(1, total(lookCalls))) * total(calls);
  return { kind, calls, ms, newWorkers: WORKERS * (1 - (1 - 1 / WORKERS) ** pages) };
}

/**
 * A page of which some waits for the run's pace is looked at once more for each handful that is created, and each of
 * these is a call that writes. What is created stands on one side alone, so that this is rather too many than too few.
 */
function callsOfPace(
  { readings }: Pick<Plan, "readings">,
  { kind, pages, looks, lookCalls }: Rehearsal,
  { totals, pace }: { readonly totals: PlanTotals; readonly pace: Pace },
): Calls {
  if (!pace.createsPerMinute) return NO_CALLS;
  const created = Object.entries(totals.creates).filter(
    ([name]) => readings[`read ${name}`]?.kind === kind,
  );
  const creates = sum(created.map(([, count]) => count));
  const rounds = Math.max(0, Math.ceil(creates / handfulOf(pace.createsPerMinute)) - pages);
  if (rounds === 0) return NO_CALLS;
  const written = (system: System) => {
    const ours = created.filter(([name]) => name.startsWith(`${system} `));
    return (rounds * sum(ours.map(([, count]) => count))) / creates;
  };
  const writes = { hubspot: written("hubspot"), salesforce: written("salesforce") };
  return addCalls(scaled(lookCalls, looks === 0 ? 0 : rounds / looks), writes);
}

function toUndo({ kind, lookCalls, lookMs, undoCalls }: Rehearsal): Stretch {
  const ms = (lookMs / Math.max(1, total(lookCalls))) * total(undoCalls);
  return { kind, calls: undoCalls, ms, newWorkers: 0 };
}

/** With what workers ask of the CRMs' set-up: at their first write of an object, and anew every few minutes. */
function expected(
  { readings }: Pick<Plan, "readings">,
  stretches: readonly Stretch[],
  { totals, pace }: { readonly totals: PlanTotals; readonly pace: Pace },
) {
  const written = [...new Set([...Object.keys(totals.creates), ...Object.keys(totals.updates)])];
  const objectsOf = (kind: Kind, system: System) =>
    written.filter(
      (name) => name.startsWith(`${system} `) && readings[`read ${name}`]?.kind === kind,
    ).length;
  const workers = Math.min(WORKERS, chainsOf(totals.items).length);
  const setUp = stretches.map(({ kind, ms, newWorkers }): Calls => {
    const rounds = (WORKERS * ms) / workers / 60_000 / SET_UP_MINUTES;
    const anew = (system: System) => rounds * (objectsOf(kind, system) + DIRECTORIES[system]);
    return {
      hubspot: anew("hubspot") + newWorkers * objectsOf(kind, "hubspot"),
      salesforce: anew("salesforce"),
    };
  });
  const all = addCalls(...stretches.map(({ calls }) => calls), ...setUp);
  const calls = { hubspot: Math.round(all.hubspot), salesforce: Math.round(all.salesforce) };
  const workedMs = sum(stretches.map(({ ms }) => ms)) / workers;
  return { calls, minutes: Math.ceil(Math.max(workedMs / 60_000, limitedMinutes(calls, pace))) };
}

/** At the pace at which HubSpot's limit, and the run's share of it, let calls go. */
function limitedMinutes({ hubspot: calls }: Calls, { hubspot: meter, budget = 1 }: Pace): number {
  if (meter.limit === undefined) return 0;
  return (calls / bulkMostOf(meter, budget)) * (meter.windowMs / 60_000);
}

function scaled({ hubspot, salesforce }: Calls, by: number): Calls {
  return { hubspot: hubspot * by, salesforce: salesforce * by };
}

function total({ hubspot, salesforce }: Calls): number {
  return hubspot + salesforce;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
