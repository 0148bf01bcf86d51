import { moneyText } from "../ledger/entry-text.ts";
import type { Credit, CreditRow } from "./credit-row.ts";

/** What a version credits of a step, as one line of JSON for an auditor. */
export function creditText(row: CreditRow): string {
  const { model, version, opportunityId, step, at, kind, sequence, entryHash } = row;
  const { effectiveDay, owner, dimensions, amount, corporate, credits, unattributed } = row;
  const moneyOf = (part: Pick<Credit, "minor" | "corporate">) => ({
    amount: moneyText({ ...amount, minor: part.minor }),
    corporate: moneyText({ ...corporate, minor: part.corporate }),
  });
  return JSON.stringify({
    ...{ model, version, opportunityId, step, at, kind, sequence, entryHash },
    ...{ effectiveDay, owner, dimensions },
    amount: moneyText(amount),
    corporate: moneyText(corporate),
    credits: credits.map(({ minor, corporate: house, won: _, ...touch }) => ({
      ...touch,
      ...moneyOf({ minor, corporate: house }),
    })),
    unattributed: moneyOf(unattributed),
  });
}
