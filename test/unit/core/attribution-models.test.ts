import { expect, test } from "vitest";
import { attribution } from "../../../shared/config/attribution.ts";
import { decayWeights } from "../../../shared/core/attribution/decay.ts";
import { fingerprint } from "../../../shared/core/attribution/fingerprint.ts";
import {
  checkAttribution,
  type Definition,
  findModel,
  modelsOf,
  type NamedModel,
} from "../../../shared/core/attribution/model.ts";
import { creditsOf, journeyFrom } from "../../support/journey-builders.ts";

const models = modelsOf(attribution);

function definitionOf(name: string): Definition {
  const found = findModel(models, name);
  if (!found) throw new Error(`there is no ${name}`);
  return found.definition;
}

/** Six touches, of which the second led to the lead, the third to the MQL, the fifth to the deal. */
const journey = journeyFrom(["A", "B", "C", "D", "E", "F"], {
  leadCreatedAt: "2026-01-02T08:00:00.000Z",
  mqlAt: "2026-01-03T12:00:00.000Z",
  sqlAt: "2026-01-04T12:00:00.000Z",
  closing: { closedOn: "2026-12-31", openedAt: "2026-01-05T23:00:00.000Z" },
});

//     model           A     B     C     D    E     F    unattributed
test.each([
  ["first", [1000n, 0n, 0n, 0n, 0n, 0n, 0n]],
  ["last", [0n, 0n, 0n, 0n, 0n, 1000n, 0n]],
  ["lead-creation", [0n, 1000n, 0n, 0n, 0n, 0n, 0n]],
  ["linear", [167n, 167n, 167n, 167n, 166n, 166n, 0n]],
  ["u-shaped", [400n, 400n, 50n, 50n, 50n, 50n, 0n]],
  ["w-shaped", [300n, 300n, 34n, 33n, 300n, 33n, 0n]],
  ["full-path", [225n, 225n, 50n, 50n, 225n, 225n, 0n]],
  ["milestones", [200n, 200n, 200n, 200n, 100n, 100n, 0n]],
])("A10: %s shares out 10.00 as it says", (name, credits) => {
  expect(creditsOf(definitionOf(name), journey)).toEqual(credits);
});

test("A10: a touch that is of several milestones has the weights of all", () => {
  const short = journeyFrom(["A", "B"], {
    leadCreatedAt: "2026-01-01T08:00:00.000Z",
    closing: { closedOn: "2026-12-31", openedAt: "2026-01-01T09:00:00.000Z" },
  });
  expect(creditsOf(definitionOf("w-shaped"), short)).toEqual([900n, 100n, 0n]);
  expect(creditsOf(definitionOf("full-path"), short)).toEqual([750n, 250n, 0n]);
});

test("A10: what is named and not there leaves its weight to the rest, in their proportion", () => {
  expect(creditsOf(definitionOf("u-shaped"), journeyFrom(["A", "B"]))).toEqual([667n, 333n, 0n]);
  expect(creditsOf(definitionOf("u-shaped"), journeyFrom(["A"]))).toEqual([1000n, 0n]);
});

test("A1, A10: where none of what a model names is there, nobody earned it", () => {
  expect(creditsOf(definitionOf("lead-creation"), journeyFrom(["A", "B"]))).toEqual([
    0n,
    0n,
    1000n,
  ]);
  expect(creditsOf(definitionOf("linear"), journeyFrom([]))).toEqual([1000n]);
});

test("A1: an amount below zero is shared out like one above it", () => {
  expect(creditsOf(definitionOf("linear"), journeyFrom(["A", "B", "C"]), { minor: -100n })).toEqual(
    [-34n, -33n, -33n, 0n],
  );
});

test("A1: of more touches and greater weights than the fast way takes, no unit is lost", () => {
  const many = journeyFrom(Array.from({ length: 100 }, () => "A"));
  const credits = creditsOf(definitionOf("linear"), many, { minor: 10_001n });
  expect(credits[0]).toBe(101n);
  expect(new Set(credits.slice(1, -1))).toEqual(new Set([100n]));
  const fine: Definition = {
    kind: "positions",
    weights: { first: "0.999999", others: "0.000001" },
  };
  const some = journeyFrom(Array.from({ length: 60 }, () => "A"));
  const split = creditsOf(fine, some, { minor: 10n ** 18n });
  expect(split[0]).toBe(999_999_000_000_000_000n);
  expect(split.reduce((sum, one) => sum + one, 0n)).toBe(10n ** 18n);
});

test("A11: a touch one half-life before the last one weighs half of it", () => {
  const week = journeyFrom(["A", "B", "C", "D", "E", "F", "G", "H"]);
  const credits = creditsOf({ kind: "time-decay", halfLifeDays: 7 }, week, { minor: 10n ** 12n });
  const [eldest = 0n, ...others] = credits;
  const newest = others.at(-2) ?? 0n;
  expect(newest - 2n * eldest).toBeLessThan(2n);
  expect(newest - 2n * eldest).toBeGreaterThan(-2n);
});

