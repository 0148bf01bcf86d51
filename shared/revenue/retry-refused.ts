import type { LedgerFields } from "../core/ledger/ledger-fields.ts";
import type { LedgerWorld } from "./ledger-ports.ts";
import type { Opportunities } from "./opportunities.ts";
import { factsOf } from "./opportunity-facts.ts";
import { postOpportunity } from "./post-opportunity.ts";

interface Tried {
  /** Opportunities that were judged again. */
  readonly tried: number;
  /** Entries that were posted. */
  readonly posted: number;
  /** Opportunities of which something is still refused. */
  readonly left: number;
}

/** More pages than this are a bug: a hundred thousand opportunities that cannot be posted. */
const MOST_PAGES = 1000;

/** Judges once more what was refused, by the records as they are now: a rate may be known by then. */
export async function retryRefused(
  world: LedgerWorld,
  opportunities: Opportunities,
  fields: LedgerFields,
): Promise<Tried> {
  const sum = { tried: 0, posted: 0, left: 0 };
  let after: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { items, next } = await world.ledger.refused(after);
    const records = await opportunities.load(items.map(({ opportunityId }) => opportunityId));
    for (const record of records) {
      const { entries, refusals } = await postOpportunity(world, factsOf(record, fields));
      sum.tried += 1;
      sum.posted += entries.length;
      sum.left += refusals.length > 0 ? 1 : 0;
    }
    after = next;
    if (after === undefined) break;
  }
  return sum;
}
