import fc from "fast-check";
import { expect, test } from "vitest";
import { attribution } from "../../shared/config/attribution.ts";
import { columnsOf } from "../../shared/core/attribution/columns.ts";
import { type Journey, journeyOf } from "../../shared/core/attribution/journey.ts";
import { type EndedJourney, learn } from "../../shared/core/attribution/learn.ts";
import type { Definition } from "../../shared/core/attribution/model.ts";
import { splitColumns, sumByGroup } from "../../shared/core/attribution/split.ts";
import { type SourceWeights, weighBy } from "../../shared/core/attribution/weigh.ts";
import { allocate } from "../../shared/core/money/allocate.ts";
import { ALL_TOUCHES, journeyPerson, sourceTouch } from "../support/journey-builders.ts";

/** As shipped, but for their gates, so that they all say something of a handful of opportunities. */
const DEFINITIONS = attribution.models.map(
  ({ definition }): Definition =>
    "gate" in definition ? { ...definition, gate: { leastWon: 1 } } : definition,
);

const moment = fc
  .tuple(fc.integer({ min: 0, max: 29 }), fc.constantFrom("00:00:00.000", "23:59:59.999"))
  .map(([day, time]) => `2026-01-${String(day + 1).padStart(2, "0")}T${time}Z`);
const source = fc.option(fc.constantFrom("A", "B", "C", "D"), { freq: 8 });
const touch = fc.tuple(moment, source).map(([at, channel]) => sourceTouch(at, channel));
const milestone = fc.option(moment);
const person = fc.record({
  id: fc.constantFrom("ann", "bob", "cid"),
  touches: fc.array(touch, { maxLength: 5 }),
  leadCreatedAt: milestone,
  mqlAt: milestone,
  sqlAt: milestone,
});
const persons = fc.uniqueArray(person, { selector: ({ id }) => id, maxLength: 3 });
const closing = fc.record({ closedOn: moment.map((at) => at.slice(0, 10)), openedAt: milestone });

const opportunity = fc.record({
  id: fc.uuid(),
  closing,
  persons,
  minor: fc.bigInt({ min: -(10n ** 6n), max: 10n ** 15n }),
});
const ledger = fc.array(opportunity, { minLength: 1, maxLength: 4 });

type Opportunity = typeof opportunity extends fc.Arbitrary<infer One> ? One : never;

const sumOf = (all: Iterable<bigint>) => [...all].reduce((sum, one) => sum + one, 0n);

function learnedBy(definition: Definition, ended: readonly EndedJourney[]): SourceWeights {
  if (definition.kind !== "markov" && definition.kind !== "shapley") return new Map();
  const learned = learn(definition, ended);
  return "refused" in learned ? new Map() : learned.weights;
}

function creditsOfLedger(opportunities: readonly Opportunity[], definition: Definition) {
  const journeys = opportunities.map((one) => journeyOf(one.closing, one.persons, ALL_TOUCHES));
  const columns = columnsOf(
    journeys.map((journey, place) => ({ journey, minor: opportunities[place]?.minor ?? 0n })),
  );
  const ended = journeys.map(({ touches }, place) => ({
    opportunityId: opportunities[place]?.id ?? "",
    won: true,
    sources: touches.map((one) => one.source),
  }));
  const weigh = weighBy(definition, columns, learnedBy(definition, ended));
  return { columns, booked: splitColumns(columns, weigh) };
}

