import type { FrozenRate } from "../ledger/entry.ts";
import type { Money } from "../money/money.ts";

/** Which fact: of its month, by its reference, and how often it was corrected before. */
export interface CostName {
  /** `2026-10`. */
  readonly period: string;
  readonly reference: string;
  /** 0, 1, 2, … without a gap: each takes the place of the one before it. */
  readonly correction: number;
}

/** What a campaign cost in a month. Never edited: what changes is another fact (C2). */
export interface CostFact extends CostName {
  /** As the revenue report shows it. */
  readonly campaign: string;
  /** Never below zero. */
  readonly amount: Money;
  /** The same in the corporate currency, at `rate`. */
  readonly corporate: Money;
  /** Of the last day of the month, frozen. */
  readonly rate: FrozenRate;
  /** An ISO instant; of a correction, never earlier than of what it corrects. */
  readonly postedAt: string;
  readonly actor: string;
  readonly because: string;
}

/** Those that stand as of a moment: posted by then, and of each cost the last correction by then (C6). */
export function standingCosts(facts: readonly CostFact[], asOf: string): CostFact[] {
  const standing = new Map<string, CostFact>();
  for (const fact of facts) {
    if (fact.postedAt > asOf) continue;
    const key = chainKey(fact);
    const before = standing.get(key);
    if (!before || before.correction < fact.correction) standing.set(key, fact);
  }
  return [...standing.values()].sort(byName);
}

/** What a cost and its corrections have in common. */
export function chainKey({ period, reference }: Pick<CostName, "period" | "reference">): string {
  return `${period} ${reference}`;
}

/** By month, reference and number, so that the order of reading decides nothing. */
export function byName(one: CostName, other: CostName): number {
  const [first, second] = [chainKey(one), chainKey(other)];
  if (first === second) return one.correction - other.correction;
  return first < second ? -1 : 1;
}
