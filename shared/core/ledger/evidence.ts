import { monthOf } from "./calendar.ts";
import type { LedgerEntry } from "./entry.ts";
import { type Close, reportedIn } from "./periods.ts";
import type { Rate } from "./rates.ts";
import { differencesBetween } from "./restatements.ts";

/** The files of an evidence pack that say something of a closed month (G13). */
export const EVIDENCE = {
  /** The report, byte for byte as it was closed. */
  report: "report.json",
  /** Who closed it, when and why, its hash, and every close there is. */
  close: "close.json",
  /** A line each: the chains of all opportunities that the month says anything of. */
  entries: "entries.ndjson",
  /** What was posted of the month since. */
  restatements: "restatements.json",
  /** The exchange rates that were known. */
  rates: "rates.json",
  /** Every attribution model as it stood at the close, with its version and definition. */
  models: "models.json",
} as const;

/** The file of what a version credits, a line for each step of the opportunities in the pack, up to the close. */
export const creditsFile = (version: string) => `credits-${version}.ndjson`;

/** A month's close as the pack tells it. */
export interface ClosedMonth extends Close {
  readonly by: string;
  readonly because: string;
  readonly reportHash: string;
  /** Until when entries are in the pack, an ISO instant. */
  readonly asOf: string;
  /** Every close that there was by then, this one included. */
  readonly closes: readonly Close[];
}

/** A model as the pack tells it: the version is made of the rest. */
export interface ToldModel {
  readonly name: string;
  readonly version: string;
  readonly journey: unknown;
  readonly definition: unknown;
  /** Of a model that learns: what each source weighs. */
  readonly learned?: unknown;
}

/** Whether the entry is in the month's report, or says something of the month. */
export function concerns(
  entry: LedgerEntry,
  { period, closes }: Pick<ClosedMonth, "period" | "closes">,
): boolean {
  return monthOf(entry.effectiveDay) === period || reportedIn(entry, closes) === period;
}

export function closeText(close: ClosedMonth): string {
  const { period, cutoff, closedAt, by, because, reportHash, asOf } = close;
  const closes = close.closes.map((one) => ({
    period: one.period,
    cutoff: one.cutoff,
    closedAt: one.closedAt,
  }));
  return pretty({ period, cutoff, closedAt, by, because, reportHash, asOf, closes });
}

/**
 * What was posted of the month after its close, and what the month says now.
 *
 * @param entries - At least every entry that counts in the month; any order.
 */
export function restatementsText(
  { period, cutoff, asOf, closes }: ClosedMonth,
  entries: readonly LedgerEntry[],
): string {
  const own = entries.filter(({ effectiveDay }) => monthOf(effectiveDay) === period);
  return pretty(differencesBetween({ from: cutoff, to: asOf }, { entries: own, closes }));
}

export function ratesText(rates: readonly Rate[]): string {
  const keyOf = ({ currency, from = "", readAt, source }: Rate) =>
    JSON.stringify([currency, from, readAt, source]);
  return pretty([...rates].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)));
}

export function modelsText(models: readonly ToldModel[]): string {
  return pretty(models);
}

/** For people's eyes; the same value is always the same text. */
function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
