import { addMoney, type Money } from "../money/money.ts";
import { CHAIN_START, type ChainEnd } from "./chain.ts";
import { CLOSING_KINDS, type EntryKind, type FrozenRate, type LedgerEntry } from "./entry.ts";

/** What became of a won opportunity later. */
export type AfterwardsKind = Exclude<EntryKind, "booked" | "amended" | "reversed">;

/** What closed on one day, in one currency, under one owner. */
export interface Position {
  readonly day: string;
  readonly owner: string | null;
  readonly rate: FrozenRate;
  readonly amount: Money;
  readonly corporate: Money;
}

/** An amount in both currencies. */
export type Both = Pick<Position, "amount" | "corporate">;

/** Where an opportunity stands by its entries. */
export interface Standing {
  readonly end: ChainEnd;
  /** Of the record that was posted last. */
  readonly recordVersion: number;
  /** It was booked, and not reversed since. */
  readonly won: boolean;
  /** The one that closing entries name last; at zero once it was moved away or reversed. */
  readonly position: Position | undefined;
  /** By currency: the rate that was frozen when the deal closed. */
  readonly frozen: ReadonlyMap<string, FrozenRate>;
  /** What the record's own fields made of it afterwards, by kind. */
  readonly afterwards: ReadonlyMap<AfterwardsKind, Both>;
  /** Everything that was refunded, by currency, below zero. */
  readonly refunded: ReadonlyMap<string, bigint>;
  /** What was imported, by its own name. */
  readonly imported: ReadonlyMap<string, LedgerEntry>;
}

export const NOTHING_POSTED: Standing = {
  end: CHAIN_START,
  recordVersion: 0,
  won: false,
  position: undefined,
  frozen: new Map(),
  afterwards: new Map(),
  refunded: new Map(),
  imported: new Map(),
};

/** @param entries - All of one opportunity, in the order of their sequence. */
export function standingOf(entries: readonly LedgerEntry[]): Standing {
  return entries.reduce(standingAfter, NOTHING_POSTED);
}

/** Where it stands once the entry is posted as well. */
export function standingAfter(before: Standing, entry: LedgerEntry): Standing {
  const { sequence, hash, postedAt, recordVersion } = entry;
  const next = { ...before, end: { sequence, hash, postedAt }, recordVersion };
  return CLOSING_KINDS.has(entry.kind) ? afterClosing(next, entry) : afterwards(next, entry);
}

function afterClosing(before: Standing, entry: LedgerEntry): Standing {
  const { kind, amount, corporate, effectiveDay: day, owner, rate } = entry;
  const here = { day, owner, rate, amount, corporate };
  const stays = before.position !== undefined && isAt(before.position, here);
  const position = stays && before.position ? { ...here, ...sumOf(before.position, here) } : here;
  const frozen = new Map(kind === "booked" ? [] : before.frozen);
  if (kind !== "reversed") frozen.set(amount.currency, rate);
  return { ...before, position, frozen, won: kind !== "reversed" };
}

function sumOf(one: Both, other: Both): Both {
  return {
    amount: addMoney(one.amount, other.amount),
    corporate: addMoney(one.corporate, other.corporate),
  };
}

/** Whether both stand on one day, in one currency, under one owner. */
export function isAt(one: Position, other: Position): boolean {
  return (
    one.amount.currency === other.amount.currency &&
    one.day === other.day &&
    one.owner === other.owner
  );
}

function afterwards(before: Standing, entry: LedgerEntry): Standing {
  const { kind, amount, reference } = entry;
  if (kind === "booked" || kind === "amended" || kind === "reversed") return before;
  const refunded = new Map(before.refunded);
  if (kind === "refunded")
    refunded.set(amount.currency, (refunded.get(amount.currency) ?? 0n) + amount.minor);
  if (reference !== undefined)
    return {
      ...before,
      refunded,
      imported: new Map(before.imported).set(reference, entry),
    };
  const known = before.afterwards.get(kind);
  // Of another currency only where the sum of the old one is zero (G7).
  const isSame = known?.amount.currency === amount.currency;
  const sum = isSame && known ? sumOf(known, entry) : { amount, corporate: entry.corporate };
  return { ...before, refunded, afterwards: new Map(before.afterwards).set(kind, sum) };
}
