import fc from "fast-check";
import { expect, test } from "vitest";
import { addRow, type Lines, sortedLines, TOTAL } from "../../shared/core/attribution/lines.ts";
import { creditOpportunity, retakeJourney } from "../../shared/revenue/credit-opportunity.ts";
import type { Period } from "../../shared/revenue/ports.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { readLines } from "../../shared/revenue/read-lines.ts";
import { sealNext } from "../../shared/revenue/seal-blocks.ts";
import { creditOffice } from "../support/credit-office.ts";
import { sourceTouch } from "../support/journey-builders.ts";
import { history } from "../support/ledger-scene.ts";
import {
  coveredPerson,
  memoryRevenueStore,
  wonOpportunity,
} from "../support/memory-revenue-store.ts";

const ANN = coveredPerson("ann", [
  sourceTouch("2026-01-01T00:00:00.000Z", "A"),
  sourceTouch("2026-02-01T00:00:00.000Z", "B", { campaign: { id: "7", name: "Spring" } }),
]);
const BOB = coveredPerson("bob", [sourceTouch("2026-02-03T00:00:00.000Z", "C")]);

const IDS = ["a1", "b2", "c3"];

/** What happens next: an opportunity's record says something else, its roles change, time passes, or sums are made. */
const event = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.constant("post" as const), fc.nat(2), fc.nat(3)) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant("wait" as const),
      fc.integer({ min: 1, max: 70 }),
      fc.constant(0),
    ),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant("sum" as const), fc.nat(4), fc.constant(0)) },
);

const HOUR_MS = 3_600_000;
const DIMENSIONS = ["source", "campaign", "owner", "segment", "detail"];

async function play(
  histories: readonly (typeof history extends fc.Arbitrary<infer One> ? One : never)[],
  events: readonly (readonly ["post" | "wait" | "sum", number, number])[],
) {
  const roles = IDS.map(() => ["ann"]);
  const journeys = memoryRevenueStore([], [ANN, BOB]);
  const office = creditOffice({
    ...journeys,
    async opportunity(id) {
      const personIds = roles[IDS.indexOf(id)] ?? [];
      const opportunity = wonOpportunity(id, "EUR 1.00", personIds);
      return { opportunity, dimensions: { company: id, segment: id < "c" ? "new" : null } };
    },
  });
  const done = IDS.map(() => 0);
  const moments: string[] = [];
  const linear = async () =>
    (await office.world.credits.versions()).versions.find(({ model }) => model === "linear");
  for (const [what, which, how] of events) {
    const id = IDS[which % IDS.length] ?? "a1";
    const place = IDS.indexOf(id);
    if (what === "wait") office.wait(which * HOUR_MS);
    const version = await linear();
    if (what === "sum" && version)
      for (let round = 0; round <= which; round += 1) await sealNext(office.world, version);
    if (what === "post") {
      const facts = histories[place]?.[done[place] ?? 0];
      done[place] = (done[place] ?? 0) + 1;
      if (facts) {
        await postOpportunity(office.ledger, { ...facts, opportunityId: id });
        await creditOpportunity(office.world, id);
      }
      roles[place] = [["ann"], ["bob"], ["ann", "bob"], []][how] ?? [];
      if (how > 1) await retakeJourney(office.world, id);
    }
    moments.push(new Date(office.world.now()).toISOString());
  }
  office.wait(2 * HOUR_MS);
  return { office, moments, version: await linear() };
}

/** Every row, one after the other. */
function slowly(
  office: ReturnType<typeof creditOffice>,
  of: { dimension: string; asOf: string; period: Period },
) {
  const { from = "", to = "~" } = of.period;
  const lines: Lines = new Map();
  const total: Lines = new Map();
  for (const row of office.rows.values()) {
    const isIn = row.effectiveDay >= from && row.effectiveDay < to && row.at <= of.asOf;
    if (row.model !== "linear" || !isIn) continue;
    addRow(lines, row, of.dimension);
    addRow(total, row, TOTAL);
  }
  return { lines: sortedLines(lines, of.dimension), total: sortedLines(total, TOTAL) };
}

const period = fc.constantFrom<Period>(
  {},
  { from: "2026-05-01", to: "2026-06-01" },
  { from: "2026-05-20" },
  { from: "2026-04-10", to: "2026-05-21" },
  { to: "2026-05-01" },
);

test("A23, P6: sums say the same as all rows one by one, as of any moment, whenever they were made", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(history, history, history),
      fc.array(event, { minLength: 4, maxLength: 25 }),
      period,
      fc.constantFrom(...DIMENSIONS),
      async (histories, events, of, dimension) => {
        const { office, moments, version } = await play(histories, events);
        if (!version) return;
        const asked = (asOf: string) => ({ version, dimension, period: of, asOf });
        const before = await Promise.all(moments.map((at) => readLines(office.world, asked(at))));
        expect(before).toEqual(moments.map((at) => slowly(office, asked(at))));
        while (await sealNext(office.world, version));
        const after = await Promise.all(moments.map((at) => readLines(office.world, asked(at))));
        expect(after).toEqual(before);
      },
    ),
    { numRuns: 300 },
  );
}, 120_000);
