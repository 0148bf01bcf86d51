import fc from "fast-check";
import { expect, test } from "vitest";
import type { CohortAsked } from "../../shared/core/cohorts/beginning.ts";
import { addedUp, type CohortLine } from "../../shared/core/cohorts/lines.ts";
import { standingOf } from "../../shared/core/ledger/standing.ts";
import {
  type CohortPerson,
  type CohortWorld,
  cohortPage,
} from "../../shared/revenue/cohort-page.ts";
import { creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { creditOffice } from "../support/credit-office.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { history } from "../support/ledger-scene.ts";
import {
  coveredPerson,
  memoryRevenueStore,
  wonOpportunity,
} from "../support/memory-revenue-store.ts";

const IDS = ["a1", "b2", "c3"];

const moment = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 28 }))
  .map(([month, day]) => `2026-0${month}-${String(day).padStart(2, "0")}T08:00:00.000Z`);

const people = fc.uniqueArray(
  fc
    .record({
      id: fc.constantFrom("ann", "bob", "cid"),
      touches: fc.array(fc.tuple(moment, fc.constantFrom("A", "B", null)), { maxLength: 3 }),
      leadCreatedAt: fc.option(moment),
      customerAt: fc.option(moment),
    })
    .map(({ id, touches, leadCreatedAt, customerAt }) => ({
      ...coveredPerson(
        id,
        touches.map(([at, channel]) => sourceTouch(at, channel)),
        { leadCreatedAt },
      ),
      customerAt,
    })),
  { selector: ({ id }) => id },
);

const asked = fc.record<CohortAsked>({
  by: fc.constantFrom("first-touch", "lead-created"),
  kind: fc.constantFrom(undefined, "source", "campaign"),
  from: fc.constantFrom(undefined, "2026-02-10"),
  to: fc.constantFrom(undefined, "2026-04-01"),
});

type Histories = readonly (typeof history extends fc.Arbitrary<infer One> ? One : never)[];

async function play(
  histories: Histories,
  persons: readonly CohortPerson[],
  roles: readonly number[],
) {
  const ofDeal = (id: string) =>
    persons.filter((_, place) => ((roles[IDS.indexOf(id)] ?? 0) >> place) % 2 === 1);
  const office = creditOffice({
    ...memoryRevenueStore(
      [],
      persons.map(({ customerAt: _, ...person }) => ({ ...person, inMarketing: true })),
    ),
    opportunity: async (id) => ({
      opportunity: wonOpportunity(
        id,
        "EUR 1.00",
        ofDeal(id).map((person) => person.id),
      ),
      dimensions: { company: id, segment: null },
    }),
  });
  for (const [place, facts] of histories.entries())
    for (const one of facts) {
      const id = IDS[place] ?? "a1";
      await postOpportunity(office.ledger, { ...one, opportunityId: id });
      await creditOpportunity(office.world, id);
    }
  office.wait(3_600_000);
  const { ledger, credits, journeys } = office.world;
  const page: CohortWorld["people"]["page"] = async (after = "0") => {
    const next = Number(after) + 1;
    const some = persons.slice(Number(after), next);
    return next < persons.length ? { persons: some, next: String(next) } : { persons: some };
  };
  const world: CohortWorld = {
    ...{ ledger, credits, journeys, people: { page } },
    ...{ corporateCurrency: "USD", now: office.ledger.now },
  };
  return { office, world };
}

async function allLines(world: CohortWorld, question: CohortAsked): Promise<CohortLine[]> {
  const lines: CohortLine[] = [];
  let after: string | undefined;
  let asOf: string | undefined;
  do {
    const page = await cohortPage(world, { ...question, after, asOf });
    lines.push(...page.lines);
    ({ next: after, asOf } = page);
  } while (after !== undefined);
  return addedUp(lines);
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number) =>
  items.reduce((all, item) => all + of(item), 0);

test("H4, H5: all lines together are all that was posted, all that is won, and everybody", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(history, { minLength: 1, maxLength: 3 }),
      people,
      fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7)),
      asked,
      async (histories, persons, roles, question) => {
        const { office, world } = await play(histories, persons, roles);
        const lines = await allLines(world, question);
        const chains = [...office.chains.values()];
        const posted = chains.flat().reduce((all, { corporate }) => all + corporate.minor, 0n);
        expect(lines.reduce((all, { revenue }) => all + revenue, 0n)).toBe(posted);
        const won = chains.filter((entries) => {
          const { won: isWon, position } = standingOf(entries);
          const last = entries.findLast(({ kind }) => kind === "booked" || kind === "amended");
          return isWon && (last?.kind === "booked" || position?.amount.minor !== 0n);
        });
        expect(sum(lines, (line) => line.won)).toBe(won.length);
        expect(sum(lines, (line) => line.persons)).toBe(persons.length);
        expect(sum(lines, (line) => line.customers)).toBe(
          persons.filter(({ customerAt }) => customerAt !== null).length,
        );
      },
    ),
    { numRuns: 200 },
  );
}, 120_000);

test("H6: told by source, lines add up to those told by the month alone", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(history, { minLength: 1, maxLength: 3 }),
      people,
      fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7)),
      asked,
      async (histories, persons, roles, question) => {
        const { world } = await play(histories, persons, roles);
        const told = await allLines(world, { ...question, kind: "source" });
        const together = addedUp(told.map((line) => ({ ...line, value: null })));
        expect(together).toEqual(await allLines(world, { ...question, kind: undefined }));
      },
    ),
    { numRuns: 100 },
  );
}, 120_000);