test("A1: the fast split is the one of money, for every amount and all weights", () => {
  const split = fc.tuple(
    fc.bigInt({ min: -(2n ** 61n), max: 2n ** 61n }),
    fc.array(fc.oneof(fc.nat(9), fc.nat(2 ** 26)), { minLength: 1, maxLength: 70 }),
  );
  const at = (index: number) => sourceTouch(new Date(index * 86_400_000).toISOString(), "A");
  fc.assert(
    fc.property(split, ([minor, weights]) => {
      fc.pre(weights.some((weight) => weight > 0));
      const touches = weights.map((_, index) => at(index));
      const closedOn = "2026-12-31";
      const journey = journeyOf(
        { closedOn, openedAt: null },
        [journeyPerson("ann", touches)],
        ALL_TOUCHES,
      );
      const { byTouch } = splitColumns(columnsOf([{ journey, minor }]), (_columns, _journey, out) =>
        out.set(weights),
      );
      const parts = allocate({ minor, currency: "EUR" }, weights.map(BigInt));
      expect([...byTouch]).toEqual(parts.map((part) => part.minor));
    }),
    { numRuns: 2000 },
  );
});

test("A4: the order in which persons and touches are read decides nothing", () => {
  fc.assert(
    fc.property(closing, persons, (of, who) => {
      const backwards = [...who]
        .reverse()
        .map((one) => ({ ...one, touches: [...one.touches].reverse() }));
      const policy = { ...ALL_TOUCHES, dedupeMinutes: 30 };
      const ids = (journey: Journey) =>
        journey.touches.map(({ personId, touch: { id } }) => `${personId} ${id}`);
      const [one, other] = [who, backwards].map((read) => journeyOf(of, read, policy));
      expect(one && ids(one)).toEqual(other && ids(other));
      expect(one?.places).toEqual(other?.places);
    }),
  );
});

test("A2, A3: no touch of a journey is without a source or after the closing, and none is missing", () => {
  fc.assert(
    fc.property(closing, persons, (of, who) => {
      const journey = journeyOf(of, who, ALL_TOUCHES);
      const told = who.flatMap(({ id, touches }) =>
        touches
          .filter(({ channel, at }) => channel !== null && at <= `${of.closedOn}T23:59:59.999Z`)
          .map(({ at, channel }) => `${at.slice(0, 19)} ${id} ${channel}`),
      );
      const held = journey.touches.map(
        ({ personId, source: from, touch: { at } }) => `${at.slice(0, 19)} ${personId} ${from}`,
      );
      expect(new Set(held)).toEqual(new Set(told));
      expect(held).toEqual([...held].sort());
    }),
  );
});

const path = fc.array(fc.constantFrom("A", "B", "C", "D"), { minLength: 1, maxLength: 6 });
const endedJourney = fc.record({ opportunityId: fc.uuid(), won: fc.boolean(), sources: path });
const endedJourneys = fc
  .array(endedJourney, { minLength: 1, maxLength: 30 })
  .filter((all) => all.some(({ won }) => won));

/** By the definition: the worth of every coalition, and what each source adds to it, over all orders. */
function shapleyByDefinition(ended: readonly EndedJourney[]): Map<string, number> {
  const players = [...new Set(ended.flatMap(({ sources }) => sources))].sort();
  const wins = ended.filter(({ won }) => won);
  const worth = (coalition: ReadonlySet<string>) =>
    wins.filter(({ sources }) => sources.every((one) => coalition.has(one))).length;
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const all = players.reduce<string[][]>(
    (sets, one) => sets.flatMap((s) => [s, [...s, one]]),
    [[]],
  );
  return new Map(
    players.map((player) => [
      player,
      all
        .filter((coalition) => !coalition.includes(player))
        .reduce((sum, coalition) => {
          const orders =
            factorial(coalition.length) * factorial(players.length - coalition.length - 1);
          const added = worth(new Set([...coalition, player])) - worth(new Set(coalition));
          return sum + (orders / factorial(players.length)) * added;
        }, 0),
    ]),
  );
}

test("A15: the shares are the Shapley value by its definition, whatever was won", () => {
  fc.assert(
    fc.property(endedJourneys, (ended) => {
      const learned = learn({ kind: "shapley", gate: { leastWon: 1 } }, ended);
      if ("refused" in learned) throw new Error(learned.reason);
      const value = shapleyByDefinition(ended);
      for (const { source: of, share } of learned.shares)
        expect(Math.abs(share * learned.won - (value.get(of) ?? Number.NaN))).toBeLessThan(1e-9);
    }),
  );
});

