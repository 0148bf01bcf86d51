import type { LedgerEntry } from "../core/ledger/entry.ts";
import { type Close, reportedIn } from "../core/ledger/periods.ts";
import { formatMoney } from "../core/money/money.ts";
import type { Row } from "../tabular/column.ts";

/**
 * An entry in the columns of `ENTRY_COLUMNS`.
 *
 * @param closes - Those known by now. Later ones leave `reported_in` as it is: an entry is in the month that
 *   was open when it was posted.
 */
export function entryRow(entry: LedgerEntry, closes: readonly Close[]): Row {
  const { amount, corporate, rate } = entry;
  return [
    entry.opportunityId,
    String(entry.sequence),
    entry.kind,
    entry.effectiveDay,
    entry.postedAt,
    reportedIn(entry, closes),
    amount.currency,
    formatMoney(amount),
    corporate.currency,
    formatMoney(corporate),
    rate.rate,
    rate.source,
    rate.day,
    entry.owner,
    String(entry.recordVersion),
    entry.actor,
    entry.because,
    entry.reference ?? null,
    entry.previousHash,
    entry.hash,
  ];
}
