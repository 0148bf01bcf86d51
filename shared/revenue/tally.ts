import { sumByGroup } from "../core/attribution/split.ts";
import { formatMoney } from "../core/money/money.ts";
import { labelOf, UNATTRIBUTED } from "./breakdown.ts";
import type { ModelCredits } from "./credit-model.ts";
import type { WonJourney } from "./gather-journeys.ts";

/** What has been added up under one value and currency. */
export interface Tally {
  /** False: the credit that no touch earned. */
  readonly attributed: boolean;
  /** What it was earned by; null where that is not known, or nobody earned it. */
  readonly value: string | null;
  readonly label: string;
  readonly currency: string;
  readonly minor: bigint;
  /** Opportunities of which it has a share. */
  readonly opportunities: number;
}

/** Names the group of anything, and numbers the groups as they are met. */
function grouping<Name>(keyOf: (name: Name) => string) {
  const places = new Map<string, number>();
  const names: Name[] = [];
  return {
    names,
    placeOf(name: Name): number {
      const key = keyOf(name);
      const place = places.get(key) ?? names.push(name) - 1;
      places.set(key, place);
      return place;
    },
  };
}

type Pick = (won: WonJourney, touch: WonJourney["journey"]["touches"][number]) => string | null;

/** Adds up the credits of a model by what `pick` says of each, and by currency. Largest first. */
export function tallyCredits(
  { won, columns, credits }: ModelCredits,
  by: string,
  pick: Pick,
): Tally[] {
  const earned = grouping(({ value, currency }: { value: string | null; currency: string }) =>
    JSON.stringify([value, currency]),
  );
  const currencies = grouping((currency: string) => currency);
  const groups = new Int32Array(columns.sources.length);
  const unattributed = new Int32Array(won.length);
  const opportunities: Set<number>[] = [];
  const unearned = new Map<number, number>();
  for (const [index, one] of won.entries()) {
    const { currency } = one.amount;
    const from = columns.starts[index] ?? 0;
    const place = currencies.placeOf(currency);
    unattributed[index] = place;
    let any = false;
    for (const [offset, touch] of one.journey.touches.entries()) {
      if (credits.earned[from + offset] !== 1) continue;
      const group = earned.placeOf({ value: pick(one, touch), currency });
      groups[from + offset] = group;
      opportunities[group] = (opportunities[group] ?? new Set()).add(index);
      any = true;
    }
    if (!any) unearned.set(place, (unearned.get(place) ?? 0) + 1);
  }
  const sums = sumByGroup(credits.byTouch, groups, Math.max(earned.names.length, 1));
  const rests = sumByGroup(credits.unattributed, unattributed, currencies.names.length);
  const lines = earned.names.map(({ value, currency }, group) => ({
    ...{ attributed: true, value, label: labelOf(by, value), currency },
    ...{ minor: sums[group] ?? 0n, opportunities: opportunities[group]?.size ?? 0 },
  }));
  const rest = currencies.names.map((currency, place) => ({
    ...{ attributed: false, value: null, label: UNATTRIBUTED, currency },
    ...{ minor: rests[place] ?? 0n, opportunities: unearned.get(place) ?? 0 },
  }));
  return [...lines, ...rest].sort(inOrder);
}

/** Of equal revenue by name, and the unattributed line last. */
export function inOrder(one: Tally, other: Tally): number {
  if (one.currency !== other.currency) return one.currency < other.currency ? -1 : 1;
  if (one.minor !== other.minor) return one.minor > other.minor ? -1 : 1;
  if (one.attributed !== other.attributed) return one.attributed ? -1 : 1;
  return one.label < other.label ? -1 : 1;
}

export interface RevenueTotal {
  readonly currency: string;
  /** An exact decimal with the currency's digits, such as `12.34`. */
  readonly revenue: string;
  readonly opportunities: number;
}

/**
 * What was closed and won, by currency: added up from the opportunities and not from credits, so that a
 * model that gave too much or too little would show.
 */
export function totalsOf(won: readonly WonJourney[]): RevenueTotal[] {
  const byCurrency = Map.groupBy(won, ({ amount }) => amount.currency);
  return [...byCurrency]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, ours]) => ({
      currency,
      revenue: formatMoney({
        currency,
        minor: ours.reduce((sum, { amount }) => sum + amount.minor, 0n),
      }),
      opportunities: ours.length,
    }));
}
