import type { Rate } from "../core/ledger/rates.ts";
import type { SalesforceBooks } from "./books.ts";
import type { LedgerWorld } from "./ledger-ports.ts";

export interface RatesRead {
  /** Rates that were not known, or were others before. */
  readonly kept: readonly Rate[];
  /** Why nothing was kept, if so. */
  readonly refused?: string;
}

/**
 * Keeps Salesforce's rates with the day on which they were read. A rate that changed is kept beside the
 * one before it: entries froze theirs, and later closings take the later one (G4).
 */
export async function readRates(
  { ledger, corporateCurrency, now }: LedgerWorld,
  books: SalesforceBooks,
): Promise<RatesRead> {
  const { corporate = corporateCurrency, rates } = await books.rates();
  if (corporate !== corporateCurrency)
    return {
      kept: [],
      refused: `Salesforce's corporate currency is ${corporate}, and that of shared/config/ledger.ts is ${corporateCurrency}: make them one`,
    };
  const readAt = new Date(now()).toISOString();
  const kept: Rate[] = [];
  for (const [currency, told] of Map.groupBy(rates, (rate) => rate.currency)) {
    const known = await ledger.ratesOf(currency);
    for (const one of told) {
      const rate = { ...one, readAt };
      if (isKnown(rate, known)) continue;
      await ledger.keepRate(rate);
      kept.push(rate);
    }
  }
  return { kept };
}

/** By the one that was read last of those that begin on the same day. */
function isKnown(rate: Rate, known: readonly Rate[]): boolean {
  const same = known.filter(({ from, source }) => from === rate.from && source === rate.source);
  const last = same.reduce<Rate | undefined>(
    (latest, one) => (latest === undefined || one.readAt > latest.readAt ? one : latest),
    undefined,
  );
  return last?.rate === rate.rate;
}
