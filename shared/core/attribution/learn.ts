import { type Estimate, GROUPS, type Grouped, type LearningRefusal } from "./estimate.ts";
import { groupOf } from "./fingerprint.ts";
import { learnMarkov } from "./markov.ts";
import type { Definition } from "./model.ts";
import { learnShapley } from "./shapley.ts";
import type { SourceWeights } from "./weigh.ts";

/** A journey that has ended, as far as learning from it goes. */
export interface EndedJourney {
  readonly opportunityId: string;
  readonly won: boolean;
  /** The sources of its touches, oldest first. */
  readonly sources: readonly string[];
}

/** What was found of one source. Shares of one. */
interface LearnedShare {
  readonly source: string;
  readonly share: number;
  /** 95 of 100 such intervals hold the share, were the journeys drawn anew. */
  readonly low: number;
  readonly high: number;
  /** Of Markov: which part of the wins would be lost without the source. */
  readonly removalEffect?: number;
  readonly journeys: number;
}

export interface Learned {
  readonly won: number;
  readonly lost: number;
  /** The largest share first. */
  readonly shares: readonly LearnedShare[];
  readonly weights: SourceWeights;
}

/** The 97.5th percentile of Student's t with one degree of freedom less than there are groups. */
const T_975 = 2.093024054408263;

/** Shares are fixed to whole millionths before they touch an amount. */
const PARTS = 1_000_000;

/** What ended journeys tell of the sources. Rules A14 to A16. */
export function learn(
  definition: Extract<Definition, { kind: "markov" | "shapley" }>,
  ended: readonly EndedJourney[],
): Learned | LearningRefusal {
  const told = ended.filter(({ sources }) => sources.length > 0);
  const won = told.filter((journey) => journey.won).length;
  const lost = told.length - won;
  const { leastWon } = definition.gate;
  if (won < leastWon)
    return {
      refused: "too-few-journeys",
      reason: `it needs ${leastWon} won opportunities with a touch, and there are ${won}`,
    };
  const grouped = groupedOf(told);
  const estimate =
    definition.kind === "markov" ? learnMarkov(grouped, definition.order) : learnShapley(grouped);
  if ("refused" in estimate) return estimate;
  const shares = sharesOf(estimate, grouped);
  return {
    won,
    lost,
    shares,
    weights: new Map(shares.map(({ source, share }) => [source, roundedParts(share)])),
  };
}

/** Sources by name, so that the order of the journeys decides nothing. */
function groupedOf(ended: readonly EndedJourney[]): Grouped {
  const sources = [...new Set(ended.flatMap((journey) => journey.sources))].sort();
  const places = new Map(sources.map((source, place) => [source, place]));
  return {
    sources,
    journeys: ended.map(({ won, opportunityId, sources: names }) => ({
      won,
      group: groupOf(opportunityId, GROUPS),
      path: names.map((name) => places.get(name) ?? 0),
    })),
  };
}

/**
 * The shares with their intervals, by the delete-a-group jackknife: the estimate is made again without
 * each of the groups in turn, and its spread over them gives the variance. Nothing is drawn by chance.
 * Source: P. Kott, The Delete-a-Group Jackknife, Journal of Official Statistics 17 (2001), 521-526.
 */
function sharesOf(estimate: Estimate, { sources, journeys }: Grouped): LearnedShare[] {
  const whole = estimate.sharesWithout(undefined) ?? new Float64Array(sources.length);
  const seen = new Set(journeys.map(({ group }) => group));
  const replicates = Array.from({ length: GROUPS }, (_, group) =>
    seen.has(group) ? estimate.sharesWithout(group) : whole,
  );
  const met = new Int32Array(sources.length);
  for (const { path } of journeys)
    for (const place of new Set(path)) met[place] = (met[place] ?? 0) + 1;
  return sources
    .map((source, place) => {
      const share = whole[place] ?? 0;
      const squares = replicates.map((one) => ((one ? (one[place] ?? 0) : share) - share) ** 2);
      const variance = (squares.reduce((sum, one) => sum + one, 0) * (GROUPS - 1)) / GROUPS;
      const reach = T_975 * variance ** 0.5;
      const removalEffect = estimate.removalEffects?.[place];
      return {
        source,
        share,
        low: withinOne(share - reach),
        high: withinOne(share + reach),
        ...(removalEffect === undefined ? {} : { removalEffect }),
        journeys: met[place] ?? 0,
      };
    })
    .sort(byShare);
}

function withinOne(share: number): number {
  if (share < 0) return 0;
  if (share > 1) return 1;
  return share;
}

/** By what is shown, so that a last bit does not decide the order. */
function byShare(one: LearnedShare, other: LearnedShare): number {
  const apart = roundedParts(other.share) - roundedParts(one.share);
  return apart === 0 ? Number(one.source > other.source) - 0.5 : apart;
}

function roundedParts(share: number): number {
  const parts = share * PARTS + 0.5;
  return parts - (parts % 1);
}
