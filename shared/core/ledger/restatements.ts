import { addMoney, formatMoney } from "../money/money.ts";
import { monthOf } from "./calendar.ts";
import { CLOSING_KINDS, type LedgerEntry } from "./entry.ts";
import { type Close, isRestatement, reportedIn } from "./periods.ts";
import { byPosting, type ReportedEntry, shown } from "./report.ts";

/** An entry that changed what a month says, and the month in whose report it is. */
export interface Restatement extends ReportedEntry {
  /** The month of its effective day. */
  readonly month: string;
  readonly reportedIn: string;
  /** Whether the month was closed by then. */
  readonly restates: boolean;
}

/** What a month's closed-won came to between two moments, in one currency. */
export interface MonthDifference {
  readonly month: string;
  readonly currency: string;
  readonly before: string;
  readonly after: string;
  readonly difference: string;
}

/**
 * What changed between two moments, month by month, and every entry that it is made of: the entries of
 * a month add up to its difference, to the last minor unit (G11).
 *
 * @param entries - Every entry of the months that changed, in any order.
 */
export function differencesBetween(
  { from, to }: { readonly from: string; readonly to: string },
  {
    entries,
    closes,
  }: { readonly entries: readonly LedgerEntry[]; readonly closes: readonly Close[] },
): { readonly months: readonly MonthDifference[]; readonly entries: readonly Restatement[] } {
  const known = closes.filter(({ closedAt }) => closedAt <= to);
  const between = entries
    .filter(({ postedAt }) => postedAt > from && postedAt <= to)
    .sort(byPosting);
  const changed = new Map(between.map((entry) => [keyOf(entry), entry]));
  const months = [...changed].sort(byKey).map(
    ([
      key,
      {
        effectiveDay,
        amount: { currency },
      },
    ]) => {
      const closing = entries.filter(
        (entry) => keyOf(entry) === key && CLOSING_KINDS.has(entry.kind),
      );
      const sumUntil = (moment: string) =>
        closing
          .filter(({ postedAt }) => postedAt <= moment)
          .map(({ amount }) => amount)
          .reduce(addMoney, { minor: 0n, currency });
      const [before, after] = [sumUntil(from), sumUntil(to)];
      const difference = { minor: after.minor - before.minor, currency };
      return {
        month: monthOf(effectiveDay),
        currency,
        before: formatMoney(before),
        after: formatMoney(after),
        difference: formatMoney(difference),
      };
    },
  );
  const told = between.map((entry) => ({
    ...shown(entry),
    month: monthOf(entry.effectiveDay),
    reportedIn: reportedIn(entry, known),
    restates: isRestatement(entry, known),
  }));
  return { months, entries: told };
}

function keyOf({ effectiveDay, amount }: LedgerEntry): string {
  return `${monthOf(effectiveDay)} ${amount.currency}`;
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
