import { monthOf } from "../ledger/calendar.ts";
import { CLOSING_KINDS, type EntryKind } from "../ledger/entry.ts";
import type { Credit, CreditRow } from "./credit-row.ts";

/** What was credited of one month under one value, in one currency. All of it is added up from rows. */
export interface Line {
  /** By effective day, `2026-10`. */
  readonly month: string;
  /** False: what no touch earned. */
  readonly attributed: boolean;
  /** Null where what is broken down by is not known, or nobody earned it. */
  readonly value: string | null;
  readonly currency: string;
  readonly corporateCurrency: string;
  /** Booked, amended and reversed, in minor units. */
  readonly closed: bigint;
  /** Refunded, churned and renewed. */
  readonly later: bigint;
  /** All of it, in the corporate currency. */
  readonly corporate: bigint;
  /** Deals that count as won and of which it has a share. */
  readonly won: number;
}

/** What a credit is broken down by. */
export type Pick = (row: CreditRow, credit: Credit) => string | null;

const OF_TOUCHES: Readonly<Record<string, Pick>> = {
  source: (_, { source }) => source,
  detail: (_, { detail }) => detail,
  content: (_, { content }) => content,
  campaign: (_, { campaign }) => campaign,
  touch: (_, { kind }) => kind,
  owner: ({ owner }) => owner,
};

/** The sum of all, whoever earned it: the dimension that all others add up to. */
export const TOTAL = "total";

/** All that touches earned, whichever: what is broken down by time alone. */
export const EARNED = "earned";

/** What revenue can be broken down by, besides a customer's own dimensions. */
export const DIMENSION_NAMES: readonly string[] = Object.keys(OF_TOUCHES);

/** By a dimension of touches, of owners, or of the opportunity's own. */
export function pickOf(dimension: string): Pick {
  const known = Object.hasOwn(OF_TOUCHES, dimension) ? OF_TOUCHES[dimension] : undefined;
  return known ?? (({ dimensions }) => dimensions[dimension] ?? null);
}

/** Lines that are being added up, by what tells them apart. */
export type Lines = Map<string, Line>;

export function addLine(lines: Lines, line: Line): void {
  const { month, attributed, value, currency, corporateCurrency } = line;
  const key = JSON.stringify([month, currency, corporateCurrency, attributed, value]);
  const before = lines.get(key);
  lines.set(key, before ? sumOf(before, line) : line);
}

function sumOf(one: Line, other: Line): Line {
  return {
    ...one,
    closed: one.closed + other.closed,
    later: one.later + other.later,
    corporate: one.corporate + other.corporate,
    won: one.won + other.won,
  };
}

/** Adds a row: what it gives under each value, or all of it under the total. */
export function addRow(lines: Lines, row: CreditRow, dimension: string): void {
  const line = (attributed: boolean, value: string | null, given: Given) =>
    addLine(lines, { ...placeOf(row), attributed, value, ...sumsOf(row.kind, given) });
  if (dimension === TOTAL) {
    const { amount, corporate, won } = row;
    line(false, null, { minor: amount.minor, corporate: corporate.minor, won: [won] });
    return;
  }
  const pick = pickOf(dimension);
  for (const [value, credits] of Map.groupBy(row.credits, (credit) => pick(row, credit)))
    line(true, value, {
      minor: credits.reduce((sum, { minor }) => sum + minor, 0n),
      corporate: credits.reduce((sum, { corporate }) => sum + corporate, 0n),
      won: credits.map(({ won }) => won),
    });
  const { minor, corporate, won } = row.unattributed;
  line(false, null, { minor, corporate, won: [won] });
}

interface Given {
  readonly minor: bigint;
  readonly corporate: bigint;
  readonly won: readonly Credit["won"][];
}

function placeOf({ effectiveDay, amount, corporate }: CreditRow) {
  const { currency } = amount;
  return { month: monthOf(effectiveDay), currency, corporateCurrency: corporate.currency };
}

/** A deal is counted once under a value, by however many touches it has a share (A22). */
function sumsOf(kind: CreditRow["kind"], { minor, corporate, won }: Given) {
  const [before, after] = [won.some((one) => one.before), won.some((one) => one.after)];
  const isClosing = kind === "journey" || CLOSING_KINDS.has(kind satisfies EntryKind);
  return {
    closed: isClosing ? minor : 0n,
    later: isClosing ? 0n : minor,
    corporate,
    won: Number(after) - Number(before),
  };
}

/**
 * In an order that depends on nothing but the lines. Those that came to nothing are left out, but of the
 * total: a month that comes to nothing may hold credits that do not.
 */
export function sortedLines(lines: Lines, dimension: string): Line[] {
  return [...lines]
    .filter(([, line]) => dimension === TOTAL || !isNothing(line))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, line]) => line);
}

function isNothing({ closed, later, corporate, won }: Line): boolean {
  return closed === 0n && later === 0n && corporate === 0n && won === 0;
}
