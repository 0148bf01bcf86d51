import { learnedVersion } from "../core/attribution/definition-version.ts";
import type { LearningRefusal } from "../core/attribution/estimate.ts";
import { journeyOf } from "../core/attribution/journey.ts";
import { type EndedJourney, type Learned, learn } from "../core/attribution/learn.ts";
import type { Definition, Model } from "../core/attribution/model.ts";
import type { ReportedOpportunity, RevenueStore } from "./ports.ts";

type Learner = Extract<Definition, { gate: object }>;

export function learns(definition: Definition): definition is Learner {
  return definition.kind === "markov" || definition.kind === "shapley";
}

/** The journeys of those that are won or lost, as a model looks at them. */
export async function endedJourneys(
  journeys: RevenueStore,
  opportunities: readonly ReportedOpportunity[],
  { journey: policy }: Pick<Model, "journey">,
): Promise<EndedJourney[]> {
  const ended = opportunities.filter(({ outcome }) => outcome !== "open");
  const persons = await journeys.persons([...new Set(ended.flatMap((one) => one.personIds))]);
  return ended.map((one) => {
    const ours = one.personIds.flatMap((id) => persons.get(id) ?? []);
    const { touches } = journeyOf(one, ours, policy);
    return {
      ...{ opportunityId: one.id, won: one.outcome === "won" },
      sources: touches.map(({ source }) => source),
    };
  });
}

/** What a model learns from journeys, and what its version is called from then on (A13, A21). */
export function learnModel(
  { definition, version }: Model,
  ended: readonly EndedJourney[],
): { readonly learned: Learned; readonly version: string } | LearningRefusal {
  if (!learns(definition)) throw new Error(`a model of ${definition.kind} does not learn`);
  const learned = learn(definition, ended);
  if ("refused" in learned) return learned;
  return { learned, version: learnedVersion(version, [...learned.weights]) };
}
