import { blockAt, LEVELS } from "../core/attribution/block.ts";
import type { CreditRow, VersionName } from "../core/attribution/credit-row.ts";
import {
  addLine,
  addRow,
  type Line,
  type Lines,
  sortedLines,
  TOTAL,
} from "../core/attribution/lines.ts";
import { firstDayOf, monthAfter, monthOf } from "../core/ledger/calendar.ts";
import type { Period } from "./ports.ts";
import { type SealWorld, summedDimensions } from "./seal-blocks.ts";

/** Rows that a question may read besides the sums: some seconds of reading. */
const MOST_ROWS = 50_000;

export interface LinesAsked {
  readonly version: VersionName;
  readonly dimension: string;
  readonly period: Period;
  /** An ISO instant: nothing that was posted later counts. */
  readonly asOf: string;
  /** Nothing was posted before. */
  readonly begunAt?: string | undefined;
}

export interface LinesRead {
  readonly lines: readonly Line[];
  /** Of all credits, whoever earned them. */
  readonly total: readonly Line[];
}

export type TooMany = "too-many-rows";

type ReadWorld = Pick<SealWorld, "credits" | "blocks" | "dimensions">;

/**
 * What a version credits, as of a moment: sums of months, days and hours that were over then, and the rows
 * posted since, which are few (A23). The same as adding up all rows. Months of which only some days are
 * asked for are read row by row, and so is what no sums are kept of.
 */
export async function readLines(world: ReadWorld, asked: LinesAsked): Promise<LinesRead | TooMany> {
  const found: Found = { lines: new Map(), total: new Map(), left: MOST_ROWS };
  const isSummed = summedDimensions(world.dimensions).includes(asked.dimension);
  const edges = new Set(edgeMonths(asked.period));
  const isMeant = (month: string) => !edges.has(month) && isWithin(month, asked.period);
  const isDone = isSummed
    ? await addSums(world, asked, { found, isMeant })
    : await addMonths(world, asked, { found, isMeant });
  if (!isDone) return "too-many-rows";
  for (const month of edges)
    if (!(await addMonth(world, asked, { found, month }))) return "too-many-rows";
  const lines = sortedLines(found.lines, asked.dimension);
  return { lines, total: sortedLines(found.total, TOTAL) };
}

interface Found {
  readonly lines: Lines;
  readonly total: Lines;
  /** How many rows may still be read. */
  left: number;
}

interface Meant {
  readonly found: Found;
  readonly isMeant: (month: string) => boolean;
}

/** Months of which only some days are asked for. */
function edgeMonths({ from, to }: Period): string[] {
  const months = [from, to].flatMap((day) =>
    day === undefined || day === firstDayOf(monthOf(day)) ? [] : [monthOf(day)],
  );
  return [...new Set(months)];
}

function isWithin(month: string, { from, to }: Period): boolean {
  if (from !== undefined && month < monthOf(from)) return false;
  return to === undefined || firstDayOf(monthAfter(month)) <= to || month < monthOf(to);
}

async function addSums(world: ReadWorld, asked: LinesAsked, { found, isMeant }: Meant) {
  const since = await addBlocks(world, asked, { found, isMeant });
  const span = { from: since || (asked.begunAt ?? ""), to: asked.asOf };
  for await (const page of world.credits.creditsBetween(asked.version, span))
    if (!addRows(found, page, { asked, isMeant })) return false;
  return true;
}

/** From the largest blocks to the smallest, each where the larger ones end. @returns The last instant in them. */
async function addBlocks(
  { blocks }: ReadWorld,
  { version, dimension, asOf }: LinesAsked,
  { found, isMeant }: Meant,
): Promise<string> {
  let last: string | undefined;
  for (const level of LEVELS.toReversed()) {
    const stretch = {
      level,
      from: last === undefined ? "" : `${last}~`,
      before: blockAt(level, asOf),
    };
    const [ours, totals] = await Promise.all([
      blocks.blocks(version, { ...stretch, dimension }),
      blocks.blocks(version, { ...stretch, dimension: TOTAL }),
    ]);
    // The total is kept last: where it is, the others are.
    const until = totals.at(-1)?.start;
    if (until === undefined) continue;
    for (const { start, lines } of ours)
      if (start <= until)
        for (const line of lines) if (isMeant(line.month)) addLine(found.lines, line);
    for (const { lines } of totals)
      for (const line of lines) if (isMeant(line.month)) addLine(found.total, line);
    last = until;
  }
  return lastInstant(last);
}

const END = "-31T23:59:59.999Z";

/** Of a block. An instant never sorts behind it. */
function lastInstant(start: string | undefined): string {
  if (start === undefined) return "";
  if (start.length === 7) return `${start}${END}`;
  return `${start}${start.length === 10 ? END.slice(3) : END.slice(6)}`;
}

function addRows(
  found: Found,
  rows: readonly CreditRow[],
  {
    asked: { dimension, asOf },
    isMeant,
  }: { readonly asked: LinesAsked; readonly isMeant: (month: string, day: string) => boolean },
): boolean {
  for (const row of rows) {
    found.left -= 1;
    if (row.at > asOf || !isMeant(monthOf(row.effectiveDay), row.effectiveDay)) continue;
    addRow(found.lines, row, dimension);
    addRow(found.total, row, TOTAL);
  }
  return found.left >= 0;
}

/** The rows that lines are made of. */
export async function readRows(
  world: ReadWorld,
  asked: Omit<LinesAsked, "dimension">,
): Promise<readonly CreditRow[] | TooMany> {
  const { from = "", to = "~" } = asked.period;
  const months = await monthsIn(world, asked);
  if (months === "too-many-rows") return months;
  const rows: CreditRow[] = [];
  for (const month of months)
    for await (const page of world.credits.creditsIn(asked.version, month)) {
      rows.push(
        ...page.filter(({ at, effectiveDay: day }) => at <= asked.asOf && day >= from && day < to),
      );
      if (rows.length > MOST_ROWS) return "too-many-rows";
    }
  return rows;
}

/** Months that anything counts in, of those that are asked for. */
async function monthsIn(world: ReadWorld, asked: Omit<LinesAsked, "dimension">) {
  const known = await readLines(world, { ...asked, dimension: TOTAL, period: {} });
  if (known === "too-many-rows") return known;
  const { from = "", to = "~" } = asked.period;
  const months = new Set(known.total.map(({ month }) => month));
  return [...months].filter((month) => month >= monthOf(from) && firstDayOf(month) < to);
}

/** Row by row: of every month that the sums know of and that is meant. */
async function addMonths(world: ReadWorld, asked: LinesAsked, { found, isMeant }: Meant) {
  const months = await monthsIn(world, asked);
  if (months === "too-many-rows") return false;
  for (const month of months.filter(isMeant))
    if (!(await addMonth(world, asked, { found, month }))) return false;
  return true;
}

async function addMonth(
  { credits }: ReadWorld,
  asked: LinesAsked,
  { found, month }: { readonly found: Found; readonly month: string },
): Promise<boolean> {
  const { from = "", to = "~" } = asked.period;
  const isMeant = (_: string, day: string) => day >= from && day < to;
  for await (const page of credits.creditsIn(asked.version, month))
    if (!addRows(found, page, { asked, isMeant })) return false;
  return true;
}
