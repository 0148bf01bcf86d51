import { formatMoney } from "../core/money/money.ts";
import type { WonJourney } from "./gather-journeys.ts";

export interface RevenueTotal {
  readonly currency: string;
  /** An exact decimal with the currency's digits, such as `12.34`. */
  readonly revenue: string;
  readonly opportunities: number;
}

/** What was closed and won by the records as they are, by currency. */
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
