/**
 * What the ledger does not post, by name, and what a person can do about it. Nothing is posted in its
 * place, and nothing is guessed.
 */
export const REMEDIES = {
  "not-a-decimal": "correct the amount in Salesforce or HubSpot",
  "unknown-currency": "give the deal a currency of ISO 4217",
  "finer-than-minor-unit": "round the amount in Salesforce or HubSpot to its currency's decimals",
  "unreadable-value": "correct the value in Salesforce or HubSpot",
  "rate-missing": "give the currency a rate for the close date in Salesforce, then retry",
  "rate-unusable": "give the currency a rate above zero in Salesforce, then retry",
  "close-date-incomplete": "give the close date as a day with its year",
  "day-incomplete": "give the day with its year",
  "refund-above-booking": "correct the refund, or the amount of the deal",
  "currency-differs": "give the amount in the currency of the deal",
  "currency-changed-after":
    "take back what was refunded, churned or renewed in the old currency first",
  "reference-reused": "give the other fact a reference of its own",
  "not-above-zero": "give an amount above zero",
  "opportunity-unknown": "give Accord's id of it, or Salesforce's of 18 characters",
  "nothing-booked": "import it once the deal is closed and won",
} as const;

export type RefusalName = keyof typeof REMEDIES;

export interface LedgerRefusal {
  readonly name: RefusalName;
  readonly says: string;
}

export function refusal(name: RefusalName, says: string): LedgerRefusal {
  return { name, says };
}
