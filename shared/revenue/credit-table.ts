import type { Credit, CreditRow } from "../core/attribution/credit-row.ts";
import { type Close, reportedIn } from "../core/ledger/periods.ts";
import { formatMoney } from "../core/money/money.ts";
import type { Row } from "../tabular/column.ts";

/** Of the columns that tell of a touch: nobody earned it. */
const NO_TOUCH: Row = Array.from({ length: 12 }, () => null);

/**
 * What a version credits of a step, in the columns of `CREDIT_COLUMNS`: a row for each touch, and the last
 * one for what nobody earned, also where it is nothing (A5).
 *
 * @param closes - Those known by now, as for entries.
 */
export function creditRows(row: CreditRow, closes: readonly Close[]): Row[] {
  const { model, version, opportunityId, step, kind, sequence, entryHash } = row;
  const { effectiveDay, at, owner, dimensions, amount, corporate, credits, unattributed } = row;
  const ofStep: Row = [
    ...[model, version, opportunityId, String(step), kind],
    sequence === null ? null : String(sequence),
    ...[entryHash, effectiveDay, at],
    reportedIn({ effectiveDay, postedAt: at }, closes),
    owner,
    JSON.stringify(Object.fromEntries(Object.entries(dimensions).sort())),
  ];
  const moneyOf = (part: Pick<Credit, "minor" | "corporate">): Row => [
    amount.currency,
    formatMoney({ ...amount, minor: part.minor }),
    corporate.currency,
    formatMoney({ ...corporate, minor: part.corporate }),
  ];
  return [
    ...credits.map((credit) => [...ofStep, "touch", ...touchCells(credit), ...moneyOf(credit)]),
    [...ofStep, "unattributed", ...NO_TOUCH, ...moneyOf(unattributed)],
  ];
}

function touchCells({ personId, touchId, at, kind, ...told }: Credit): Row {
  const { system, object, recordId, source, detail, content, campaignId, campaign } = told;
  const record = [system, object, recordId];
  return [personId, touchId, at, kind, ...record, source, detail, content, campaignId, campaign];
}