test.each([1, 7, 30])(
  "A11: with a half-life of %d days the weights are those of the curve",
  (halfLife) => {
    const weights = decayWeights(halfLife);
    expect(weights).toHaveLength(halfLife * 21);
    for (const [age, weight] of weights.entries())
      expect(Math.abs(weight - 2 ** (20 - age / halfLife))).toBeLessThanOrEqual(1);
  },
);

const withModels = (...given: NamedModel[]) => checkAttribution({ ...attribution, models: given });

test("A12: the models that Accord starts with contradict nothing", () => {
  expect(checkAttribution(attribution)).toEqual([]);
});

test("A12: weights that do not add up to one are refused, by the model's name", () => {
  expect(
    withModels({
      name: "ours",
      definition: { kind: "positions", weights: { first: "0.3", others: "0.6" } },
    }),
  ).toEqual(["model 'ours': its weights add up to 0.9, not to 1"]);
  expect(
    withModels({
      name: "ours",
      definition: { kind: "positions", weights: { first: "0.333333", others: "0.666668" } },
    }),
  ).toEqual(["model 'ours': its weights add up to 1.000001, not to 1"]);
});

test("A12: tenths add up, though as binary fractions they would not", () => {
  const weights = { first: "0.1", leadCreation: "0.2", others: "0.7" };
  expect(withModels({ name: "ours", definition: { kind: "positions", weights } })).toEqual([]);
});

const gate = { leastWon: 1 };

test.each([
  [
    { kind: "positions", weights: { first: "40%", others: "0.6" } },
    "the weight of first is '40%'; expected such as '0.225'",
  ],
  [
    { kind: "positions", weights: { frist: "1" } },
    "there is no 'frist'; there is: first, leadCreation, mql, sql, opportunityCreated, closed, others",
  ],
  [{ kind: "time-decay", halfLifeDays: 0 }, "the half-life is 0 days; expected whole days from 1"],
  [{ kind: "markov", order: 4, gate }, "the order is 4; expected 1, 2 or 3"],
  [
    { kind: "shapley", gate: { leastWon: 0.5 } },
    "gate.leastWon is 0.5; expected a whole number from 1",
  ],
])("A12: %j is refused: %s", (definition, problem) => {
  expect(withModels({ name: "ours", definition: definition as Definition })).toEqual([
    `model 'ours': ${problem}`,
  ]);
});

test("A12: a name that cannot be typed, a window and a pause that mean nothing are refused", () => {
  expect(
    checkAttribution({
      journey: { persons: "roles", windowDays: 0, dedupeMinutes: -1 },
      models: [{ name: "Our model", definition: definitionOf("first") }],
    }),
  ).toEqual([
    "journey.windowDays is 0; expected whole days from 1, or null",
    "journey.dedupeMinutes is -1; expected whole minutes from 0",
    "model 'Our model': a name is made of small letters, digits and dashes",
  ]);
});

test("A13: another definition, or another journey, is another version; the same one is the same", () => {
  const versionsOf = (journeyPolicy: Partial<typeof attribution.journey>, first: string) =>
    modelsOf({
      journey: { ...attribution.journey, ...journeyPolicy },
      models: [
        {
          name: "ours",
          definition: {
            kind: "positions",
            weights: { first, others: first === "0.4" ? "0.6" : "0.5" },
          },
        },
      ],
    }).map(({ version }) => version);
  const [ours] = versionsOf({}, "0.4");
  expect(ours).toMatch(/^[0-9a-f]{8}$/);
  expect(versionsOf({}, "0.4")).toEqual([ours]);
  expect(versionsOf({}, "0.5")).not.toEqual([ours]);
  expect(versionsOf({ windowDays: 90 }, "0.4")).not.toEqual([ours]);
});

test("A13: a version is the FNV-1a hash of what it stands for, whatever the order of its keys", () => {
  const fnv = (text: string) =>
    [...text].reduce(
      (hash, one) => BigInt.asUintN(32, (hash ^ BigInt(one.charCodeAt(0))) * 0x01000193n),
      0x811c9dc5n,
    );
  const hex = (hash: bigint) => hash.toString(16).padStart(8, "0");
  expect(fingerprint({ b: [1, null], a: "é" })).toBe(hex(fnv('{"a":"é","b":[1,null]}')));
  expect(fingerprint({ a: "é", b: [1, null], c: undefined })).toBe(
    fingerprint({ b: [1, null], a: "é" }),
  );
});

test("A13: an earlier definition can still be asked for, by its version", () => {
  const both = modelsOf({
    journey: attribution.journey,
    models: [
      { name: "ours", definition: { kind: "time-decay", halfLifeDays: 7 } },
      { name: "ours", definition: { kind: "time-decay", halfLifeDays: 30 } },
    ],
  });
  const [earlier, current] = both;
  expect(findModel(both, "ours")).toBe(current);
  expect(findModel(both, `ours@${earlier?.version}`)).toBe(earlier);
  expect(findModel(both, "ours@00000000")).toBeUndefined();
  expect(findModel(both, "theirs")).toBeUndefined();
});
