import { type Digest, sealEntry } from "../core/ledger/chain.ts";
import type { LedgerEntry } from "../core/ledger/entry.ts";
import { type Draft, type Judgement, judgeClosing } from "../core/ledger/judge.ts";
import { judgeAfterwards } from "../core/ledger/judge-afterwards.ts";
import type { Exchange } from "../core/ledger/rates.ts";
import { type Standing, standingAfter, standingOf } from "../core/ledger/standing.ts";
import type { Judged, LedgerStore, LedgerWorld } from "./ledger-ports.ts";
import type { OpportunityFacts } from "./opportunity-facts.ts";

/** What became of a record's version. */
export interface Posted {
  readonly entries: readonly LedgerEntry[];
  readonly refusals: Judged["refusals"];
  /** A later version was judged already; nothing is posted of an older one. */
  readonly older: boolean;
}

/** Entries of one version are three at the most; others that post at the same time take turns. */
const MOST_ROUNDS = 50;

/**
 * Brings the ledger to what the record says of its opportunity: entry by entry, each at its own place in
 * the chain, and then what was judged. Stopping anywhere is harmless: whoever judges the version again
 * goes on behind the last entry that was posted (G5).
 */
export async function postOpportunity(
  world: LedgerWorld,
  facts: OpportunityFacts,
): Promise<Posted> {
  const { ledger, digest } = world;
  const { opportunityId, recordVersion } = facts;
  const exchange = await exchangeFor(world, facts);
  const entries: LedgerEntry[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const kept = await ledger.load(opportunityId);
    if (kept.unreadable !== undefined)
      throw new Error(
        `entry ${kept.unreadable} of opportunity ${opportunityId} is not what was posted`,
      );
    let standing = standingOf(kept.entries);
    if (recordVersion < Math.max(standing.recordVersion, kept.judged?.recordVersion ?? 0))
      return { entries, refusals: [], older: true };
    for (;;) {
      const { next, refusals } = judgeAll(standing, facts, exchange);
      if (!next) {
        await keep(world, { opportunityId, recordVersion, refusals }, kept.judged);
        return { entries, refusals, older: false };
      }
      const entry = seal(standing, next, { digest, now: world.now });
      if ((await ledger.post(entry)) === "taken") break;
      entries.push(entry);
      standing = standingAfter(standing, entry);
    }
  }
  throw new Error(`opportunity ${opportunityId} is posted to by others without an end`);
}

function judgeAll(standing: Standing, facts: OpportunityFacts, exchange: Exchange): Judgement {
  const closing = judgeClosing(standing, facts, exchange);
  if (closing.next) return closing;
  const later = judgeAfterwards(standing, { ...toldOf(facts), facts: facts.afterwards }, exchange);
  return { ...later, refusals: [...closing.refusals, ...later.refusals] };
}

function toldOf({ opportunityId, recordVersion, owner, actor }: OpportunityFacts) {
  return { opportunityId, recordVersion, owner, actor };
}

/** An entry at the end of the chain, posted now; never before the one that it follows. */
export function seal(
  { end }: Standing,
  draft: Draft,
  { digest, now }: { readonly digest: Digest; readonly now: () => number },
): LedgerEntry {
  const at = new Date(now()).toISOString();
  const postedAt = [at, end.postedAt].sort().at(-1) ?? at;
  return sealEntry({ ...draft, sequence: end.sequence + 1, postedAt }, end, digest);
}

/** Said once a version: a settled opportunity that is judged again costs no write. */
async function keep(
  { ledger, now }: LedgerWorld,
  { opportunityId, recordVersion, refusals }: Omit<Judged, "at">,
  before: Judged | undefined,
): Promise<void> {
  const isKnown =
    before?.recordVersion === recordVersion &&
    JSON.stringify(before.refusals) === JSON.stringify(refusals);
  if (isKnown) return;
  const at = new Date(now()).toISOString();
  await ledger.keepJudged({ opportunityId, recordVersion, refusals, at });
}

/** The rates of the currencies that the facts are in. */
async function exchangeFor(
  { ledger, corporateCurrency }: LedgerWorld,
  { amount, afterwards }: OpportunityFacts,
): Promise<Exchange> {
  const amounts = [amount, ...afterwards.map((fact) => fact.amount)];
  const currencies = amounts.flatMap((one) => (one && "currency" in one ? [one.currency] : []));
  return exchangeOf(ledger, corporateCurrency, currencies);
}

export async function exchangeOf(
  ledger: Pick<LedgerStore, "ratesOf">,
  corporate: string,
  currencies: readonly string[],
): Promise<Exchange> {
  const foreign = [...new Set(currencies)].filter((currency) => currency !== corporate);
  const rates = await Promise.all(foreign.map((currency) => ledger.ratesOf(currency)));
  return { corporate, rates: rates.flat() };
}
