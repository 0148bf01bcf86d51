import type { FrozenRate } from "./entry.ts";

/** A rate as a source gives it. */
export interface Rate {
  /** ISO 4217. */
  readonly currency: string;
  /** Units of the currency to one of the corporate one, an exact decimal. */
  readonly rate: string;
  readonly source: string;
  /** The first day it holds for; left out where the source keeps one rate for all days. */
  readonly from?: string;
  /** When it was read from the source, an ISO instant. */
  readonly readAt: string;
}

/** The rates that are known, and the currency they lead to. */
export interface Exchange {
  readonly corporate: string;
  readonly rates: readonly Rate[];
}

/**
 * The rate of a currency on a day (G4): the dated one that began last, else the undated one. Of two
 * that say the same, the one that was read last.
 */
export function rateOn(
  { corporate, rates }: Exchange,
  { currency, day }: { readonly currency: string; readonly day: string },
): FrozenRate | undefined {
  if (currency === corporate) return { rate: "1", source: "corporate currency", day };
  let best: Rate | undefined;
  for (const rate of rates) {
    if (rate.currency !== currency || (rate.from ?? "") > day) continue;
    if (best === undefined || rank(rate) >= rank(best)) best = rate;
  }
  if (best === undefined) return undefined;
  return { rate: best.rate, source: best.source, day: best.from ?? best.readAt.slice(0, 10) };
}

function rank({ from = "", readAt }: Rate): string {
  return `${from.padEnd(10, " ")} ${readAt}`;
}
