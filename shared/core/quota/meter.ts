/** Who calls: a change that somebody waits for, or a backfill, a plan, a run. */
export const LANES = ["live", "bulk"] as const;

export type Lane = (typeof LANES)[number];

/** Time is counted in slices, so that calls can be kept as numbers. */
export const SLICE_MS = 100;

/** Calls that were made, or may be, from one slice to another, both included. */
export interface Entry {
  readonly from: number;
  readonly to: number;
  /** `others`: whoever else spends of the same limit. */
  readonly by: Lane | "others";
  readonly calls: number;
}

/** A system's limit of a day, as its answers tell it. */
export interface Daily {
  readonly max: number;
  /** As read, and what was given out since. */
  readonly used: number;
  /** Epoch milliseconds. */
  readonly readAtMs: number;
}

/** What is known of one limit, by all workers together. */
export interface Meter {
  /** Calls that no window may exceed; undefined: the system limits none. */
  readonly limit: number | undefined;
  readonly windowMs: number;
  readonly entries: readonly Entry[];
  readonly daily: Daily | undefined;
  /** Given out today, by UTC. */
  readonly today: { readonly day: number } & Readonly<Record<Lane, number>>;
  /** Of the latest change, by the clock of whoever made it; epoch milliseconds. */
  readonly atMs: number;
}

export function sliceOf(ms: number): number {
  return Math.floor(ms / SLICE_MS);
}

/**
 * Slices in which no more than the limit may be spent: the window; one more, since a window begins anywhere
 * in a slice; and one for what calls differ in on their way, and workers in their clocks.
 */
export function spanOf({ windowMs }: Pick<Meter, "windowMs">): number {
  return windowMs / SLICE_MS + 2;
}

/** How long a worker has to make the calls that it was given; what it does not make is lost to it. */
export function leaseOf({ limit, windowMs }: Pick<Meter, "limit" | "windowMs">): number {
  if (limit === undefined) return 100;
  return Math.min(Math.max(Math.floor(windowMs / 10 / SLICE_MS), 2), 10);
}

/** Calls that may fall into the window that ends with slice `end`. */
export function spentBy(meter: Meter, end: number, by?: Entry["by"]): number {
  const first = end - spanOf(meter) + 1;
  return meter.entries.reduce((sum, entry) => {
    const isIn = entry.to >= first && entry.from <= end && (by === undefined || entry.by === by);
    return isIn ? sum + entry.calls : sum;
  }, 0);
}

/** Time of all workers: the clock that is furthest ahead is everybody's. */
export function sharedNow(meter: Meter, nowMs: number): number {
  return Math.max(meter.atMs, nowMs);
}

/** An answer's word on what was used is held against the window of its own time, if it is no older. */
export const READING_SLICES = 20;

/** Without what no window to come, nor that of an answer's time, can hold any more, and with the count of a new day where one began. */
export function asOf(meter: Meter, nowMs: number): Meter {
  const first = sliceOf(nowMs) - spanOf(meter) + 1 - READING_SLICES;
  const day = Math.floor(nowMs / DAY_MS);
  return {
    ...meter,
    entries: meter.entries.filter(({ to }) => to >= first),
    today: meter.today.day === day ? meter.today : { day, live: 0, bulk: 0 },
    atMs: nowMs,
  };
}

const DAY_MS = 86_400_000;
