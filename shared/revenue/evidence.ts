import { creditText } from "../core/attribution/credit-text.ts";
import { type ModelVersion, type Versions, versionAt } from "../core/attribution/version.ts";
import type { LedgerEntry } from "../core/ledger/entry.ts";
import { entryText } from "../core/ledger/entry-text.ts";
import {
  type ClosedMonth,
  closeText,
  concerns,
  creditsFile,
  EVIDENCE,
  modelsText,
  ratesText,
  restatementsText,
} from "../core/ledger/evidence.ts";
import { entriesAround, SETTLED_AFTER_MS } from "./close-period.ts";
import { creditedUntil } from "./credited-until.ts";
import type { LedgerWorld, StoredClose } from "./ledger-ports.ts";
import type { SealWorld } from "./seal-blocks.ts";

export interface EvidenceRefusal {
  readonly refused: "not-closed" | "not-settled" | "not-credited-yet" | "version-unknown";
  readonly reason: string;
}

/** Credits are part of what an auditor checks, since the pack names the versions that make them. */
export interface EvidenceWorld extends LedgerWorld, Pick<SealWorld, "credits" | "blocks"> {}

/** What of an evidence pack is no chain: each file's text by its name, and until when it tells. */
export interface Evidence {
  readonly asOf: string;
  readonly files: Readonly<Record<string, string>>;
  /** Whose credits belong to it, `u-shaped@1f0c9a2e`, and the file of each. */
  readonly credits: readonly { readonly model: string; readonly file: string }[];
}

/** The report of a closed month and what belongs to it, as of a minute ago (G13). */
export async function evidenceOf(
  world: EvidenceWorld,
  period: string,
): Promise<Evidence | EvidenceRefusal> {
  const { ledger } = world;
  const asOf = settledAt(world);
  const kept = await ledger.closes();
  const found = kept.find((close) => close.period === period);
  if (!found) return notClosed(period);
  const versions = versionsThen(await world.credits.versions(), found);
  for (const version of versions)
    if ((await creditedUntil(world, version, found.cutoff)) < found.cutoff)
      return {
        refused: "not-credited-yet",
        reason: `something in ${period} is not credited by ${nameOf(version)} yet: ask again in a minute`,
      };
  const { report, ...close } = found;
  const month: ClosedMonth = { ...close, asOf, closes: kept };
  const own = await ledger.ofMonth(period);
  const around = await entriesAround(ledger, { period, closes: kept, upTo: found.cutoff });
  const currencies = new Set(around.map(({ amount }) => amount.currency));
  const rates = await Promise.all([...currencies].map((currency) => ledger.ratesOf(currency)));
  return {
    asOf,
    credits: versions.map((one) => ({ model: nameOf(one), file: creditsFile(nameOf(one)) })),
    files: {
      [EVIDENCE.report]: report,
      [EVIDENCE.close]: closeText(month),
      [EVIDENCE.restatements]: restatementsText(month, own),
      [EVIDENCE.rates]: ratesText(rates.flat()),
      [EVIDENCE.models]: modelsText(versions.map(toldOf)),
    },
  };
}

/** The versions that the models' names stood for when the month was closed. */
function versionsThen(known: Versions, { closedAt }: StoredClose): ModelVersion[] {
  const names = [...new Set(known.versions.map(({ model }) => model))].sort();
  return names.flatMap((name) => versionAt(known, name, closedAt) ?? []);
}

const nameOf = ({ model, version }: ModelVersion) => `${model}@${version}`;

function toldOf({ model: name, version, journey, definition, learned }: ModelVersion) {
  const told = { name, version, journey, definition };
  return learned ? { ...told, learned: [...learned.weights] } : told;
}

/** Opportunities of a page of chains: some hundred entries, read side by side. */
const CHAINS_A_PAGE = 50;

/** Of a page of credits: a line holds a journey of any length. */
const CREDITED_A_PAGE = 10;

const SHARDS = "0123456789abcdef";

interface ChainsAsked {
  readonly period: string;
  /** As `evidenceOf` answered it, so that all pages tell of the same moment. */
  readonly asOf: string;
  /** A shard, and the last opportunity that was given of it: `3:` or `3:3f0c…`. */
  readonly after: string | undefined;
}

interface LinesPage {
  readonly lines: readonly string[];
  readonly next?: string;
}

/** The chains of the opportunities that a closed month says anything of, as lines, by opportunity. */
export async function chainsBehind(
  world: LedgerWorld,
  asked: ChainsAsked,
): Promise<LinesPage | EvidenceRefusal> {
  const page = await concerned(world, asked, CHAINS_A_PAGE);
  if ("refused" in page) return page;
  const chains = await Promise.all(page.ids.map((id) => wholeChain(world, id)));
  const lines = chains
    .flat()
    .filter(({ postedAt }) => postedAt <= asked.asOf)
    .map(entryText);
  return page.next === undefined ? { lines } : { lines, next: page.next };
}

/** What a version credits of the same opportunities up to the close, as lines, by opportunity. */
export async function creditsBehind(
  world: EvidenceWorld,
  asked: ChainsAsked & { readonly model: string },
): Promise<LinesPage | EvidenceRefusal> {
  const page = await concerned(world, asked, CREDITED_A_PAGE);
  if ("refused" in page) return page;
  const { cutoff } = page.close;
  const versions = versionsThen(await world.credits.versions(), page.close);
  const version = versions.find((one) => nameOf(one) === asked.model);
  if (!version)
    return {
      refused: "version-unknown",
      reason: `${asked.model} was not in force when ${asked.period} was closed; there was: ${versions.map(nameOf).join(", ")}`,
    };
  const rows = await Promise.all(page.ids.map((id) => world.credits.creditsOf(id, version)));
  const lines = rows
    .flat()
    .filter(({ at }) => at <= cutoff)
    .map(creditText);
  return page.next === undefined ? { lines } : { lines, next: page.next };
}

/** A page of the opportunities that a closed month says anything of. */
async function concerned(
  world: LedgerWorld,
  { period, asOf, after = `${SHARDS[0]}:` }: ChainsAsked,
  most: number,
): Promise<
  | { readonly ids: readonly string[]; readonly close: StoredClose; readonly next?: string }
  | EvidenceRefusal
> {
  const { ledger } = world;
  if (asOf > settledAt(world))
    return {
      refused: "not-settled",
      reason: `the last minute is still moving: ask as of ${settledAt(world)} or earlier`,
    };
  // A month is closed as of a minute before it is: whatever is in its report has settled by then.
  const closes = (await ledger.closes()).filter(({ cutoff }) => cutoff <= asOf);
  const close = closes.find((one) => one.period === period);
  if (!close) return notClosed(period);
  const [shard = "", last = ""] = after.split(":");
  // What was posted later and counts in the month is among the month's own.
  const entries = await entriesAround(ledger, { period, closes, upTo: close.cutoff, shard });
  const found = entries
    .filter((entry) => entry.postedAt <= asOf && concerns(entry, { period, closes }))
    .map(({ opportunityId }) => opportunityId);
  const left = [...new Set(found)].filter((id) => id > last).sort();
  const ids = left.slice(0, most);
  const next = left.length > ids.length ? `${shard}:${ids.at(-1)}` : shardAfter(shard);
  return next === undefined ? { ids, close } : { ids, close, next };
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
