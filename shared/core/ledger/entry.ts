import type { Money } from "../money/money.ts";

/**
 * What happened to the money of an opportunity. `booked`, `amended` and `reversed` add up to what is
 * closed and won; the others come on top, and say what became of it afterwards.
 */
export const ENTRY_KINDS = [
  "booked",
  "amended",
  "reversed",
  "refunded",
  "churned",
  "renewed",
] as const;

export type EntryKind = (typeof ENTRY_KINDS)[number];

/** The kinds that add up to closed-won: what Salesforce says is won, and what attribution credits. */
export const CLOSING_KINDS: ReadonlySet<EntryKind> = new Set(["booked", "amended", "reversed"]);

/** Frozen when the deal closed. */
export interface FrozenRate {
  /** Units of the deal's currency to one of the corporate one, an exact decimal such as `0.92`. */
  readonly rate: string;
  readonly source: string;
  /** The day that the source gives it for, `YYYY-MM-DD`. */
  readonly day: string;
}

/** A dated fact about the money of one opportunity. Never edited: what changes is another entry. */
export interface LedgerEntry {
  readonly opportunityId: string;
  /** 1, 2, 3, … within the opportunity, without a gap. */
  readonly sequence: number;
  readonly kind: EntryKind;
  /** The day on which it counts, `YYYY-MM-DD`: of a closing the close date, else that of the event. */
  readonly effectiveDay: string;
  /** When it was posted, an ISO instant. Never earlier than the entry before it in the chain. */
  readonly postedAt: string;
  /** In the currency of the deal; negative where money is taken back. */
  readonly amount: Money;
  /** The same in the corporate currency, at `rate`. */
  readonly corporate: Money;
  readonly rate: FrozenRate;
  /** Whose deal it was; null where nobody owned it. */
  readonly owner: string | null;
  /** The version of the opportunity's record that it was made of. */
  readonly recordVersion: number;
  /** Who changed it, as far as the CRMs tell; of an import, who imported it. */
  readonly actor: string;
  readonly because: string;
  /** Of an import: its own name for the fact, which is posted once. */
  readonly reference?: string;
  /** Of the entry before it in the chain; empty for the first. */
  readonly previousHash: string;
  /** Over everything above. */
  readonly hash: string;
}