/** By walking: the chain is stepped forward until hardly anything is left in it. */
function winsByWalking(ended: readonly EndedJourney[], order: number, removed?: string): number {
  const states = (sources: readonly string[]) =>
    sources.map((_, index) => sources.slice(Math.max(0, index + 1 - order), index + 1).join(">"));
  const next = new Map<string, string[]>();
  const follow = (from: string, to: string) => next.set(from, [...(next.get(from) ?? []), to]);
  for (const { sources, won } of ended) {
    const walk = ["", ...states(sources), won ? "!won" : "!lost"];
    for (const [index, to] of walk.slice(1).entries()) follow(walk[index] ?? "", to);
  }
  let here = new Map([["", 1]]);
  let won = 0;
  for (let step = 0; step < 3000; step += 1) {
    const there = new Map<string, number>();
    for (const [state, chance] of here) {
      const after = next.get(state) ?? [];
      for (const to of after) {
        const part = chance / after.length;
        if (to === "!won") won += part;
        else if (to !== "!lost" && to.split(">").at(-1) !== removed)
          there.set(to, (there.get(to) ?? 0) + part);
      }
    }
    here = there;
    if ([...here.values()].reduce((sum, one) => sum + one, 0) < 1e-13) break;
  }
  return won;
}

test.each([1, 2, 3])(
  "A14: the removal effects of order %d are those of a walk through the chain",
  (order) => {
    fc.assert(
      fc.property(endedJourneys, (ended) => {
        const learned = learn({ kind: "markov", order, gate: { leastWon: 1 } }, ended);
        if ("refused" in learned) throw new Error(learned.reason);
        const all = winsByWalking(ended, order);
        for (const { source: of, removalEffect = Number.NaN } of learned.shares) {
          const walked = 1 - winsByWalking(ended, order, of) / all;
          expect(Math.abs(removalEffect - walked)).toBeLessThan(1e-9);
        }
      }),
      { numRuns: 60 },
    );
  },
);

const short = fc.array(
  fc.record({
    opportunityId: fc.uuid(),
    won: fc.boolean(),
    sources: fc.array(fc.constantFrom<string>("A", "B", "C"), { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 30 },
);

test("A14: where a chain remembers whole journeys, a source's effect is its part in the wins", () => {
  fc.assert(
    fc.property(short, (ended) => {
      const wins = ended.filter(({ won }) => won);
      fc.pre(wins.length > 0);
      const learned = learn({ kind: "markov", order: 3, gate: { leastWon: 1 } }, ended);
      if ("refused" in learned) throw new Error(learned.reason);
      for (const { source: of, removalEffect = Number.NaN } of learned.shares) {
        const part = wins.filter(({ sources }) => sources.includes(of)).length / wins.length;
        expect(Math.abs(removalEffect - part)).toBeLessThan(1e-9);
      }
    }),
  );
});

test("A14-A16: the order in which journeys are read decides nothing, to the last bit", () => {
  fc.assert(
    fc.property(endedJourneys, (ended) => {
      for (const definition of DEFINITIONS) {
        if (definition.kind !== "markov" && definition.kind !== "shapley") continue;
        expect(learn(definition, [...ended].reverse())).toEqual(learn(definition, ended));
      }
    }),
    { numRuns: 50 },
  );
});

test("A5: sums by source add up to what was split", () => {
  fc.assert(
    fc.property(ledger, (opportunities) => {
      const { columns, booked } = creditsOfLedger(opportunities, DEFINITIONS[3] ?? never());
      const sums = sumByGroup(booked.byTouch, columns.sources, columns.sourceNames.length);
      expect(sumOf(sums) + sumOf(booked.unattributed)).toBe(sumOf(columns.amounts));
    }),
  );
});

function never(): never {
  throw new Error("unreachable");
}
