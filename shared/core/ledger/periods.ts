import { isMonth, monthAfter, monthOf } from "./calendar.ts";
import type { LedgerEntry } from "./entry.ts";

/** A month that finance has closed. Months are closed one after the other, and never opened again. */
export interface Close {
  /** `2026-10`. */
  readonly period: string;
  /** Entries that were posted until then are in the month's report; later ones are restatements. */
  readonly cutoff: string;
  /** An instant shortly after the cutoff. */
  readonly closedAt: string;
}

export type CloseRefusal =
  | "not-a-month"
  | "period-not-over"
  | "period-closed"
  | "period-overlaps"
  | "period-gap";

/** Why a month may not be closed, if so (G9). */
export function refuseClose(
  period: string,
  { closes, today }: { readonly closes: readonly Close[]; readonly today: string },
): { readonly name: CloseRefusal; readonly says: string } | undefined {
  if (!isMonth(period))
    return { name: "not-a-month", says: `'${period}' is no month; expected one such as 2026-10` };
  if (period >= monthOf(today))
    return {
      name: "period-not-over",
      says: `${period} is not over: it ends before ${monthAfter(period)}`,
    };
  if (closes.some((close) => close.period === period))
    return {
      name: "period-closed",
      says: `${period} is closed, and a closed month is not opened again: what changed is restated in the open one`,
    };
  const last = lastClosed(closes);
  if (last === undefined) return undefined;
  if (period < last)
    return {
      name: "period-overlaps",
      says: `${period} was closed together with ${last} and before`,
    };
  const next = monthAfter(last);
  if (period === next) return undefined;
  return { name: "period-gap", says: `${next} is still open: close it before ${period}` };
}

function lastClosed(closes: readonly Close[]): string | undefined {
  return closes
    .map(({ period }) => period)
    .sort()
    .at(-1);
}

/**
 * The month whose report an entry is in: that of its effective day while that is open, else the first
 * one that was open when it was posted (G10). What was before the first close was closed with it.
 *
 * @param closes - Those known at the moment that is asked for.
 */
export function reportedIn(
  { effectiveDay, postedAt }: Pick<LedgerEntry, "effectiveDay" | "postedAt">,
  closes: readonly Close[],
): string {
  const month = monthOf(effectiveDay);
  const sorted = [...closes].sort((one, other) => (one.period < other.period ? -1 : 1));
  const covering = sorted.find(({ period }) => period >= month);
  if (!covering || postedAt <= covering.cutoff) return month;
  const open = sorted.find(({ period, cutoff }) => period > covering.period && postedAt <= cutoff);
  return open?.period ?? monthAfter(sorted.at(-1)?.period ?? month);
}

/** Whether the entry changes what a closed month says, and so is told as a restatement of it. */
export function isRestatement(
  entry: Pick<LedgerEntry, "effectiveDay" | "postedAt">,
  closes: readonly Close[],
): boolean {
  return reportedIn(entry, closes) !== monthOf(entry.effectiveDay);
}
