import { addMoney, formatMoney, type Money } from "../money/money.ts";
import { monthOf } from "./calendar.ts";
import type { Digest } from "./chain.ts";
import { CLOSING_KINDS, ENTRY_KINDS, type EntryKind, type LedgerEntry } from "./entry.ts";
import { type Close, reportedIn } from "./periods.ts";

/** Sums of one currency, as exact decimals; a kind that nothing was posted of is left out. */
export interface ReportLine {
  readonly currency: string;
  readonly kinds: Readonly<Partial<Record<EntryKind, string>>>;
  /** What is booked, amended and reversed, all in all. */
  readonly closedWon: string;
  readonly opportunities: number;
  readonly entries: number;
}

/** An entry as reports show it. */
export interface ReportedEntry {
  readonly opportunity: string;
  readonly sequence: number;
  readonly kind: EntryKind;
  readonly effectiveDay: string;
  readonly postedAt: string;
  readonly currency: string;
  readonly amount: string;
  readonly corporate: string;
  readonly actor: string;
  readonly because: string;
}

/** What the ledger says of a month. Its text is the same wherever and whenever it is made (G10). */
export interface PeriodReport {
  readonly period: string;
  /** Nothing that was posted later is in it. */
  readonly asOf: string;
  /** By currency of the deals, of entries that count in this month. */
  readonly lines: readonly ReportLine[];
  /** The same in the corporate currency. */
  readonly corporate: readonly ReportLine[];
  /** What changed of months that were closed before, one by one. */
  readonly restatements: readonly ReportedEntry[];
  /** Over the hashes of all entries that it is made of. */
  readonly entriesHash: string;
}

export interface ReportAsked {
  readonly period: string;
  readonly asOf: string;
  /** The last moment whose entries count, where it is not `asOf`: of a close, its cutoff. */
  readonly upTo?: string;
}

/**
 * The report of a month as it was at a moment.
 *
 * @param entries - At least those of the month, and those posted since the close before it; any order.
 * @param closes - Every close there is; later ones than `asOf` do not count.
 */
export function reportOf(
  { period, asOf, upTo = asOf }: ReportAsked,
  {
    entries,
    closes,
    digest,
  }: {
    readonly entries: readonly LedgerEntry[];
    readonly closes: readonly Close[];
    readonly digest: Digest;
  },
): PeriodReport {
  const known = closes.filter(({ closedAt }) => closedAt <= asOf);
  const mine = [...entries]
    .filter((entry) => entry.postedAt <= upTo && reportedIn(entry, known) === period)
    .sort(byPosting);
  const own = mine.filter(({ effectiveDay }) => monthOf(effectiveDay) === period);
  const restated = mine.filter(({ effectiveDay }) => monthOf(effectiveDay) !== period);
  return {
    period,
    asOf,
    lines: linesOf(own, ({ amount }) => amount),
    corporate: linesOf(own, ({ corporate }) => corporate),
    restatements: restated.map(shown),
    entriesHash: digest(mine.map(({ hash }) => hash).join("\n")),
  };
}

/** By time; of one instant, by opportunity and sequence, so that the order decides nothing. */
export function byPosting(one: LedgerEntry, other: LedgerEntry): number {
  if (one.postedAt !== other.postedAt) return one.postedAt < other.postedAt ? -1 : 1;
  if (one.opportunityId !== other.opportunityId)
    return one.opportunityId < other.opportunityId ? -1 : 1;
  return one.sequence - other.sequence;
}

export function linesOf(
  entries: readonly LedgerEntry[],
  moneyOf: (entry: LedgerEntry) => Money,
): ReportLine[] {
  const currencies = [...new Set(entries.map((entry) => moneyOf(entry).currency))].sort();
  return currencies.map((currency) => {
    const here = entries.filter((entry) => moneyOf(entry).currency === currency);
    const sumOf = (isMeant: (entry: LedgerEntry) => boolean) =>
      here.filter(isMeant).map(moneyOf).reduce(addMoney, { minor: 0n, currency });
    const kinds = ENTRY_KINDS.filter((kind) => here.some((entry) => entry.kind === kind));
    return {
      currency,
      kinds: Object.fromEntries(
        kinds.map((kind) => [kind, formatMoney(sumOf((entry) => entry.kind === kind))]),
      ),
      closedWon: formatMoney(sumOf(({ kind }) => CLOSING_KINDS.has(kind))),
      opportunities: new Set(here.map(({ opportunityId }) => opportunityId)).size,
      entries: here.length,
    };
  });
}

export function shown(entry: LedgerEntry): ReportedEntry {
  const { opportunityId: opportunity, sequence, kind, effectiveDay, postedAt } = entry;
  const { currency } = entry.amount;
  const amount = formatMoney(entry.amount);
  const corporate = formatMoney(entry.corporate);
  const { actor, because } = entry;
  const when = { opportunity, sequence, kind, effectiveDay, postedAt };
  return { ...when, currency, amount, corporate, actor, because };
}
