import type { CreditRow } from "../attribution/credit-row.ts";
import type { Money } from "../money/money.ts";
import { type Target, targetText } from "./write-back.ts";

/** A sum in one currency, or why there is none (W4). */
export type Sum = Money | "several-currencies" | "nothing";

/** What a target was credited of one opportunity, by currency. */
export interface Share {
  readonly target: Target;
  readonly sums: readonly Money[];
}

/** What is told of a target. */
export interface Figures {
  readonly corporate: Sum;
  /** Of an opportunity alone. */
  readonly amount?: Sum;
  readonly source?: string | null;
}

/**
 * The one sum there is. Sums of nothing do not count beside another one; of nothing but such, the last is
 * told, since a deal that moved to another currency left nothing in the one before.
 */
export function onlySum(sums: readonly Money[]): Sum {
  const all = sumsByCurrency(sums);
  const some = all.filter(({ minor }) => minor !== 0n);
  if (some.length > 1) return "several-currencies";
  return some[0] ?? all.at(-1) ?? "nothing";
}

/** One sum for each currency, in the order in which they come last. */
function sumsByCurrency(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, bigint>();
  for (const { minor, currency } of amounts) {
    const before = sums.get(currency) ?? 0n;
    sums.delete(currency);
    sums.set(currency, before + minor);
  }
  return [...sums].map(([currency, minor]) => ({ minor, currency }));
}

/**
 * What an opportunity is told, from what a version credits of it step by step (W1, W5).
 *
 * @param rows - All rows of one opportunity and version, in their order.
 */
export function opportunityFigures(rows: readonly CreditRow[]): Figures {
  return {
    corporate: onlySum(rows.map(inCorporate)),
    amount: onlySum(rows.map(inOwn)),
    source: bestSource(rows),
  };
}

function inOwn({ amount: { currency }, credits }: CreditRow): Money {
  return { minor: credits.reduce((sum, { minor }) => sum + minor, 0n), currency };
}

function inCorporate({ corporate: { currency }, credits }: CreditRow): Money {
  return { minor: credits.reduce((sum, { corporate }) => sum + corporate, 0n), currency };
}

function bestSource(rows: readonly CreditRow[]): string | null {
  const earned = new Map<string, bigint>();
  for (const { credits } of rows)
    for (const { source, corporate } of credits)
      earned.set(source, (earned.get(source) ?? 0n) + corporate);
  const [best] = [...earned]
    .filter(([, minor]) => minor > 0n)
    .sort(([one, minor], [other, others]) =>
      minor === others ? (one < other ? -1 : 1) : minor > others ? -1 : 1,
    );
  return best?.[0] ?? null;
}

/** What an opportunity gives its persons and campaigns (W2). */
export function sharesOf(rows: readonly CreditRow[]): Share[] {
  const amounts = new Map<string, { readonly target: Target; readonly amounts: Money[] }>();
  const add = (target: Target, amount: Money) => {
    const key = targetText(target);
    const known = amounts.get(key) ?? { target, amounts: [] };
    known.amounts.push(amount);
    amounts.set(key, known);
  };
  for (const row of rows)
    for (const { personId, system, campaignId, corporate: minor } of row.credits) {
      const amount = { minor, currency: row.corporate.currency };
      add({ kind: "person", id: personId }, amount);
      if (system === "salesforce" && campaignId !== null && campaignId !== "")
        add({ kind: "campaign", id: campaignId }, amount);
    }
  return [...amounts.values()].map((one) => ({
    target: one.target,
    sums: sumsByCurrency(one.amounts),
  }));
}
