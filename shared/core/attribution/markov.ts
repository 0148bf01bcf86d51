import { type Estimate, GROUPS, type Grouped, type LearningRefusal } from "./estimate.ts";
import { solve } from "./solve.ts";

/** Beyond it, elimination takes seconds. */
const MOST_STATES = 256;

/** The ends of a journey, told from states, which are not negative. */
const WON = -1;
const LOST = -2;
const AFTER = 2;

/** Journeys as a chain: how often each state was followed by what, by group. */
interface Chain {
  /** By state: the place of its latest source. */
  readonly latest: readonly number[];
  readonly steps: readonly Step[];
  /** By state: how many journeys of each group began in it. */
  readonly starts: readonly Float64Array[];
}

interface Step {
  readonly from: number;
  /** A state, WON or LOST. */
  readonly to: number;
  /** By group. */
  readonly times: Float64Array;
}

/**
 * The removal effect of each source: which part of the probability to win is lost when whatever comes
 * to the source is lost. In closed form: the chain is solved, not walked through. A chain of order k
 * has the latest k sources as its state. Shares are the effects over their sum. Source: E. Anderl,
 * I. Becker, F. von Wangenheim, J. H. Schumann, Mapping the customer journey, International Journal of
 * Research in Marketing 33 (2016), 457-474.
 */
export function learnMarkov(grouped: Grouped, order: number): Estimate | LearningRefusal {
  const chain = chainOf(grouped, order);
  if (chain.latest.length > MOST_STATES)
    return {
      refused: "too-many-states",
      reason: `order ${order} makes ${chain.latest.length} states of these journeys, and ${MOST_STATES} are the most: ask for a lower order`,
    };
  const effectsWithout = (without: number | undefined) => {
    const all = winProbability(chain, without, undefined);
    if (all === 0) return undefined;
    return Float64Array.from(
      grouped.sources,
      (_, removed) => 1 - winProbability(chain, without, removed) / all,
    );
  };
  const whole = effectsWithout(undefined);
  return {
    sharesWithout(without) {
      const effects = without === undefined ? whole : effectsWithout(without);
      const sum = effects?.reduce((all, effect) => all + effect, 0);
      return sum ? effects?.map((effect) => effect / sum) : undefined;
    },
    removalEffects: whole ?? new Float64Array(grouped.sources.length),
  };
}

/** States and steps in an order of their own, so that the order of the journeys decides nothing. */
function chainOf({ sources, journeys }: Grouped, order: number): Chain {
  const base = sources.length + 1;
  const span = base ** order;
  const counts = {
    starts: new Map<number, Float64Array>(),
    steps: new Map<number, Float64Array>(),
  };
  const codes = new Set<number>();
  for (const { path, won, group } of journeys) {
    let code = 0;
    for (const source of path) {
      const next = (code * base + source + 1) % span;
      codes.add(next);
      if (code === 0) count(counts.starts, next, group);
      else count(counts.steps, code * (span + AFTER) + next + AFTER, group);
      code = next;
    }
    const end = won ? WON : LOST;
    if (code !== 0) count(counts.steps, code * (span + AFTER) + end + AFTER, group);
  }
  const states = [...codes].sort((one, other) => one - other);
  const places = new Map([...states.entries()].map(([place, code]) => [code, place]));
  const placeOf = (code: number) => places.get(code) ?? code;
  const keys = [...counts.steps].sort(([one], [other]) => one - other);
  return {
    latest: states.map((code) => (code % base) - 1),
    starts: states.map((code) => counts.starts.get(code) ?? new Float64Array(GROUPS)),
    steps: keys.map(([key, times]) => {
      const to = key % (span + AFTER);
      return {
        from: placeOf((key - to) / (span + AFTER)),
        to: to < AFTER ? to - AFTER : placeOf(to - AFTER),
        times,
      };
    }),
  };
}

function count(counts: Map<number, Float64Array>, key: number, group: number): void {
  const times = counts.get(key) ?? new Float64Array(GROUPS);
  times[group] = (times[group] ?? 0) + 1;
  counts.set(key, times);
}

/** The probability to win from the start, where what comes to the source `removed` is lost. */
function winProbability(
  { latest, starts, steps }: Chain,
  without: number | undefined,
  removed: number | undefined,
): number {
  const size = latest.length;
  const left = new Float64Array(size);
  for (const { from, times } of steps) left[from] = (left[from] ?? 0) + timesOf(times, without);
  const matrix = Array.from({ length: size }, (_, state) => {
    const row = new Float64Array(size + 1);
    row[state] = 1;
    return row;
  });
  for (const { from, to, times } of steps) {
    const row = matrix[from];
    const all = left[from] ?? 0;
    if (!row || all === 0 || to === LOST || latest[from] === removed) continue;
    const part = timesOf(times, without) / all;
    if (to === WON) row[size] = (row[size] ?? 0) + part;
    else row[to] = (row[to] ?? 0) - part;
  }
  const chances = solve(matrix);
  let won = 0;
  let began = 0;
  for (const [state, times] of starts.entries()) {
    const journeys = timesOf(times, without);
    began += journeys;
    won += journeys * (chances[state] ?? 0);
  }
  return began === 0 ? 0 : won / began;
}

function timesOf(times: Float64Array, without: number | undefined): number {
  let sum = 0;
  for (let group = 0; group < GROUPS; group += 1) if (group !== without) sum += times[group] ?? 0;
  return sum;
}
