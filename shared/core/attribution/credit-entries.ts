import { allocate } from "../money/allocate.ts";
import type { Money } from "../money/money.ts";

/** A dated amount of one opportunity: booked, amended, reversed, refunded. A ledger entry is one. */
export interface AmountEntry {
  readonly amount: Money;
}

/** How one entry is credited: a part by weight, in their order, and what nobody earned. */
export interface EntryCredits<Entry> {
  readonly entry: Entry;
  readonly parts: readonly Money[];
  readonly unattributed: Money;
}

/**
 * Credits the entries of one opportunity along one split (A17). Each gets the difference between the
 * split of all up to it and the split of all before it, so that after each entry the credits are the
 * exact split of what is left; nothing is left of a credit once everything is taken back.
 *
 * @param entries - In the order in which they count, all in one currency.
 * @param weights - Of the touches, by the model that was in force when the first entry was credited;
 * all zero, or none: nobody earned anything.
 */
export function creditEntries<Entry extends AmountEntry>(
  entries: readonly Entry[],
  weights: readonly bigint[],
): EntryCredits<Entry>[] {
  const isEarned = weights.some((weight) => weight > 0n);
  let sum = 0n;
  let before = weights.map(() => 0n);
  return entries.map((entry) => {
    const { minor, currency } = entry.amount;
    sum += minor;
    const after = isEarned ? splitOf({ minor: sum, currency }, weights) : before;
    const parts = after.map((part, place) => ({ minor: part - (before[place] ?? 0n), currency }));
    before = after;
    return { entry, parts, unattributed: { minor: isEarned ? 0n : minor, currency } };
  });
}

function splitOf(total: Money, weights: readonly bigint[]): bigint[] {
  return allocate(total, weights).map(({ minor }) => minor);
}
