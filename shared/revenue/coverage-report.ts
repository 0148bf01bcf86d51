import { GAPS, type Gap, gapOf } from "../core/attribution/coverage.ts";
import type { Attribution } from "../core/attribution/model.ts";
import { formatMoney } from "../core/money/money.ts";
import { gatherJourneys, type WonJourney } from "./gather-journeys.ts";
import type { Period, RevenueStore } from "./ports.ts";
import { type RevenueTotal, totalsOf } from "./won-totals.ts";

/** The largest opportunities of a gap that are named: where to begin. */
const MOST_NAMED = 5;

interface CoverageGap {
  readonly gap: Gap;
  readonly currency: string;
  readonly revenue: string;
  readonly opportunities: number;
  /** What would close it. */
  readonly fix: string;
  /** The largest ones. */
  readonly first: readonly { readonly id: string; readonly name: string | null }[];
}

interface Coverage extends RevenueTotal {
  /** Of the revenue above, what can be credited to a touch. */
  readonly covered: string;
  readonly coveredOpportunities: number;
  /** In percent, cut to two decimals; null where there is no revenue. */
  readonly share: string | null;
}

export interface CoverageReport extends Period {
  readonly coverage: readonly Coverage[];
  /** By currency, the most money first. */
  readonly gaps: readonly CoverageGap[];
  readonly withoutAmount: number;
}

interface Judged extends WonJourney {
  readonly gap: Gap | null;
}

/** How much of what was won can be credited, and what stands in the way of the rest (A18). */
export async function coverageOf(
  period: Period,
  { journey: policy }: Pick<Attribution, "journey">,
  store: RevenueStore,
): Promise<CoverageReport> {
  const { won, withoutAmount } = await gatherJourneys(store, policy, { period, reads: "won" });
  const judged = won.map((one) => ({ ...one, gap: gapOf(one.opportunity, one.persons, policy) }));
  const coverage = totalsOf(won).map((total) => {
    const all = judged.filter(({ amount }) => amount.currency === total.currency);
    const covered = all.filter(({ gap }) => gap === null);
    const minor = sumOf(covered);
    return {
      ...total,
      covered: formatMoney({ minor, currency: total.currency }),
      coveredOpportunities: covered.length,
      share: percent(minor, sumOf(all)),
    };
  });
  const inGaps = judged.filter(({ gap }) => gap !== null);
  const groups = Map.groupBy(inGaps, ({ gap, amount }) => `${amount.currency} ${gap}`);
  const gaps = [...groups.values()].flatMap(gapReport).sort(byCurrencyThenMoney);
  return { ...period, coverage, gaps: gaps.map(({ minor: _, ...gap }) => gap), withoutAmount };
}

function gapReport(group: readonly Judged[]): (CoverageGap & { readonly minor: bigint })[] {
  const [one] = group;
  if (!one || one.gap === null) return [];
  const { currency } = one.amount;
  const minor = sumOf(group);
  const largest = [...group].sort((a, b) => (a.amount.minor > b.amount.minor ? -1 : 1));
  return [
    {
      gap: one.gap,
      currency,
      minor,
      revenue: formatMoney({ minor, currency }),
      opportunities: group.length,
      fix: GAPS[one.gap],
      first: largest.slice(0, MOST_NAMED).map(({ opportunity: { id, name } }) => ({ id, name })),
    },
  ];
}

function byCurrencyThenMoney(
  one: { readonly currency: string; readonly minor: bigint },
  other: typeof one,
): number {
  if (one.currency !== other.currency) return one.currency < other.currency ? -1 : 1;
  return one.minor > other.minor ? -1 : 1;
}

function sumOf(won: readonly WonJourney[]): bigint {
  return won.reduce((sum, { amount }) => sum + amount.minor, 0n);
}

/** Cut, not rounded: only what is covered whole is shown as 100.00. */
function percent(part: bigint, all: bigint): string | null {
  if (all === 0n) return null;
  const hundredths = String((part * 10_000n) / all).padStart(3, "0");
  return `${hundredths.slice(0, -2)}.${hundredths.slice(-2)}`;
}
