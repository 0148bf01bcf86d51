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

/** Asks for nothing where `calls` is 0. */
export function draw(meter: Meter, visit: Draw): { readonly next: Meter; readonly drawn: Drawn } {
  const nowMs = sharedNow(meter, visit.nowMs);
  const settled = settle(asOf(meter, nowMs), visit.spent);
  const known = visit.reading ? learn(settled, visit.reading) : settled;
  if (visit.calls === 0) return { next: known, drawn: { entries: [], waitMs: 0, nowMs } };
  const booking = book(known, { ...visit, nowMs });
  const given = booking.entries.reduce((sum, { calls }) => sum + calls, 0);
  const kept = known.limit === undefined ? [] : [...known.entries, ...booking.entries];
  return {
    next: countToday({ ...known, entries: kept }, visit.lane, given),
    drawn: { ...booking, nowMs },
  };
}
