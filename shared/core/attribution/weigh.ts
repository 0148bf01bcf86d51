import type { JourneyColumns } from "./columns.ts";
import { decayWeights } from "./decay.ts";
import { MILESTONES, type Milestone } from "./journey.ts";
import { type Definition, millionths } from "./model.ts";
import type { Weigh } from "./split.ts";

/** What each source has been found to weigh, in millionths, as whole numbers. */
export type SourceWeights = ReadonlyMap<string, number>;

/**
 * How a model weighs the touches of journeys.
 *
 * @param learned - What a model that learns has learnt; of no meaning to any other.
 */
export function weighBy(
  definition: Definition,
  { sourceNames }: Pick<JourneyColumns, "sourceNames">,
  learned: SourceWeights,
): Weigh {
  switch (definition.kind) {
    case "positions":
      return byPositions(definition.weights);
    case "time-decay":
      return byDecay(definition.halfLifeDays);
    case "markov":
      return bySource(Float64Array.from(sourceNames, (name) => learned.get(name) ?? 0));
    case "shapley":
      // Each win is shared equally by the sources of its journey: that is the value itself (A15).
      return bySource(new Float64Array(sourceNames.length).fill(1));
  }
}

/** The weights of one journey's touches, as whole numbers. */
export function weightsOf(columns: JourneyColumns, journey: number, weigh: Weigh): bigint[] {
  const from = columns.starts[journey] ?? 0;
  const to = columns.starts[journey + 1] ?? 0;
  const weights = new Float64Array(columns.sources.length);
  weigh(columns, journey, weights);
  return Array.from(weights.subarray(from, to), BigInt);
}

/**
 * Rule A10. A touch has the weights of all milestones that it is the touch of; those of milestones
 * without a touch are left out, and so is that of `others` where there are none.
 */
function byPositions(weights: Extract<Definition, { kind: "positions" }>["weights"]): Weigh {
  const partOf = (name: Milestone | "others") => millionths(weights[name] ?? "0");
  const named = MILESTONES.flatMap((milestone, place) => {
    const weight = partOf(milestone);
    return weight > 0 ? [{ place, weight }] : [];
  });
  const others = partOf("others");
  const shrink = named.reduce((by, { weight }) => commonDivisor(by, weight), others);
  const places = Int32Array.from(named, ({ place }) => place);
  const shares = Float64Array.from(named, ({ weight }) => weight / shrink);
  const rest = others / shrink;
  return (columns, journey, out) => {
    const from = columns.starts[journey] ?? 0;
    const to = columns.starts[journey + 1] ?? 0;
    for (let touch = from; touch < to; touch += 1) out[touch] = 0;
    let alone = to - from;
    for (let index = 0; index < places.length; index += 1) {
      const touch = columns.places[journey * MILESTONES.length + (places[index] ?? 0)] ?? -1;
      if (touch < 0) continue;
      if (out[touch] === 0) alone -= 1;
      out[touch] = (out[touch] ?? 0) + (shares[index] ?? 0);
    }
    if (rest === 0 || alone === 0) return;
    for (let touch = from; touch < to; touch += 1) {
      const held = out[touch] ?? 0;
      out[touch] = held === 0 ? rest : held * alone;
    }
  };
}

/** Rule A11: by the days between a touch and the last one of the journey. */
function byDecay(halfLifeDays: number): Weigh {
  const byAge = decayWeights(halfLifeDays);
  return ({ starts, days }, journey, out) => {
    const from = starts[journey] ?? 0;
    const to = starts[journey + 1] ?? 0;
    const last = days[to - 1] ?? 0;
    for (let touch = from; touch < to; touch += 1)
      out[touch] = byAge[last - (days[touch] ?? 0)] ?? 0;
  };
}

/**
 * Rule A14: each source of a journey has its weight, whatever the number of its touches, which share it
 * equally. Where all weigh nothing, each source weighs the same.
 *
 * @param weights - By the place of a source.
 */
function bySource(weights: Float64Array): Weigh {
  const counts = new Int32Array(weights.length);
  return ({ starts, sources }, journey, out) => {
    const from = starts[journey] ?? 0;
    const to = starts[journey + 1] ?? 0;
    let any = false;
    for (let touch = from; touch < to; touch += 1) counts[sources[touch] ?? 0] = 0;
    for (let touch = from; touch < to; touch += 1) {
      const source = sources[touch] ?? 0;
      counts[source] = (counts[source] ?? 0) + 1;
      any ||= (weights[source] ?? 0) > 0;
    }
    let multiple = 1;
    for (let touch = from; touch < to; touch += 1)
      multiple = commonMultiple(multiple, counts[sources[touch] ?? 0] ?? 1);
    for (let touch = from; touch < to; touch += 1) {
      const source = sources[touch] ?? 0;
      const weight = any ? (weights[source] ?? 0) : 1;
      out[touch] = whole(weight * multiple, counts[source] ?? 1);
    }
  };
}

/** Beyond it, the touches of a source share in parts of this size, cut down to whole ones. */
const MOST_MULTIPLE = 2 ** 30;

function commonMultiple(one: number, other: number): number {
  const multiple = (one / commonDivisor(one, other)) * other;
  if (multiple > MOST_MULTIPLE) return MOST_MULTIPLE;
  return multiple;
}

function commonDivisor(one: number, other: number): number {
  return other === 0 ? one : commonDivisor(other, one % other);
}

function whole(number: number, by: number): number {
  return (number - (number % by)) / by;
}
