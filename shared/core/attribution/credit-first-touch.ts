import { comparisonKey } from "../codec/field-type.ts";
import type { Money } from "../money/money.ts";

/** A dated marketing interaction of a person. */
export interface Touch {
  readonly personId: string;
  /** An ISO instant in UTC, such as `2026-01-31T08:00:00.000Z`. */
  readonly at: string;
  readonly source: string | null;
  readonly detail1: string | null;
  readonly detail2: string | null;
}

/** A won opportunity, as far as credit is concerned. */
export interface CreditedOpportunity {
  readonly id: string;
  readonly amount: Money;
  /** `YYYY-MM-DD`. */
  readonly closedOn: string;
}

/** A share of an opportunity's amount. */
export interface Credit {
  readonly opportunityId: string;
  /** Null where no touch earned it: the unattributed line. */
  readonly source: string | null;
  /** The touch that earned it. */
  readonly touch: Touch | null;
  readonly amount: Money;
}

/**
 * Credits the whole amount to the earliest touch that has a source. Rules A1 to A4 of SPEC.md.
 *
 * @param touches - Those of the opportunity's persons, in any order.
 */
export function creditFirstTouch(
  { id, amount, closedOn }: CreditedOpportunity,
  touches: readonly Touch[],
): Credit[] {
  let first: Touch | null = null;
  for (const touch of touches) {
    if (touch.source === null || touch.at.slice(0, closedOn.length) > closedOn) continue;
    if (first === null || comesBefore(touch, first)) first = touch;
  }
  return [{ opportunityId: id, source: first?.source ?? null, touch: first, amount }];
}

/** Rule A4. */
function comesBefore(one: Touch, other: Touch): boolean {
  const theirs = rankOf(other);
  for (const [index, mine] of rankOf(one).entries()) {
    const yours = theirs[index] ?? "";
    if (mine !== yours) return mine < yours;
  }
  return false;
}

function rankOf({ personId, at, source, detail1, detail2 }: Touch): string[] {
  const second = comparisonKey("datetime", at) ?? "";
  return [second, personId, source ?? "", detail1 ?? "", detail2 ?? ""];
}
