import { firstDayOf, monthAfter, monthOf } from "../core/ledger/calendar.ts";

/** The months from one that has begun by a moment to that of the moment, each with the instant that ends it. */
export function monthsUntil(
  first: string,
  moment: string,
): { readonly month: string; readonly end: string }[] {
  const months: { month: string; end: string }[] = [];
  for (let month = first; month <= monthOf(moment); month = monthAfter(month))
    months.push({ month, end: `${firstDayOf(monthAfter(month))}T00:00:00.000Z` });
  return months;
}

/** Of two instants. */
export function earlier(one: string, other: string): string {
  return one < other ? one : other;
}
