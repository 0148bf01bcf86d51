import { isMonth, monthOf } from "../core/ledger/calendar.ts";
import { reportOf } from "../core/ledger/report.ts";
import { differencesBetween } from "../core/ledger/restatements.ts";
import { entriesAround, SETTLED_AFTER_MS } from "./close-period.ts";
import type { LedgerWorld } from "./ledger-ports.ts";

export interface ReportRefusal {
  readonly refused: "not-a-month" | "not-yet" | "wrong-order";
  readonly reason: string;
}

/** A month's report, byte for byte, with its hash. */
export interface ReportText {
  readonly report: string;
  readonly reportHash: string;
  readonly closed: boolean;
}

/**
 * The report of a month as of a moment, byte for byte what it was then (P6). Without a moment: as it was
 * closed, or of a month that is open, as it is now.
 *
 * @param asOf - An ISO instant that has settled: at least a minute ago.
 */
export async function periodReport(
  world: LedgerWorld,
  { period, asOf }: { readonly period: string; readonly asOf: string | undefined },
): Promise<ReportText | ReportRefusal> {
  if (!isMonth(period))
    return {
      refused: "not-a-month",
      reason: `'${period}' is no month; expected one such as 2026-10`,
    };
  const wrong = asOf === undefined ? undefined : notYet(world, asOf);
  if (wrong) return wrong;
  const closes = await world.ledger.closes();
  const moment = asOf ?? new Date(world.now()).toISOString();
  const closed = closes.find((close) => close.period === period && close.closedAt <= moment);
  if (closed) {
    const { report, reportHash } = closed;
    return { report, reportHash, closed: true };
  }
  const known = closes.filter(({ closedAt }) => closedAt <= moment);
  const entries = await entriesAround(world.ledger, { period, closes: known, upTo: moment });
  const { digest } = world;
  const report = JSON.stringify(
    reportOf({ period, asOf: moment }, { entries, closes: known, digest }),
  );
  return { report, reportHash: digest(report), closed: false };
}

/** What changed between two moments, and by which entries (G11). */
export async function restatementsBetween(
  world: LedgerWorld,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<ReturnType<typeof differencesBetween> | ReportRefusal> {
  if (from >= to)
    return {
      refused: "wrong-order",
      reason: `${from} is not before ${to}: give the earlier first`,
    };
  const wrong = notYet(world, to);
  if (wrong) return wrong;
  const { ledger } = world;
  const between = await ledger.postedBetween(from, to);
  const months = [...new Set(between.map(({ effectiveDay }) => monthOf(effectiveDay)))];
  const entries = await Promise.all(months.map((month) => ledger.ofMonth(month)));
  return differencesBetween(
    { from, to },
    { entries: entries.flat(), closes: await ledger.closes() },
  );
}

/** Entries of the last minute may still be on their way: what is answered then might change. */
function notYet({ now }: LedgerWorld, moment: string): ReportRefusal | undefined {
  const latest = new Date(now() - SETTLED_AFTER_MS).toISOString();
  if (moment <= latest) return undefined;
  return {
    refused: "not-yet",
    reason: `the last minute is still moving: ask as of ${latest} or earlier`,
  };
}
