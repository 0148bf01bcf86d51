import { DIMENSION_NAMES, EARNED, type Line } from "../core/attribution/lines.ts";

/** What revenue can be broken down by. */
export interface Breakdown {
  /** Of which the lines are read. */
  readonly dimension: string;
  readonly valueIn: (line: Line) => string | null;
}

/** Of the opportunity, whatever a customer declares besides. */
const OF_COMPANY = "company";

const BY_TIME: Readonly<Record<string, (month: string) => string>> = {
  month: (month) => month,
  quarter: (month) => `${month.slice(0, 4)}-Q${Math.ceil(Number(month.slice(5)) / 3)}`,
  year: (month) => month.slice(0, 4),
};

/** What the line of credit that no touch earned is called. */
export const UNATTRIBUTED = "(unattributed)";

/** @param own - A customer's own dimensions, by name. */
export function breakdownNames(own: readonly string[]): string[] {
  return [...new Set([...DIMENSION_NAMES, OF_COMPANY, ...own, ...Object.keys(BY_TIME)])];
}

/** By what credits are broken down; undefined where nothing is called so. */
export function breakdownOf(name: string, own: readonly string[]): Breakdown | undefined {
  const timed = Object.hasOwn(BY_TIME, name) ? BY_TIME[name] : undefined;
  if (timed)
    return {
      dimension: EARNED,
      valueIn: ({ attributed, month }) => (attributed ? timed(month) : null),
    };
  if (!breakdownNames(own).includes(name)) return undefined;
  return { dimension: name, valueIn: ({ value }) => value };
}

/** `(no campaign)`: earned by a touch, or of an opportunity, without one. */
export function labelOf(by: string, value: string | null): string {
  return value ?? `(no ${by})`;
}
