import { ledgerFields } from "../../shared/config/ledger.ts";
import { opportunityOf } from "../../shared/dynamodb/keys.ts";
import { parseRecord } from "../../shared/dynamodb/stored-record.ts";
import {
  type CreditWorld,
  creditOpportunity,
  retakeJourney,
} from "../../shared/revenue/credit-opportunity.ts";
import type { LedgerWorld } from "../../shared/revenue/ledger-ports.ts";
import { postChange } from "../../shared/revenue/post-changes.ts";
import type { ItemChange } from "../../shared/runtime/stream-handler.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";

/** Posts what records tell of, and credits what is posted; each in the order of its table's stream. */
export function postLedger(ledger: LedgerWorld, credits: CreditWorld) {
  return async ({ before, after }: ItemChange): Promise<void> => {
    if (after === undefined) return;
    const posted = opportunityOf(String(after["pk"]));
    if (posted !== undefined) return creditOpportunity(credits, posted);
    const change = { before: before && parseRecord(before), after: parseRecord(after) };
    await postChange(ledger, change, ledgerFields);
    if (hasOtherRoles(change)) await retakeJourney(credits, change.after.id);
  };
}

/** Roles are often given after the closing: nobody has to wait a day to see them credited. */
function hasOtherRoles({
  before,
  after,
}: {
  readonly before: AccordRecord | undefined;
  readonly after: AccordRecord;
}): boolean {
  return before !== undefined && String(before.persons) !== String(after.persons);
}
