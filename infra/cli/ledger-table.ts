import type { Entry, Line } from "./ledger-schemas.ts";
import type { Shell } from "./shell.ts";

const KINDS = ["booked", "amended", "reversed", "refunded", "churned", "renewed"];

/** Sums by currency, with a column for each kind that anything was posted of. */
export function showLines(shell: Shell, lines: readonly Line[], none: string): void {
  const kinds = KINDS.filter((kind) => lines.some((line) => line.kinds[kind] !== undefined));
  shell.table(
    ["currency", ...kinds, "closed-won", "deals", "entries"],
    lines.map((line) => [
      line.currency,
      ...kinds.map((kind) => line.kinds[kind] ?? null),
      line.closedWon,
      line.opportunities,
      line.entries,
    ]),
    none,
  );
}

export function showEntries(shell: Shell, entries: readonly Entry[], none: string): void {
  shell.table(
    [
      "opportunity",
      "no",
      "kind",
      "day",
      "amount",
      "currency",
      "corporate",
      "posted",
      "by",
      "because",
    ],
    entries.map((one) => [
      one.opportunity,
      one.sequence,
      one.kind,
      one.effectiveDay,
      one.amount,
      one.currency,
      one.corporate,
      one.postedAt,
      one.actor,
      one.because,
    ]),
    none,
  );
}
