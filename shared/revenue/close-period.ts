import { monthOf } from "../core/ledger/calendar.ts";
import type { LedgerEntry } from "../core/ledger/entry.ts";
import { type CloseRefusal, refuseClose } from "../core/ledger/periods.ts";
import { reportOf } from "../core/ledger/report.ts";
import type { LedgerStore, LedgerWorld, StoredClose } from "./ledger-ports.ts";

/**
 * An entry is on its way for less than this: it is posted at the moment that it says, by a call that is
 * given up after seconds. What is older than this is all there is, and all there will ever be.
 */
export const SETTLED_AFTER_MS = 60_000;

export interface PeriodRefusal {
  readonly refused: CloseRefusal | "still-moving";
  readonly reason: string;
}

/**
 * Closes a month: makes its report, and keeps it with its hash (G9, G10). What is posted of it later is
 * a restatement in the month that is open then.
 */
export async function closePeriod(
  world: LedgerWorld,
  {
    period,
    by,
    because,
  }: { readonly period: string; readonly by: string; readonly because: string },
): Promise<StoredClose | PeriodRefusal> {
  const { ledger, digest } = world;
  const nowMs = world.now();
  const closedAt = new Date(nowMs).toISOString();
  const cutoff = new Date(nowMs - SETTLED_AFTER_MS).toISOString();
  const before = await ledger.closes();
  const wrong = refuseClose(period, { closes: before, today: closedAt.slice(0, 10) });
  if (wrong) return { refused: wrong.name, reason: wrong.says };
  const entries = await entriesAround(ledger, { period, closes: before, upTo: closedAt });
  const moving = entries.some(
    (entry) => entry.postedAt > cutoff && monthOf(entry.effectiveDay) <= period,
  );
  if (moving)
    return {
      refused: "still-moving",
      reason: `entries of ${period} were posted within the last minute: try again in a minute`,
    };
  const closes = [...before, { period, cutoff, closedAt }];
  const made = reportOf({ period, asOf: closedAt, upTo: cutoff }, { entries, closes, digest });
  const report = JSON.stringify(made);
  const reportHash = digest(report);
  const close = { period, cutoff, closedAt, by, because, report, reportHash };
  if ((await ledger.close(close)) === "closed") return close;
  return { refused: "period-closed", reason: `${period} was closed by somebody else just now` };
}

/** Every entry that a report of the month may hold: its own, and what was posted since the close before it. */
export async function entriesAround(
  ledger: LedgerStore,
  {
    period,
    closes,
    upTo,
    shard,
  }: {
    readonly period: string;
    readonly closes: readonly StoredClose[];
    readonly upTo: string;
    /** Of the opportunities, `0` to `f`; all of them unless told. */
    readonly shard?: string;
  },
): Promise<LedgerEntry[]> {
  const earlier = closes.filter((close) => close.period < period).map(({ cutoff }) => cutoff);
  const since = earlier.sort().at(-1);
  const [own, later] = await Promise.all([
    ledger.ofMonth(period, shard),
    since === undefined ? [] : ledger.postedBetween(since, upTo, shard),
  ]);
  return [...new Map([...own, ...later].map((entry) => [entry.hash, entry])).values()];
}
