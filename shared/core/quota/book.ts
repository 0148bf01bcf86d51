import { keptForLive } from "./kept-for-live.ts";
import {
  type Entry,
  type Lane,
  leaseOf,
  type Meter,
  SLICE_MS,
  sliceOf,
  spanOf,
  spentBy,
} from "./meter.ts";

/** What a worker asks for. */
export interface Ask {
  readonly lane: Lane;
  /** How many calls it would make within its lease. */
  readonly calls: number;
  /** Above 0 to 1: how much of a limit the bulk lane may take. */
  readonly share: number;
  readonly nowMs: number;
}

/** What it is given: nothing, where `entries` is empty; then it waits, and asks again. */
export interface Booking {
  readonly entries: readonly Entry[];
  readonly waitMs: number;
}

/** Of a day's allowance, what is left to live changes and to the customer's other programs (Q5). */
const DAY_KEPT = 0.3;

/** A limit of the day that was read longer ago may have been lifted; a call tells (Q5). */
const READING_MS = 15 * 60_000;

/** A bulk worker that found nothing asks again when a few calls are free again, not one. */
const LEAST_BULK_WAIT_MS = 200;

/** Gives out what may be given (rules Q1 to Q5); `meter` is as of now. */
export function book(meter: Meter, ask: Ask): Booking {
  const today = leftToday(meter, ask);
  if (today < 1) return { entries: [], waitMs: READING_MS };
  const calls = Math.min(ask.calls, today);
  const now = sliceOf(ask.nowMs);
  const to = now + leaseOf(meter);
  if (meter.limit === undefined)
    return { entries: [{ from: now, to, by: ask.lane, calls }], waitMs: 0 };
  const last = lastFor(meter, ask.lane, { now, to });
  const entries = bookUpTo(meter, { ...ask, calls }, { now, last, to });
  const given = entries.reduce((sum, entry) => sum + entry.calls, 0);
  if (given >= Math.min(calls, leastFor(meter, ask))) return { entries, waitMs: 0 };
  return { entries: [], waitMs: waitOf(meter, ask, last) };
}

/** From now to a slice, as many as there is room for. */
function bookUpTo(
  meter: Meter,
  ask: Ask,
  { now, last, to }: { readonly now: number; readonly last: number; readonly to: number },
): Entry[] {
  const entries: Entry[] = [];
  let left = ask.calls;
  for (let from = now; from <= last && left > 0; from += 1) {
    const seen = { ...meter, entries: [...meter.entries, ...entries] };
    const calls = Math.min(left, roomAt(seen, ask, { from, to }));
    if (calls < 1) continue;
    entries.push({ from, to, by: ask.lane, calls });
    left -= calls;
  }
  return entries;
}

/** Bulk waits for a handful, or half of what a second gives, since each time it asks is a write. */
function leastFor(meter: Meter, { lane, share }: Ask): number {
  if (lane === "live") return 1;
  const aSecond = (bulkMostOf(meter, share) * SECOND_MS) / meter.windowMs;
  return Math.max(1, Math.min(HANDFUL, Math.floor(aSecond / 2)));
}

const HANDFUL = 5;

/** What all bulk work may have in a window. */
export function bulkMostOf({ limit = 0 }: Meter, share: number): number {
  return Math.max(1, Math.floor((limit - keptForLive(limit)) * share));
}

/** Live begins at once. Bulk goes ahead, but not while live takes of what is kept for it (Q2). */
function lastFor(
  meter: Meter,
  lane: Lane,
  { now, to }: { readonly now: number; readonly to: number },
): number {
  if (lane === "live") return now;
  const limit = meter.limit ?? 0;
  const isYielding = spentBy(meter, now) > limit - keptForLive(limit);
  return isYielding ? now - 1 : to - 1;
}

/** Calls that may be made at any time of a span, whatever window it is seen in. */
function roomAt(
  meter: Meter,
  { lane, share }: Pick<Ask, "lane" | "share">,
  { from, to }: Pick<Entry, "from" | "to">,
): number {
  const limit = meter.limit ?? 0;
  const forBulk = limit - keptForLive(limit);
  const bulkMost = bulkMostOf(meter, share);
  let room = limit;
  for (let end = from; end <= to; end += 1) {
    const spent = spentBy(meter, end);
    if (lane === "live") room = Math.min(room, limit - spent);
    else room = Math.min(room, Math.min(forBulk - spent, bulkMost - spentBy(meter, end, "bulk")));
  }
  return lane === "live" ? room : Math.min(room, paceAt(meter, from, bulkMost));
}

/** What bulk may begin within the second that ends with a slice, so that its calls come evenly (Q4). */
function paceAt(meter: Meter, slice: number, bulkMost: number): number {
  if (meter.windowMs <= SECOND_MS) return bulkMost;
  const begun = meter.entries
    .filter(({ by, from }) => by === "bulk" && from > slice - SECOND_MS / SLICE_MS && from <= slice)
    .reduce((sum, { calls }) => sum + calls, 0);
  return Math.ceil((bulkMost * SECOND_MS * CATCHING_UP) / meter.windowMs) - begun;
}

const SECOND_MS = 1000;

/** A little above the even pace, so that what was not made is made up for. */
const CATCHING_UP = 1.25;

/** Until the first slice in which there is room for one call, as far as is known now. */
function waitOf(meter: Meter, ask: Ask, last: number): number {
  const now = sliceOf(ask.nowMs);
  let slice = last + 1;
  while (slice <= last + spanOf(meter) && roomAt(meter, ask, { from: slice, to: slice }) < 1)
    slice += 1;
  const ahead = last - now;
  const waitMs = (slice - now - ahead) * SLICE_MS;
  return ask.lane === "bulk" ? Math.max(waitMs, LEAST_BULK_WAIT_MS) : waitMs;
}

function leftToday({ daily, today }: Meter, { lane, share, nowMs }: Ask): number {
  if (!daily || nowMs - daily.readAtMs > READING_MS) return Number.POSITIVE_INFINITY;
  if (lane === "live") return daily.max - daily.used;
  const kept = daily.max * (1 - DAY_KEPT) - daily.used;
  return Math.floor(Math.min(kept, daily.max * share - today.bulk));
}
