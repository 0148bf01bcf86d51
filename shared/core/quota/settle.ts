import { keptForLive } from "./kept-for-live.ts";
import { type Entry, type Meter, READING_SLICES, sliceOf, spentBy } from "./meter.ts";

/** What a worker was given, and when it made which of those calls, in epoch milliseconds. */
export interface Spent {
  readonly given: readonly Entry[];
  readonly madeAtMs: readonly number[];
}

/** What an answer says of a limit; what it does not say is left out. */
export interface Reading {
  /** Calls a window, and how many of them were used up by anybody. */
  readonly limit?: number;
  readonly used?: number;
  readonly daily?: { readonly max: number; readonly used: number };
  readonly atMs: number;
}

/**
 * In the place of calls that might have been made at any time of a lease, puts those that were made, at
 * their time. Those that were not made are free again (Q6).
 */
export function settle(meter: Meter, { given, madeAtMs }: Spent): Meter {
  const [first] = given;
  if (!first) return meter;
  const { by } = first;
  const made = meter.limit === undefined ? [] : madeAtMs.map(sliceOf);
  const entries = merged([
    ...meter.entries,
    ...given.map((entry) => ({ ...entry, calls: -entry.calls })),
    ...made.map((slice) => ({ from: slice, to: slice, by, calls: 1 })),
  ]);
  const unmade = given.reduce((sum, { calls }) => sum + calls, 0) - madeAtMs.length;
  return countToday({ ...meter, entries }, by, -unmade);
}

/** Counts calls of today: given out (above 0), or handed back (below). */
export function countToday(meter: Meter, by: Entry["by"], calls: number): Meter {
  const { daily, today } = meter;
  return {
    ...meter,
    daily: daily && { ...daily, used: Math.max(0, daily.used + calls) },
    today: by === "others" ? today : { ...today, [by]: Math.max(0, today[by] + calls) },
  };
}

/**
 * Takes the limit as the system tells it. What it says was used beyond what is known here was used by
 * others, and is counted as theirs from then on (Q7).
 */
export function learn(meter: Meter, { limit = meter.limit, used, daily, atMs }: Reading): Meter {
  const told = daily && daily.max > 0 ? { ...daily, readAtMs: atMs } : meter.daily;
  const next = { ...meter, limit, daily: told };
  const at = sliceOf(atMs);
  const isOld = sliceOf(meter.atMs) - at > READING_SLICES;
  if (used === undefined || limit === undefined || isOld) return next;
  // What others were found to have used since was read off a later answer: it is the same calls.
  const since = meter.entries.filter(({ by, from }) => by === "others" && from > at);
  const unknown = used - spentBy(meter, at) - since.reduce((sum, { calls }) => sum + calls, 0);
  // Calls that were longer on their way than others look like more calls; what bulk leaves allows for them.
  if (unknown <= keptForLive(limit)) return next;
  const entry: Entry = { from: at, to: at, by: "others", calls: unknown };
  return { ...next, entries: merged([...next.entries, entry]) };
}

/** One entry for each span and lane, and none of nothing. */
function merged(entries: readonly Entry[]): Entry[] {
  const sums = new Map<string, Entry>();
  for (const entry of entries) {
    const key = `${entry.from} ${entry.to} ${entry.by}`;
    const calls = (sums.get(key)?.calls ?? 0) + entry.calls;
    sums.set(key, { ...entry, calls });
  }
  return [...sums.values()].filter(({ calls }) => calls > 0);
}
