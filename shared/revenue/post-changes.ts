import type { LedgerFields } from "../core/ledger/ledger-fields.ts";
import type { AccordRecord } from "../sync/record.ts";
import type { LedgerWorld } from "./ledger-ports.ts";
import { factsOf, type OpportunityFacts } from "./opportunity-facts.ts";
import { type Posted, postOpportunity } from "./post-opportunity.ts";

/**
 * Posts a new version of a record, as its table's stream tells of it. Most versions say nothing new of
 * money; they cost no call.
 */
export async function postChange(
  world: LedgerWorld,
  { before, after }: { readonly before: AccordRecord | undefined; readonly after: AccordRecord },
  fields: LedgerFields,
): Promise<Posted | undefined> {
  const now = factsOf(after, fields);
  const then = before && factsOf(before, fields);
  return saysNothingNew(then, now) ? undefined : postOpportunity(world, now);
}

function saysNothingNew(before: OpportunityFacts | undefined, after: OpportunityFacts): boolean {
  if (before === undefined) return !after.won && after.afterwards.length === 0;
  return textOf(before) === textOf(after);
}

/** What of the facts an entry or a refusal could come of. */
function textOf({ won, amount, closedOn, owner, unreadable, afterwards }: OpportunityFacts) {
  // While it is not won, nothing else of it matters.
  const closing = won ? [amount, closedOn, owner, unreadable] : [];
  return JSON.stringify([won, closing, afterwards], (_name, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  );
}
