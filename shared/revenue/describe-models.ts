import {
  type Attribution,
  type Definition,
  millionths,
  modelsOf,
} from "../core/attribution/model.ts";

interface DescribedModel {
  readonly name: string;
  readonly version: string;
  /** Whether it is the one that its name alone asks for. */
  readonly inForce: boolean;
  /** Whom it credits, with every weight. */
  readonly credits: string;
}

/** Every model with its version and weights: the same name means different shares at different vendors. */
export function describeModels(attribution: Attribution): DescribedModel[] {
  const models = modelsOf(attribution);
  return models.map((model) => ({
    name: model.name,
    version: model.version,
    inForce: models.findLast(({ name }) => name === model.name) === model,
    credits: wordsOf(model.definition),
  }));
}

const PLACES: Readonly<Record<string, string>> = {
  first: "first touch",
  leadCreation: "touch that led to the lead",
  mql: "touch that led to MQL",
  sql: "touch that led to SQL",
  opportunityCreated: "touch that led to the opportunity",
  closed: "last touch",
  others: "all others, equally",
};

function wordsOf(definition: Definition): string {
  switch (definition.kind) {
    case "positions": {
      const named = Object.entries(definition.weights);
      if (named.length === 1 && definition.weights.others) return "100 % all touches, equally";
      return named
        .map(([place, share]) => `${percent(share)} % ${PLACES[place] ?? place}`)
        .join(", ");
    }
    case "time-decay":
      return `half as much for each ${definition.halfLifeDays} days before the last touch`;
    case "markov":
      return `by removal effect, order ${definition.order}; from ${definition.gate.leastWon} wins on`;
    case "shapley":
      return `Shapley value: each win equally by its distinct sources; from ${definition.gate.leastWon} wins on`;
  }
}

function percent(share: string): string {
  const parts = millionths(share);
  return String(parts / 10_000);
}
