import type { System } from "../core/reconcile/system.ts";
import type { PlanTotals } from "./plan.ts";

/** What carrying a plan out will take. */
export interface Forecast {
  readonly calls: Readonly<Record<System, number>>;
  /** At the rate that a run takes of the CRMs' limits. */
  readonly minutes: number;
  readonly dynamoDbUsd: string;
  readonly mayWakeAutomation: number;
}

/** Records that one call of each sort takes. Sources: the batch and collections guides. */
const A_CALL = { hubspot: 100, salesforce: 200 } as const;

/** Two workers at a time, a call of half a second each. */
const CALLS_A_MINUTE = 240;

/** On-demand, us-east-1, a million write and read units in US dollars. Source: price list, 2026-11. */
const USD_A_MILLION = { writes: 0.625, reads: 0.125 };
/** Units that one item takes: claim, commit, holds and the item itself; what is read for them. */
const UNITS_AN_ITEM = { writes: 40, reads: 12 };

/** An estimate from a plan's totals, before anything is done. */
export function forecastOf({ creates, updates, relations, items }: PlanTotals): Forecast {
  const records = (counts: Readonly<Record<string, number>>, system: System) =>
    Object.entries(counts).flatMap(([name, count]) => (name.startsWith(system) ? [count] : []));
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const callsOf = (system: System) => {
    const size = A_CALL[system];
    const writes = [...records(creates, system), ...records(updates, system)];
    const written = sum(writes.map((count) => Math.ceil(count / size)));
    const read = Math.ceil(items / size) + Math.ceil(sum(records(creates, system)) / size);
    return written + read + Math.ceil(relations / size);
  };
  const calls = { hubspot: callsOf("hubspot"), salesforce: callsOf("salesforce") };
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
