import { versionOf } from "./definition-version.ts";
import { type JourneyPolicy, MILESTONES, type Milestone } from "./journey.ts";

/** A share of one, exact: `"0.225"`. At most six decimals. */
type Share = string;

/** How many journeys a model that learns must have seen before it says anything. */
interface SampleGate {
  /** Won opportunities with at least one touch. */
  readonly leastWon: number;
}

/** How a model credits. The rules are those of SPEC.md, A10 to A14. */
export type Definition =
  | {
      readonly kind: "positions";
      /** By milestone; `others` is shared equally by the touches that hold none of those named. */
      readonly weights: Readonly<Partial<Record<Milestone | "others", Share>>>;
    }
  | { readonly kind: "time-decay"; readonly halfLifeDays: number }
  | { readonly kind: "markov"; readonly order: number; readonly gate: SampleGate }
  | { readonly kind: "shapley"; readonly gate: SampleGate };

export interface NamedModel {
  /** Without spaces and commas: it is typed. */
  readonly name: string;
  readonly definition: Definition;
}

/** A customer's attribution: whose touches count, and who is credited. */
export interface Attribution {
  readonly journey: JourneyPolicy;
  /** Of several with one name the last is in force; the earlier ones can still be asked for. */
  readonly models: readonly NamedModel[];
}

/** A model as it can be asked for: by its name, or by name and version. */
export interface Model extends NamedModel {
  /** Made of the definition itself, so that another definition is another version (A13). */
  readonly version: string;
  readonly journey: JourneyPolicy;
}

/** Every model with its version. */
export function modelsOf({ journey, models }: Attribution): Model[] {
  return models.map((model) => ({
    ...model,
    journey,
    version: versionOf({ journey, definition: model.definition }),
  }));
}

/** The model of a name, `u-shaped`, or of a name and version, `u-shaped@1f0c9a2e`. */
export function findModel(models: readonly Model[], asked: string): Model | undefined {
  const [name, version] = asked.split("@");
  return models.findLast(
    (model) => model.name === name && (version === undefined || model.version === version),
  );
}

const SHARE = /^(?:0(?:\.\d{1,6})?|1(?:\.0{1,6})?)$/;
const UNIT = 1_000_000;

/** A share in millionths. */
export function millionths(share: Share): number {
  const [whole = "", fraction = ""] = share.split(".");
  return Number(whole) * UNIT + Number(fraction.padEnd(6, "0"));
}

/** What contradicts itself in a declaration, in one line each, by name (A12). */
export function checkAttribution({ journey, models }: Attribution): string[] {
  const { windowDays, dedupeMinutes } = journey;
  return [
    ...(windowDays === null || isWhole(windowDays, 1)
      ? []
      : [`journey.windowDays is ${windowDays}; expected whole days from 1, or null`]),
    ...(isWhole(dedupeMinutes, 0)
      ? []
      : [`journey.dedupeMinutes is ${dedupeMinutes}; expected whole minutes from 0`]),
    ...models.flatMap((model) =>
      problemsOf(model).map((problem) => `model '${model.name}': ${problem}`),
    ),
  ];
}

function problemsOf({ name, definition }: NamedModel): string[] {
  const problems = /^[a-z0-9-]+$/.test(name)
    ? []
    : ["a name is made of small letters, digits and dashes"];
  switch (definition.kind) {
    case "positions":
      return [...problems, ...weightProblems(definition.weights)];
    case "time-decay":
      return isWhole(definition.halfLifeDays, 1)
        ? problems
        : [
            ...problems,
            `the half-life is ${definition.halfLifeDays} days; expected whole days from 1`,
          ];
    case "markov":
      return [1, 2, 3].includes(definition.order)
        ? [...problems, ...gateProblems(definition.gate)]
        : [...problems, `the order is ${definition.order}; expected 1, 2 or 3`];
    case "shapley":
      return [...problems, ...gateProblems(definition.gate)];
  }
}

function weightProblems(weights: Readonly<Partial<Record<string, Share>>>): string[] {
  const known: readonly string[] = [...MILESTONES, "others"];
  const given = Object.entries(weights).flatMap(([of, share]) =>
    share === undefined ? [] : [{ of, share }],
  );
  const wrong = given.flatMap(({ of, share }) => [
    ...(known.includes(of) ? [] : [`there is no '${of}'; there is: ${known.join(", ")}`]),
    ...(SHARE.test(share) ? [] : [`the weight of ${of} is '${share}'; expected such as '0.225'`]),
  ]);
  if (wrong.length > 0) return wrong;
  const sum = given.reduce((all, { share }) => all + millionths(share), 0);
  return sum === UNIT ? [] : [`its weights add up to ${decimal(sum)}, not to 1`];
}

function gateProblems({ leastWon }: SampleGate): string[] {
  return isWhole(leastWon, 1)
    ? []
    : [`gate.leastWon is ${leastWon}; expected a whole number from 1`];
}

function isWhole(number: number, least: number): boolean {
  return Number.isSafeInteger(number) && number >= least;
}

function decimal(parts: number): string {
  const fraction = String(parts % UNIT)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const whole = String((parts - (parts % UNIT)) / UNIT);
  return fraction === "" ? whole : `${whole}.${fraction}`;
}
