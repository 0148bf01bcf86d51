import { type Ask, type Booking, book } from "./book.ts";
import { asOf, type Meter, sharedNow } from "./meter.ts";
import { countToday, learn, type Reading, type Spent, settle } from "./settle.ts";

/** One visit of a worker to a meter: it says what it spent and read, and asks for more. */
export interface Draw extends Ask {
  readonly spent: Spent;
  readonly reading?: Reading;
}

/** What it leaves with. `nowMs` is the time of all workers, by which its calls may begin. */
export interface Drawn extends Booking {
  readonly nowMs: number;
}

interface Visited {
  readonly next: Meter;
  readonly drawn: Drawn;
  /** `next` is worth a write. What was spent may be said with a later draw, where nothing was given now. */
  readonly isNews: boolean;
}

/** What an answer told of the day is passed on to the others this often, where there is nothing else. */
const DAY_TOLD_EVERY_MS = 10_000;

/** Asks for nothing where `calls` is 0. */
export function draw(meter: Meter, visit: Draw): Visited {
  const nowMs = sharedNow(meter, visit.nowMs);
  const settled = settle(asOf(meter, nowMs), visit.spent);
  const known = visit.reading ? learn(settled, visit.reading) : settled;
  const isIdle = visit.calls === 0;
  const booking = isIdle ? { entries: [], waitMs: 0 } : book(known, { ...visit, nowMs });
  const given = booking.entries.reduce((sum, { calls }) => sum + calls, 0);
  const kept = known.limit === undefined ? [] : [...known.entries, ...booking.entries];
  return {
    next: countToday({ ...known, entries: kept }, visit.lane, given),
    drawn: { ...booking, nowMs },
    isNews: isIdle || given > 0 || hasUnmade(visit.spent) || hasLearnt(settled, known),
  };
}

/** The others wait for what this one did not make. */
function hasUnmade({ given, madeAtMs }: Spent): boolean {
  return given.reduce((sum, { calls }) => sum + calls, 0) > madeAtMs.length;
}

function hasLearnt(before: Meter, after: Meter): boolean {
  const toldMs = (after.daily?.readAtMs ?? 0) - (before.daily?.readAtMs ?? 0);
  const isOther = before.limit !== after.limit || before.entries !== after.entries;
  return isOther || toldMs > DAY_TOLD_EVERY_MS;
}
