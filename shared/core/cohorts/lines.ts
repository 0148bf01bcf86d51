import { monthOf } from "../ledger/calendar.ts";
import type { Beginning, CohortAsked } from "./beginning.ts";

/** Where a line stands: in a cohort that is asked for, outside of those, or with nobody who began. */
interface CohortPlace {
  readonly where: "cohort" | "outside" | "nobody";
  /** `2026-03`; null where it is in none. */
  readonly cohort: string | null;
  /** A source or campaign, where they are asked for and known. */
  readonly value: string | null;
  /** 0, 1, 2, …; null of persons, who are counted once, and where there is no cohort. */
  readonly monthsSince: number | null;
  /** The corporate one. */
  readonly currency: string;
}

/** What came of persons in a month since they began. All of it may be added up (H6). */
export interface CohortLine extends CohortPlace {
  readonly persons: number;
  /** Who became one in that month. */
  readonly customers: number;
  /** Opportunities. */
  readonly won: number;
  /** Minor units. */
  readonly revenue: bigint;
}

type Counts = Omit<CohortLine, keyof CohortPlace>;

/** The line of something that happened in a month to somebody who began so. */
export function lineOf(
  beginning: Beginning | null,
  {
    period,
    month,
    currency,
    ...counts
  }: Partial<Counts> & {
    readonly period: Pick<CohortAsked, "from" | "to">;
    /** Null: of no month. */
    readonly month: string | null;
    readonly currency: string;
  },
): CohortLine {
  const all = { currency, persons: 0, customers: 0, won: 0, revenue: 0n, ...counts };
  const nowhere = { cohort: null, value: null, monthsSince: null };
  if (!beginning) return { where: "nobody", ...nowhere, ...all };
  if (!isWithin(beginning, period)) return { where: "outside", ...nowhere, ...all };
  const cohort = monthOf(beginning.at);
  const monthsSince = month === null ? null : monthNumber(month) - monthNumber(cohort);
  return { where: "cohort", cohort, value: beginning.value, monthsSince, ...all };
}

function isWithin({ at }: Beginning, { from = "", to }: Pick<CohortAsked, "from" | "to">) {
  const day = at.slice(0, 10);
  return day >= from && (to === undefined || day < to);
}

function monthNumber(month: string): number {
  return Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));
}

/** Lines of one place are one, in an order that depends on nothing but the lines. */
export function addedUp(lines: readonly CohortLine[]): CohortLine[] {
  const sums = new Map<string, CohortLine>();
  for (const line of lines) {
    const key = keyOf(line);
    const before = sums.get(key);
    sums.set(key, before ? sumOf(before, line) : line);
  }
  return [...sums]
    .filter(
      ([, { persons, customers, won, revenue }]) =>
        [persons, customers, won].some((count) => count !== 0) || revenue !== 0n,
    )
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, line]) => line);
}

function keyOf({ where, cohort, value, monthsSince, currency }: CohortPlace): string {
  return JSON.stringify([where, currency, cohort, value, monthsSince]);
}

function sumOf(one: CohortLine, other: CohortLine): CohortLine {
  return {
    ...one,
    persons: one.persons + other.persons,
    customers: one.customers + other.customers,
    won: one.won + other.won,
    revenue: one.revenue + other.revenue,
  };
}
