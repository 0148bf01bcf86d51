import type { LedgerFields } from "../core/ledger/ledger-fields.ts";

/** What every amount of the ledger is converted to besides: Salesforce's corporate currency. ISO 4217. */
export const CORPORATE_CURRENCY = "USD";

/**
 * Which fields of the mapping tell of an opportunity's money. Fields of totals that were refunded,
 * churned or renewed are named here once the mapping has them: `afterwards: [{ kind: "refunded",
 * amount: "refundedAmount", day: "refundedOn" }]`; without any, such facts are imported.
 */
export const ledgerFields: LedgerFields = {
  won: "won",
  amount: "amount",
  closeDate: "closeDate",
  owner: "owner",
  stage: "stage",
  afterwards: [],
};
