import { expect, test } from "vitest";
import { type EndedJourney, type Learned, learn } from "../../../shared/core/attribution/learn.ts";
import { creditsOf, journeyFrom } from "../../support/journey-builders.ts";

const gate = { leastWon: 1 };

/** So many journeys of each path; `A > B` was won, `A > B > x` was lost. */
function ended(paths: Readonly<Record<string, number>>): EndedJourney[] {
  return Object.entries(paths).flatMap(([path, count]) =>
    Array.from({ length: count }, (_, index) => {
      const sources = path.split(" > ");
      const won = sources.at(-1) !== "x";
      return {
        opportunityId: `${path} ${index}`,
        won,
        sources: won ? sources : sources.slice(0, -1),
      };
    }),
  );
}

function learnt(...asked: Parameters<typeof learn>): Learned {
  const learned = learn(...asked);
  if ("refused" in learned) throw new Error(learned.reason);
  return learned;
}

const markov = (order: number, paths: Readonly<Record<string, number>>) =>
  learnt({ kind: "markov", order, gate }, ended(paths));
const shapley = (paths: Readonly<Record<string, number>>) =>
  learnt({ kind: "shapley", gate }, ended(paths));

const bySource = ({ shares }: Learned, what: "share" | "removalEffect") =>
  new Map(shares.map((one) => [one.source, one[what] ?? Number.NaN]));

function expectClose(found: ReadonlyMap<string, number>, wanted: Readonly<Record<string, number>>) {
  expect([...found.keys()].sort()).toEqual(Object.keys(wanted).sort());
  for (const [source, share] of Object.entries(wanted))
    expect(Math.abs((found.get(source) ?? Number.NaN) - share)).toBeLessThan(1e-9);
}

// S. Bryl', Marketing Multi-Channel Attribution model with R, part 1 (2016), with the R package
// ChannelAttribution: https://analyzecore.com/2016/08/03/attribution-model-r-part-1/
const BRYL = { "C1 > C2 > C3": 1, "C1 > x": 1, "C2 > C3 > x": 1 };

test("A14: Bryl's worked example has his removal effects and shares", () => {
  const learned = markov(1, BRYL);
  expectClose(bySource(learned, "removalEffect"), { C1: 0.5, C2: 1, C3: 1 });
  expectClose(bySource(learned, "share"), { C1: 0.2, C2: 0.4, C3: 0.4 });
});

// S. Puzyrov, Markov Chain Attribution, Simple Explanation of Removal Effect (2019), whose
// probabilities are 0.8 and 0.2 from the start, and 0.5, 0.25 and 0.25 from Google Ads:
// https://serhiipuzyrov.com/2019/07/markov-chain-attribution-simple-explanation-of-removal-effect/
test("A14: Puzyrov's worked example wins in 8 of 10, in 2 without ads, in 4 without mail", () => {
  const learned = markov(1, { ads: 2, mail: 1, "ads > mail": 1, "ads > x": 1 });
  expectClose(bySource(learned, "removalEffect"), { ads: 1 - 0.2 / 0.8, mail: 1 - 0.4 / 0.8 });
  expectClose(bySource(learned, "share"), { ads: 0.6, mail: 0.4 });
});

test("A14: sources that follow themselves change nothing at order 1", () => {
  const repeated = markov(1, {
    "C1 > C1 > C2 > C2 > C2 > C3": 1,
    "C1 > C1 > x": 1,
    "C2 > C3 > x": 1,
  });
  expectClose(bySource(repeated, "removalEffect"), { C1: 0.5, C2: 1, C3: 1 });
});

test("A14: an order above 1 remembers where a journey came from", () => {
  // At order 1 both ways through M look alike. At order 2 only the way from A wins.
  const paths = { "A > M": 4, "B > M > x": 4 };
  expectClose(bySource(markov(1, paths), "removalEffect"), { A: 0.5, B: 0.5, M: 1 });
  expectClose(bySource(markov(2, paths), "removalEffect"), { A: 1, B: 0, M: 1 });
  const further = { "A > M > M": 4, "B > M > M > x": 4 };
  expectClose(bySource(markov(2, further), "removalEffect"), { A: 0.5, B: 0.5, M: 1 });
  expectClose(bySource(markov(3, further), "removalEffect"), { A: 1, B: 0, M: 1 });
});

