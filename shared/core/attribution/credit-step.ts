import { CLOSING_KINDS, type EntryKind, type LedgerEntry } from "../ledger/entry.ts";
import { isAt, type Standing, standingAfter } from "../ledger/standing.ts";
import type { Money } from "../money/money.ts";
import type { Closing, JourneyPerson } from "./journey.ts";

/** What is credited of a ledger entry. */
export interface StepEntry {
  readonly sequence: number;
  readonly kind: EntryKind;
  /** `YYYY-MM-DD`. */
  readonly effectiveDay: string;
  readonly owner: string | null;
  readonly amount: Money;
  readonly corporate: Money;
  /** The entry's own hash: which entry of the chain it is, byte for byte. */
  readonly hash: string;
  /** Whether the deal counts as won where the entry is (its day, currency and owner), before and after it. */
  readonly won: { readonly before: boolean; readonly after: boolean };
}

/** What was known at one moment of what led to a booking. Models look at it each in their own way. */
export interface TakenJourney {
  readonly takenAt: string;
  readonly closing: Closing;
  readonly persons: readonly JourneyPerson[];
  /** Those of the persons who have a role on the opportunity itself. */
  readonly roleIds: readonly string[];
  /** What the opportunity was of then, such as its company and segment, by the name of the dimension. */
  readonly dimensions: Readonly<Record<string, string | null>>;
}

/**
 * A step of crediting one opportunity: one entry of its ledger, or its journey taken once more. Steps are
 * numbered from 1 without a gap, are added, and are never edited: every model's credits follow from them.
 */
export interface CreditStep {
  readonly opportunityId: string;
  readonly number: number;
  /** An ISO instant: when the entry was posted, or the journey taken. Never before the step before it. */
  readonly at: string;
  /** Left out where only the journey was taken again. */
  readonly entry?: StepEntry;
  /** From here on credits are split along it. The first step has one, and every booking. */
  readonly taken?: TakenJourney;
}

/** The entries of a chain as they are credited. */
export function stepEntries(entries: readonly LedgerEntry[], start: Standing): StepEntry[] {
  let standing = start;
  return entries.map((entry) => {
    const before = countsAt(standing, entry);
    standing = standingAfter(standing, entry);
    const won = { before, after: countsAt(standing, entry) };
    const { sequence, kind, effectiveDay, owner, amount, corporate, hash } = entry;
    return { sequence, kind, effectiveDay, owner, amount, corporate, hash, won };
  });
}

/** A deal without an amount is not counted (A6), and one that was moved is counted where it is now. */
function countsAt({ won, position }: Standing, entry: LedgerEntry): boolean {
  if (!won || !position || position.amount.minor === 0n) return false;
  if (!CLOSING_KINDS.has(entry.kind)) return true;
  const { effectiveDay: day, owner, rate, amount, corporate } = entry;
  return isAt(position, { day, owner, rate, amount, corporate });
}
