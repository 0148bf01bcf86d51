/** What was measured, the figure, its limit, and whether it holds. */
export type Row = readonly [what: string, figure: string, limit: string, holds: boolean];

/** Prints figures beside their limits, and fails the process where one does not hold. */
export function report(rows: readonly Row[]): void {
  for (const [what, figure, limit, holds] of rows) {
    console.log(what.padEnd(42), figure.padStart(8), " ", limit, holds ? "yes" : "NO");
    if (!holds) process.exitCode = 1;
  }
}

/** The value that so large a share of `values` does not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(Math.floor(values.length * share), values.length - 1)] ?? Number.NaN;
}