test("A14: a win is shared by the weights of its sources, and by the touches of one equally", () => {
  const { weights } = markov(1, BRYL);
  expect(weights).toEqual(new Map(Object.entries({ C1: 200_000, C2: 400_000, C3: 400_000 })));
  const definition = { kind: "markov", order: 1, gate } as const;
  const journey = journeyFrom(["C1", "C2", "C1", "C3"]);
  expect(creditsOf(definition, journey, { learned: weights })).toEqual([
    100n,
    400n,
    100n,
    400n,
    0n,
  ]);
  expect(creditsOf(definition, journeyFrom(["new", "C1"]), { learned: weights })).toEqual([
    0n,
    1000n,
    0n,
  ]);
  expect(creditsOf(definition, journeyFrom(["new", "newer", "new"]))).toEqual([
    250n,
    500n,
    250n,
    0n,
  ]);
});

test("A14: touches of one source in numbers without a small multiple lose no unit", () => {
  const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29];
  const sources = primes.flatMap((count) => Array.from({ length: count }, () => `S${count}`));
  const credits = creditsOf({ kind: "shapley", gate }, journeyFrom(sources), { minor: 1_000_000n });
  expect(credits.reduce((sum, one) => sum + one, 0n)).toBe(1_000_000n);
});

// M. Hegewald, Data-Driven Marketing Attribution, Towards Data Science 1a28d2e613a0, worked through at
// https://github.com/tomgorb/misc ("Data Driven Attribution.ipynb"): Facebook, Organic, LinkedIn.
test("A15: the worked example of Facebook, Organic and LinkedIn has its published values", () => {
  const paths = { F: 20, O: 10, L: 17, "F > O": 17, "L > F": 30, "O > F > L": 6 };
  expectClose(bySource(shapley(paths), "share"), { F: 0.455, O: 0.205, L: 0.34 });
});

// A game of the Open University of the Netherlands' course on cooperative games: v(1) = 2, v(23) = 6,
// v(123) = 8, whose value is (2, 3, 3): https://wiskundeoptiu.nl/node/4161
test("A15: a textbook's game of three has the textbook's value", () => {
  const { shares } = shapley({ "1": 2, "2 > 3": 3, "3 > 2": 3 });
  expectClose(new Map(shares.map(({ source, share }) => [source, share * 8])), {
    "1": 2,
    "2": 3,
    "3": 3,
  });
});

test("A15: lost opportunities do not enter", () => {
  expectClose(bySource(shapley({ A: 1, "A > B": 1, "B > x": 50 }), "share"), { A: 0.75, B: 0.25 });
});

test("A16: below its gate a model says nothing, and says why", () => {
  expect(
    learn({ kind: "markov", order: 1, gate: { leastWon: 5 } }, ended({ A: 4, "A > x": 90 })),
  ).toEqual({
    refused: "too-few-journeys",
    reason: "it needs 5 won opportunities with a touch, and there are 4",
  });
});

test("A16: a chain of more states than can be solved is refused, with what would help", () => {
  const paths = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [
      `S${index % 20} > S${(index * 7) % 19} > S${index % 17}`,
      1,
    ]),
  );
  const asked = learn({ kind: "markov", order: 3, gate }, ended(paths));
  expect(asked).toMatchObject({ refused: "too-many-states" });
  expect("reason" in asked && asked.reason).toContain("ask for a lower order");
});

test("A16: the more journeys say the same, the narrower the interval, and it holds the share", () => {
  const widthOf = (times: number) => {
    const [first] = markov(1, {
      A: 6 * times,
      "B > A": 3 * times,
      B: 2 * times,
      "A > x": 5 * times,
    }).shares;
    if (!first) throw new Error("no shares");
    expect(first.low).toBeLessThan(first.share);
    expect(first.high).toBeGreaterThan(first.share);
    return first.high - first.low;
  };
  const [few, many] = [widthOf(10), widthOf(1000)];
  expect(many).toBeLessThan(few / 5);
});

test("A16: the interval of a share of wins is that of a proportion", () => {
  // Of journeys with one touch each, the Shapley share is a plain proportion, whose interval is known.
  const [first] = shapley({ A: 3000, B: 7000 }).shares.slice(1);
  const known = 1.96 * Math.sqrt((0.3 * 0.7) / 10_000);
  const half = ((first?.high ?? 0) - (first?.low ?? 0)) / 2;
  expect(half / known).toBeGreaterThan(0.6);
  expect(half / known).toBeLessThan(1.6);
});

test("A16: shares come the largest first, with the journeys that hold the source", () => {
  const { won, lost, shares } = shapley({ A: 1, "B > A": 1, "B > x": 1 });
  expect({ won, lost }).toEqual({ won: 2, lost: 1 });
  expect(shares.map(({ source, journeys }) => [source, journeys])).toEqual([
    ["A", 2],
    ["B", 2],
  ]);
});
