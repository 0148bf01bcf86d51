import { CLOSING_KINDS, type EntryKind, type LedgerEntry } from "../ledger/entry.ts";
import { isAt, NOTHING_POSTED, type Standing, standingAfter } from "../ledger/standing.ts";
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
  /** An ISO instant: when the entry was posted, or the journey taken. */
  readonly at: string;
  /** Left out where only the journey was taken again. */
  readonly entry?: StepEntry;
  /** From here on credits are split along it. The first step has one, and every booking. */
  readonly taken?: TakenJourney;
}

/**
 * The entries of a chain as they are credited. A deal counts where it was booked, also for nothing; one
 * that was moved counts where it is now, and one whose amount was taken back does not (A22).
 *
 * @param entries - All of one opportunity, in the order of their sequence.
 */
export function stepEntries(entries: readonly LedgerEntry[]): StepEntry[] {
  let standing = NOTHING_POSTED;
  let counts = false;
  return entries.map((entry) => {
    const wasHere = counts && isOf(entry, standing);
    standing = standingAfter(standing, entry);
    if (CLOSING_KINDS.has(entry.kind))
      counts = standing.won && (entry.kind === "booked" || standing.position?.amount.minor !== 0n);
    const { sequence, kind, effectiveDay, owner, amount, corporate, hash } = entry;
    const won = { before: wasHere, after: counts };
    return { sequence, kind, effectiveDay, owner, amount, corporate, hash, won };
  });
}

/** Whether the deal stands where a closing entry is; what is told afterwards moves it nowhere. */
function isOf(entry: LedgerEntry, { position }: Standing): boolean {
  if (!CLOSING_KINDS.has(entry.kind)) return true;
  const { effectiveDay: day, owner, rate, amount, corporate } = entry;
  return position !== undefined && isAt(position, { day, owner, rate, amount, corporate });
}
