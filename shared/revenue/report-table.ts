import { ENTRY_KINDS } from "../core/ledger/entry.ts";
import type { PeriodReport, ReportLine } from "../core/ledger/report.ts";
import type { Column, Row } from "../tabular/column.ts";

/** The columns of what a closed month's report says: a row for each currency, and for how it is summed. */
export const REPORT_COLUMNS: readonly Column[] = [
  { name: "period", type: "text" },
  { name: "as_of", type: "moment" },
  // `deal`: deals in this currency; `corporate`: all deals, in the corporate currency.
  { name: "sums_in", type: "text" },
  { name: "currency", type: "text" },
  ...ENTRY_KINDS.map((kind): Column => ({ name: kind, type: "decimal" })),
  { name: "closed_won", type: "decimal" },
  { name: "opportunities", type: "whole" },
  { name: "entries", type: "whole" },
  { name: "restatements", type: "whole" },
  { name: "report_hash", type: "text" },
];

interface Told extends Pick<PeriodReport, "period" | "asOf" | "lines" | "corporate"> {
  readonly restatements: readonly unknown[];
}

export function reportRows(
  { period, asOf, lines, corporate, restatements }: Told,
  reportHash: string,
): Row[] {
  const row = (sumsIn: string, line: ReportLine): Row => [
    period,
    asOf,
    sumsIn,
    line.currency,
    ...ENTRY_KINDS.map((kind) => line.kinds[kind] ?? null),
    line.closedWon,
    String(line.opportunities),
    String(line.entries),
    String(restatements.length),
    reportHash,
  ];
  return [
    ...lines.map((line) => row("deal", line)),
    ...corporate.map((line) => row("corporate", line)),
  ];
}
