import { type Attribution, modelsOf } from "../core/attribution/model.ts";
import type { LedgerEntry } from "../core/ledger/entry.ts";
import { entryText } from "../core/ledger/entry-text.ts";
import {
  type ClosedMonth,
  closeText,
  concerns,
  EVIDENCE,
  modelsText,
  ratesText,
  restatementsText,
} from "../core/ledger/evidence.ts";
import { entriesAround, SETTLED_AFTER_MS } from "./close-period.ts";
import type { LedgerWorld } from "./ledger-ports.ts";

export interface EvidenceRefusal {
  readonly refused: "not-closed" | "not-settled";
  readonly reason: string;
}

/** What of an evidence pack is no chain: each file's text by its name, and until when it tells. */
export interface Evidence {
  readonly asOf: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The report of a closed month and what belongs to it, as of a minute ago (G13). */
export async function evidenceOf(
  world: LedgerWorld,
  { period, attribution }: { readonly period: string; readonly attribution: Attribution },
): Promise<Evidence | EvidenceRefusal> {
  const { ledger } = world;
  const asOf = settledAt(world);
  const kept = await ledger.closes();
  const found = kept.find((close) => close.period === period);
  if (!found) return notClosed(period);
  const { report, ...close } = found;
  const month: ClosedMonth = { ...close, asOf, closes: kept };
  const own = await ledger.ofMonth(period);
  const around = await entriesAround(ledger, { period, closes: kept, upTo: found.cutoff });
  const currencies = new Set(around.map(({ amount }) => amount.currency));
  const rates = await Promise.all([...currencies].map((currency) => ledger.ratesOf(currency)));
  const models = modelsOf(attribution).map(({ name, version, journey, definition }) => ({
    name,
    version,
    journey,
    definition,
  }));
  return {
    asOf,
    files: {
      [EVIDENCE.report]: report,
      [EVIDENCE.close]: closeText(month),
      [EVIDENCE.restatements]: restatementsText(month, own),
      [EVIDENCE.rates]: ratesText(rates.flat()),
      [EVIDENCE.models]: modelsText(models),
    },
  };
}

/** Opportunities of a page of chains: some hundred entries, read side by side. */
const CHAINS_A_PAGE = 50;

const SHARDS = "0123456789abcdef";

interface ChainsAsked {
  readonly period: string;
  /** As `evidenceOf` answered it, so that all pages tell of the same moment. */
  readonly asOf: string;
  /** A shard, and the last opportunity that was given of it: `3:` or `3:3f0c…`. */
  readonly after: string | undefined;
}

/** The chains of the opportunities that a closed month says anything of, as lines, by opportunity. */
export async function chainsBehind(
  world: LedgerWorld,
  { period, asOf, after = `${SHARDS[0]}:` }: ChainsAsked,
): Promise<{ readonly lines: readonly string[]; readonly next?: string } | EvidenceRefusal> {
  const { ledger } = world;
  if (asOf > settledAt(world))
    return {
      refused: "not-settled",
      reason: `the last minute is still moving: ask as of ${settledAt(world)} or earlier`,
    };
  // A month is closed as of a minute before it is: whatever is in its report has settled by then.
  const closes = (await ledger.closes()).filter(({ cutoff }) => cutoff <= asOf);
  const found = closes.find((close) => close.period === period);
  if (!found) return notClosed(period);
  const [shard = "", last = ""] = after.split(":");
  // What was posted later and counts in the month is among the month's own.
  const entries = await entriesAround(ledger, { period, closes, upTo: found.cutoff, shard });
  const ids = entries
    .filter((entry) => entry.postedAt <= asOf && concerns(entry, { period, closes }))
    .map(({ opportunityId }) => opportunityId);
  const left = [...new Set(ids)].filter((id) => id > last).sort();
  const given = left.slice(0, CHAINS_A_PAGE);
  const chains = await Promise.all(given.map((id) => wholeChain(world, id)));
  const lines = chains
    .flat()
    .filter(({ postedAt }) => postedAt <= asOf)
    .map(entryText);
  const next = left.length > given.length ? `${shard}:${given.at(-1)}` : shardAfter(shard);
  return next === undefined ? { lines } : { lines, next };
}

async function wholeChain({ ledger }: LedgerWorld, id: string): Promise<readonly LedgerEntry[]> {
  const { entries, unreadable } = await ledger.load(id);
  if (unreadable === undefined) return entries;
  throw new Error(`entry ${unreadable} of opportunity ${id} is not what was posted`);
}

function shardAfter(shard: string): string | undefined {
  const next = SHARDS[SHARDS.indexOf(shard) + 1];
  return next === undefined ? undefined : `${next}:`;
}

function settledAt({ now }: LedgerWorld): string {
  return new Date(now() - SETTLED_AFTER_MS).toISOString();
}

function notClosed(period: string): EvidenceRefusal {
  return {
    refused: "not-closed",
    reason: `${period} is not closed: evidence is of a closed month, see 'accord revenue periods'`,
  };
}
