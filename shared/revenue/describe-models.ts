import {
  type Attribution,
  type Definition,
  type Model,
  millionths,
  modelsOf,
} from "../core/attribution/model.ts";
import { type ModelVersion, type Versions, versionAt } from "../core/attribution/version.ts";
import { learns } from "./learn-model.ts";

interface DescribedModel {
  readonly name: string;
  readonly version: string;
  /** `declared`: it is in the configuration, and credits nothing yet. */
  readonly state: "in-force" | "being-made" | "replaced" | "declared";
  /** Whom it credits, with every weight. */
  readonly credits: string;
}

/** Every model with its version and weights: the same name means different shares at different vendors. */
export function describeModels(attribution: Attribution, known: Versions): DescribedModel[] {
  const kept = known.versions.map(({ model, version, definition }) => ({
    name: model,
    version,
    state: stateOf(known, { model, version }),
    credits: wordsOf(definition),
  }));
  const names = [...new Set([...attribution.models, ...kept].map(({ name }) => name))];
  const declared = modelsOf(attribution).map((model, place, all) => ({
    name: model.name,
    version: model.version,
    state: isFirst(model, place, { all, kept }) ? ("in-force" as const) : ("declared" as const),
    credits: wordsOf(model.definition),
  }));
  const isKept = (one: DescribedModel) =>
    kept.some(({ name, version }) => name === one.name && version.startsWith(one.version));
  const all = [...kept, ...declared.filter((one) => !isKept(one))];
  return names.flatMap((name) => all.filter((one) => one.name === name));
}

function stateOf(
  known: Versions,
  one: Pick<ModelVersion, "model" | "version">,
): DescribedModel["state"] {
  if (versionAt(known, one.model, END_OF_TIME)?.version === one.version) return "in-force";
  const isMade = known.inForce.some(
    ({ model, version }) => model === one.model && version === one.version,
  );
  return isMade ? "replaced" : "being-made";
}

const END_OF_TIME = "9999";

/** Of a model that nothing was credited by yet the first declaration counts, unless it has to learn. */
function isFirst(
  { name, definition }: Model,
  place: number,
  { all, kept }: { readonly all: readonly Model[]; readonly kept: readonly DescribedModel[] },
): boolean {
  if (learns(definition) || kept.some((one) => one.name === name)) return false;
  return all.findIndex((one) => one.name === name) === place;
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
