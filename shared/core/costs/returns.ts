import type { Money } from "../money/money.ts";
import type { CostFact } from "./cost-fact.ts";

/** What a campaign earned, in the corporate currency. */
export interface Earned {
  /** False: what no touch earned. */
  readonly attributed: boolean;
  /** Null where no campaign earned it. */
  readonly campaign: string | null;
  readonly revenue: Money;
  readonly won: number;
}

/** Amounts in one currency, in minor units. */
export interface Sums {
  readonly revenue: bigint;
  readonly cost: bigint;
  /** `revenue` less `cost`. */
  readonly return: bigint;
  readonly won: number;
}

export interface CampaignReturn extends Sums, Pick<Earned, "attributed" | "campaign"> {
  readonly currency: string;
  /** What there is of it (C8). */
  readonly has: "both" | "cost" | "revenue";
}

/** What campaigns earned beside what they cost, by currency, in no set order (C7, C8). */
export function returnsOf(earned: readonly Earned[], costs: readonly CostFact[]): CampaignReturn[] {
  const parts = [
    ...earned.map(({ revenue: { minor, currency }, ...one }) => ({
      ...one,
      ...{ currency, revenue: minor, cost: 0n, isEarned: true },
    })),
    // What was taken back was spent on nobody.
    ...costs
      .filter(({ corporate }) => corporate.minor !== 0n)
      .map(({ campaign, corporate: { minor, currency } }) => ({
        ...{ attributed: true, campaign, won: 0 },
        ...{ currency, revenue: 0n, cost: minor, isEarned: false },
      })),
  ];
  const groups = Map.groupBy(parts, ({ currency, attributed, campaign }) =>
    JSON.stringify([currency, attributed, campaign]),
  );
  return [...groups.values()].flatMap((group) => {
    const [one] = group;
    if (!one) return [];
    const { currency, attributed, campaign } = one;
    const isEarned = group.some((part) => part.isEarned);
    const isSpent = group.some((part) => !part.isEarned);
    const has = isEarned && isSpent ? "both" : isSpent ? "cost" : "revenue";
    return [{ currency, attributed, campaign, has, ...addedUp(group) }];
  });
}

/** Of one currency. */
export function addedUp(parts: readonly Omit<Sums, "return">[]): Sums {
  const [revenue, cost] = [
    parts.reduce((sum, part) => sum + part.revenue, 0n),
    parts.reduce((sum, part) => sum + part.cost, 0n),
  ];
  return {
    ...{ revenue, cost, return: revenue - cost },
    won: parts.reduce((sum, { won }) => sum + won, 0),
  };
}

const DECIMALS = 4;

/** The return over the cost as a decimal with four digits, half away from zero; null without a cost (C8). */
export function returnOnCost({ return: gained, cost }: Pick<Sums, "return" | "cost">) {
  if (cost <= 0n) return null;
  const size = gained < 0n ? -gained : gained;
  const rounded = (2n * size * 10n ** BigInt(DECIMALS) + cost) / (2n * cost);
  const text = String(rounded).padStart(DECIMALS + 1, "0");
  const sign = gained < 0n && rounded !== 0n ? "-" : "";
  return `${sign}${text.slice(0, -DECIMALS)}.${text.slice(-DECIMALS)}`;
}
