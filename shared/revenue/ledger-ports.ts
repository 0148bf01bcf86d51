import type { Digest } from "../core/ledger/chain.ts";
import type { LedgerEntry } from "../core/ledger/entry.ts";
import type { Close } from "../core/ledger/periods.ts";
import type { Rate } from "../core/ledger/rates.ts";
import type { RefusalName } from "../core/ledger/refusal.ts";

/** What came of judging an opportunity: the version that was judged last, and what could not be posted. */
export interface Judged {
  readonly opportunityId: string;
  readonly recordVersion: number;
  /** An ISO instant. */
  readonly at: string;
  readonly refusals: readonly { readonly name: RefusalName; readonly says: string }[];
}

/** A month that was closed, with its report as it was then. */
export interface StoredClose extends Close {
  /** Who closed it, and why. */
  readonly by: string;
  readonly because: string;
  /** The report, byte for byte. */
  readonly report: string;
  readonly reportHash: string;
}

interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the list goes on; left out at its end. */
  readonly next?: string;
}

/** The ledger. Entries are added, and never edited or taken out. */
export interface LedgerStore {
  /** Nothing was posted before, `2026-01`. */
  readonly firstMonth: string;
  /** All entries of an opportunity by sequence, and what it was judged to be last. */
  load(opportunityId: string): Promise<{
    readonly entries: readonly LedgerEntry[];
    readonly judged: Judged | undefined;
    /** The sequence of the first item that is no entry as it is posted; entries end before it. */
    readonly unreadable?: number;
  }>;
  /** Adds an entry at its place. "taken": another one was there first. */
  post(entry: LedgerEntry): Promise<"posted" | "taken">;
  /** Keeps what was judged, unless a later version was judged already. */
  keepJudged(judged: Judged): Promise<void>;
  /** Opportunities of which something was refused when they were judged last. */
  refused(after: string | undefined): Promise<Page<Judged>>;
  /** Entries by the month of their effective day, in any order; of one shard of the opportunities, or all. */
  ofMonth(month: string, shard?: string): Promise<readonly LedgerEntry[]>;
  /** Entries that were posted after one moment, up to another, in any order; of one shard, or all. */
  postedBetween(from: string, to: string, shard?: string): Promise<readonly LedgerEntry[]>;
  /** A page of what was posted in a month, in that order; `after` is the `next` of the one before. */
  page(month: string, after: string | undefined): Promise<Page<LedgerEntry>>;
  /** When the first entry behind a moment was posted; undefined: there is none. */
  firstPostedAfter(moment: string): Promise<string | undefined>;
  /** Of the ids that begin with the shard, `0` to `f`: whatever was posted of up to `today`. */
  opportunitiesIn(shard: string, today: string): Promise<readonly string[]>;
  closes(): Promise<readonly StoredClose[]>;
  /** "taken": the month is closed already. */
  close(close: StoredClose): Promise<"closed" | "taken">;
  ratesOf(currency: string): Promise<readonly Rate[]>;
  /** Adds a rate; one that is known already is kept as it is. */
  keepRate(rate: Rate): Promise<void>;
}

/** What posting has of the outside. */
export interface LedgerWorld {
  readonly ledger: LedgerStore;
  readonly digest: Digest;
  /** ISO 4217: what every amount is converted to besides. */
  readonly corporateCurrency: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
