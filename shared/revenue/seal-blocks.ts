import { blockAt, type Level, within } from "../core/attribution/block.ts";
import type { CreditRow, VersionName } from "../core/attribution/credit-row.ts";
import {
  addLine,
  addRow,
  DIMENSION_NAMES,
  EARNED,
  type Lines,
  sortedLines,
  TOTAL,
} from "../core/attribution/lines.ts";
import type { ModelVersion } from "../core/attribution/version.ts";
import type { Block, BlockStore } from "./block-ports.ts";
import { SETTLED_AFTER_MS } from "./close-period.ts";
import { type CreditWorld, creditOpportunity, keepRows } from "./credit-opportunity.ts";
import type { Span } from "./credit-ports.ts";
import type { LedgerStore } from "./ledger-ports.ts";

export interface SealWorld extends CreditWorld {
  readonly ledger: LedgerStore;
  readonly blocks: BlockStore;
  /** A customer's own dimensions, by name. */
  readonly dimensions: readonly string[];
}

/** Of these there are as many values as there are companies or search terms: they are read from rows. */
const NOT_SUMMED: readonly string[] = ["detail", "company"];

/** What sums are kept by. The total comes last: where it is, all others are. */
export function summedDimensions(own: readonly string[]): string[] {
  return [
    ...[...DIMENSION_NAMES, ...own, EARNED].filter((one) => !NOT_SUMMED.includes(one)),
    TOTAL,
  ];
}

/**
 * Keeps the sums of what a version credits, of every hour that is over and settled (A23), a day of them at
 * a time; and those of days and months from the hours. Before an hour is summed, all that was posted in it
 * is credited. A block that is made twice is the same twice, so that whoever dies or comes second does no
 * harm.
 *
 * @returns Whether there is more to do; else all is sealed until the last full hour.
 */
export async function sealNext(world: SealWorld, version: ModelVersion): Promise<boolean> {
  const until = blockAt("hour", new Date(world.now() - SETTLED_AFTER_MS).toISOString());
  const from = await sealedUntil(world, version);
  const first = await firstOf(world, from, until);
  if (first === undefined) {
    await rollUp(world, version, "day", blockAt("day", until));
    await rollUp(world, version, "month", blockAt("month", until));
    return false;
  }
  const day = blockAt("day", first);
  const end = day < blockAt("day", until) ? `${day}T23:59:59.999Z` : lastBefore(until);
  await sealHours(world, version, { from, to: end });
  return true;
}

/** The last instant that is summed; the empty text: none is. */
export async function sealedUntil(
  { blocks }: Pick<SealWorld, "blocks">,
  version: VersionName,
): Promise<string> {
  const last = await blocks.lastBlock(version, { dimension: TOTAL, level: "hour" });
  return last === undefined ? "" : `${last}:59:59.999Z`;
}

/** The last instant before an hour. */
function lastBefore(hour: string): string {
  return new Date(Date.parse(`${hour}:00:00.000Z`) - 1).toISOString();
}

/** When the first entry behind a moment was posted, or journey taken, before an hour. */
async function firstOf(
  { ledger, credits }: SealWorld,
  from: string,
  until: string,
): Promise<string | undefined> {
  const [entry, step] = await Promise.all([
    ledger.firstPostedAfter(from),
    credits.firstStepAfter(from),
  ]);
  const [first] = [entry, step].filter((at) => at !== undefined).sort();
  return first !== undefined && blockAt("hour", first) < until ? first : undefined;
}

async function sealHours(world: SealWorld, version: ModelVersion, span: Span): Promise<void> {
  await creditAll(world, version, span);
  const dimensions = summedDimensions(world.dimensions);
  const hours = new Map<string, Map<string, Lines>>();
  for await (const page of world.credits.creditsBetween(version, span))
    for (const row of page) addToHour(hours, row, dimensions);
  const sorted = [...hours].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [start, byDimension] of sorted)
    await world.blocks.keepBlocks(
      version,
      dimensions.map(
        (dimension): Block => ({
          ...{ dimension, level: "hour", start },
          lines: sortedLines(byDimension.get(dimension) ?? new Map(), dimension),
        }),
      ),
    );
}

function addToHour(
  hours: Map<string, Map<string, Lines>>,
  row: CreditRow,
  dimensions: readonly string[],
): void {
  const hour = blockAt("hour", row.at);
  const byDimension = hours.get(hour) ?? new Map<string, Lines>();
  hours.set(hour, byDimension);
  for (const dimension of dimensions) {
    const lines: Lines = byDimension.get(dimension) ?? new Map();
    addRow(lines, row, dimension);
    byDimension.set(dimension, lines);
  }
}

/** Credits what was posted and has no step yet, and puts the rows that a version lacks. */
async function creditAll(world: SealWorld, version: ModelVersion, span: Span): Promise<void> {
  const missing = await uncredited(world, version, span);
  for (const id of missing.entries) await creditOpportunity(world, id);
  for (const id of new Set([...missing.rows, ...missing.entries]))
    await keepRows(world, await world.credits.stepsOf(id), [version]);
}

/** Opportunities with an entry without a step, or a step without a row of the version. */
export async function uncredited(
  { ledger, credits }: Pick<SealWorld, "ledger" | "credits">,
  version: VersionName,
  span: Span,
): Promise<{ readonly entries: readonly string[]; readonly rows: readonly string[] }> {
  const rows = new Set<string>();
  for await (const page of credits.creditsBetween(version, span))
    for (const { opportunityId, step } of page) rows.add(`${opportunityId}#${step}`);
  const entries = new Set<string>();
  const steps = new Set<string>();
  for await (const page of credits.stepsBetween(span))
    for (const { opportunityId, number, entry } of page) {
      if (entry) entries.add(`${opportunityId}#${entry.sequence}`);
      if (!rows.has(`${opportunityId}#${number}`)) steps.add(opportunityId);
    }
  const posted = await ledger.postedBetween(span.from, span.to);
  const without = posted.filter((one) => !entries.has(`${one.opportunityId}#${one.sequence}`));
  return { entries: without.map(({ opportunityId }) => opportunityId), rows: [...steps] };
}

/** Adds up the blocks of a level that are over from those of the next smaller one, the earliest first. */
async function rollUp(
  { blocks, dimensions: own }: SealWorld,
  version: VersionName,
  level: Exclude<Level, "hour">,
  until: string,
): Promise<void> {
  const dimensions = summedDimensions(own);
  const last = await blocks.lastBlock(version, { dimension: TOTAL, level });
  const smaller = {
    level: within(level),
    from: last === undefined ? "" : `${last}~`,
    before: until,
  };
  const parts = new Map<string, Map<string, Lines>>();
  for (const dimension of dimensions)
    for (const { start, lines } of await blocks.blocks(version, { ...smaller, dimension })) {
      const byDimension = parts.get(blockAt(level, start)) ?? new Map<string, Lines>();
      parts.set(blockAt(level, start), byDimension);
      const sum: Lines = byDimension.get(dimension) ?? new Map();
      for (const line of lines) addLine(sum, line);
      byDimension.set(dimension, sum);
    }
  for (const [start, byDimension] of [...parts].sort(([one], [other]) => (one < other ? -1 : 1)))
    await blocks.keepBlocks(
      version,
      dimensions.map(
        (dimension): Block => ({
          ...{ dimension, level, start },
          lines: sortedLines(byDimension.get(dimension) ?? new Map(), dimension),
        }),
      ),
    );
}
