import { columnsOf, type JourneyColumns } from "../core/attribution/columns.ts";
import type { LearningRefusal } from "../core/attribution/estimate.ts";
import { fingerprint } from "../core/attribution/fingerprint.ts";
import { type Learned, learn } from "../core/attribution/learn.ts";
import type { Definition, Model } from "../core/attribution/model.ts";
import { type Credits, splitColumns } from "../core/attribution/split.ts";
import { weighBy } from "../core/attribution/weigh.ts";
import type { Gathered, WonJourney } from "./gather-journeys.ts";

/** What a model gives of the won opportunities of a period. */
export interface ModelCredits {
  readonly model: string;
  /** Of its definition, and of what it has learnt (A13). */
  readonly version: string;
  readonly won: readonly WonJourney[];
  readonly columns: JourneyColumns;
  readonly credits: Credits;
  readonly learned?: Learned;
}

type Learner = Extract<Definition, { gate: object }>;

export function learns(definition: Definition): definition is Learner {
  return definition.kind === "markov" || definition.kind === "shapley";
}

/** Credits every opportunity that was won, by one model. */
export function creditModel(
  { name, version, definition }: Model,
  { won, ended }: Gathered,
): ModelCredits | LearningRefusal {
  const columns = columnsOf(won.map(({ journey, amount: { minor } }) => ({ journey, minor })));
  const given = { model: name, won, columns };
  if (!learns(definition)) {
    const credits = splitColumns(columns, weighBy(definition, columns, new Map()));
    return { ...given, version, credits };
  }
  const learned = learn(
    definition,
    ended.map(({ opportunity, journey }) => ({
      opportunityId: opportunity.id,
      won: opportunity.outcome === "won",
      sources: journey.touches.map(({ source }) => source),
    })),
  );
  if ("refused" in learned) return learned;
  return {
    ...given,
    version: `${version}.${fingerprint([...learned.weights])}`,
    credits: splitColumns(columns, weighBy(definition, columns, learned.weights)),
    learned,
  };
}
