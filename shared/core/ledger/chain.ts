import { formatMoney } from "../money/money.ts";
import type { LedgerEntry } from "./entry.ts";

/** Hashes text; the core has no cryptography of its own. */
export type Digest = (text: string) => string;

/** An entry before it has its place in the chain. */
export type UnsealedEntry = Omit<LedgerEntry, "previousHash" | "hash">;

/** Where a chain ends; the start of one has sequence 0 and an empty hash. */
export interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
  readonly postedAt: string;
}

export const CHAIN_START: ChainEnd = { sequence: 0, hash: "", postedAt: "" };

/** Puts the entry behind the end of its chain (G2). */
export function sealEntry(entry: UnsealedEntry, { hash }: ChainEnd, digest: Digest): LedgerEntry {
  const linked = { ...entry, previousHash: hash };
  return { ...linked, hash: digest(textOf(linked)) };
}

/** The first place at which a chain is not what was posted, and what is wrong there. */
export interface Break {
  readonly opportunityId: string;
  readonly sequence: number;
  readonly says: string;
}

/**
 * Checks a chain from its beginning (G2).
 *
 * @param entries - All of one opportunity, in the order of their sequence.
 */
export function findBreak(
  opportunityId: string,
  entries: readonly LedgerEntry[],
  digest: Digest,
): Break | undefined {
  let end = CHAIN_START;
  let version = 0;
  for (const entry of entries) {
    const says = faultOf(opportunityId, entry, { end, version, digest });
    if (says !== undefined) return { opportunityId, sequence: end.sequence + 1, says };
    end = entry;
    version = entry.recordVersion;
  }
  return undefined;
}

function faultOf(
  opportunityId: string,
  entry: LedgerEntry,
  before: { readonly end: ChainEnd; readonly version: number; readonly digest: Digest },
): string | undefined {
  const { end, version, digest } = before;
  if (entry.opportunityId !== opportunityId) return `it is of opportunity ${entry.opportunityId}`;
  if (entry.sequence !== end.sequence + 1)
    return `entry ${end.sequence + 1} is missing; the next one there is ${entry.sequence}`;
  if (entry.previousHash !== end.hash) return "it does not follow from the entry before it";
  if (digest(textOf(entry)) !== entry.hash) return "its content is not what its hash was made of";
  if (entry.postedAt < end.postedAt) return "it was posted before the entry before it";
  if (entry.recordVersion < version) return "it is of an older record than the entry before it";
  return undefined;
}

/** Everything that an entry says but its own hash, as one text that no other entry has. */
function textOf(entry: Omit<LedgerEntry, "hash">): string {
  const { amount, corporate, rate } = entry;
  return JSON.stringify([
    "accord-ledger-1",
    entry.opportunityId,
    String(entry.sequence),
    entry.kind,
    entry.effectiveDay,
    entry.postedAt,
    [amount.currency, formatMoney(amount)],
    [corporate.currency, formatMoney(corporate)],
    [rate.rate, rate.source, rate.day],
    entry.owner,
    String(entry.recordVersion),
    entry.actor,
    entry.because,
    entry.reference ?? null,
    entry.previousHash,
  ]);
}
