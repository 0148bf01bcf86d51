import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { Plan, PlanTotals } from "./plan.ts";
import { batchesOf } from "./work-run.ts";

/** What carrying a plan out will take. */
export interface Forecast {
  readonly calls: Readonly<Record<System, number>>;
  /** At the rate that a run takes of the CRMs' limits. */
  readonly minutes: number;
  readonly dynamoDbUsd: string;
  readonly mayWakeAutomation: number;
}

/** Two workers at a time, a call of half a second each. */
const CALLS_A_MINUTE = 240;

/** On-demand, us-east-1, a million write and read units in US dollars. Source: price list, 2026-11. */
const USD_A_MILLION = { writes: 0.625, reads: 0.125 };
/** Units that one item takes: claim, commit, holds and the item itself; what is read for them. */
const UNITS_AN_ITEM = { writes: 40, reads: 12 };

/**
 * An estimate before anything is done. Looking at records again costs what it cost when they were planned;
 * on top come the calls that write, one a batch for each object and sort of write.
 */
export function forecastOf(
  { readings }: Pick<Plan, "readings">,
  { kinds, creates, updates, relations, items }: PlanTotals,
): Forecast {
  const calls = { hubspot: 0, salesforce: 0 };
  for (const [kind, count] of Object.entries(kinds)) {
    const ours = Object.values(readings).filter((one) => one.kind === kind);
    const looks = sum(ours.map((one) => one.looks));
    for (const system of SYSTEMS) {
      const aLook = looks === 0 ? 0 : sum(ours.map((one) => one.calls[system])) / looks;
      calls[system] += Math.round(batchesOf(items, count) * aLook);
    }
  }
  const batches = (kind = "") => batchesOf(items, kinds[kind] ?? 0);
  for (const [name, count] of [...Object.entries(creates), ...Object.entries(updates)])
    for (const system of SYSTEMS)
      if (name.startsWith(`${system} `))
        calls[system] += touched(batches(readings[`read ${name}`]?.kind), count);
  // Persons and companies are related by calls of their own, and what is there is read before.
  for (const system of SYSTEMS) calls[system] += 2 * touched(batches("opportunity"), relations / 2);
  const dollars =
    (items * UNITS_AN_ITEM.writes * USD_A_MILLION.writes +
      items * UNITS_AN_ITEM.reads * USD_A_MILLION.reads) /
    1_000_000;
  return {
    calls,
    minutes: Math.ceil((calls.hubspot + calls.salesforce) / CALLS_A_MINUTE),
    dynamoDbUsd: dollars.toFixed(2),
    mayWakeAutomation: sum(Object.values(creates)),
  };
}

/** Of so many batches, those in which at least one of `count` evenly spread writes is: a call each. */
function touched(batches: number, count: number): number {
  if (batches === 0) return 0;
  return Math.round(batches * (1 - (1 - 1 / batches) ** count));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
