import { dayNumber } from "./calendar-day.ts";
import { type Journey, MILESTONES } from "./journey.ts";

/** An amount to be credited along a journey. */
export interface Crediting {
  readonly journey: Journey;
  /** In minor units of whatever currency; negative where money is taken back. */
  readonly minor: bigint;
}

/**
 * Many journeys, column by column, so that a core credits millions of touches a second. The touches of
 * journey `j` stand from `starts[j]` up to `starts[j + 1]`, in the order of the journey.
 */
export interface JourneyColumns {
  readonly journeys: number;
  /** Minor units by journey. Sums over all of them fit as well: `columnsOf` sees to it. */
  readonly amounts: BigInt64Array;
  readonly starts: Int32Array;
  /** By touch: the place of its source in `sourceNames`. */
  readonly sources: Int32Array;
  readonly sourceNames: readonly string[];
  /** By touch: the number of its day. */
  readonly days: Int32Array;
  /** By journey, `MILESTONES.length` each: the touch of the milestone; -1 where there is none. */
  readonly places: Int32Array;
}

const MOST = 2n ** 63n - 1n;

/** Lays journeys out in columns. Throws where amounts of 2^63 minor units are exceeded in all. */
export function columnsOf(creditings: readonly Crediting[]): JourneyColumns {
  const touches = creditings.reduce((all, { journey }) => all + journey.touches.length, 0);
  const names = new Map<string, number>();
  const columns = {
    journeys: creditings.length,
    amounts: new BigInt64Array(creditings.length),
    starts: new Int32Array(creditings.length + 1),
    sources: new Int32Array(touches),
    days: new Int32Array(touches),
    places: new Int32Array(creditings.length * MILESTONES.length),
  };
  let at = 0;
  let size = 0n;
  for (const [index, { journey, minor }] of creditings.entries()) {
    size += minor < 0n ? -minor : minor;
    columns.amounts[index] = minor;
    columns.starts[index] = at;
    for (const [place, milestone] of MILESTONES.entries()) {
      const found = journey.places[milestone];
      columns.places[index * MILESTONES.length + place] = found < 0 ? -1 : at + found;
    }
    for (const { source, touch } of journey.touches) {
      const name = names.get(source) ?? names.size;
      names.set(source, name);
      columns.sources[at] = name;
      columns.days[at] = dayNumber(touch.at);
      at += 1;
    }
  }
  if (size > MOST) throw new Error("the amounts of a report exceed 2^63 minor units");
  columns.starts[creditings.length] = at;
  return { ...columns, sourceNames: [...names.keys()] };
}
