import fc from "fast-check";
import { expect, test } from "vitest";
import { type CostFact, standingCosts } from "../../shared/core/costs/cost-fact.ts";
import type { CostLine } from "../../shared/core/costs/judge-costs.ts";
import { addedUp, returnsOf } from "../../shared/core/costs/returns.ts";
import type { CostWorld } from "../../shared/revenue/cost-ports.ts";
import { importCosts } from "../../shared/revenue/import-costs.ts";
import { RATES } from "../support/ledger-scene.ts";
import { memoryCostStore } from "../support/memory-cost-store.ts";

const FOR_EVER = "~";

const cell = fc.record({
  campaign: fc.constantFrom("Spring", "Autumn", "Žižkov #1"),
  period: fc.constantFrom("2026-04", "2026-05"),
  currency: fc.constantFrom("EUR", "USD"),
  amounts: fc.array(fc.nat(10 ** 9), { minLength: 1, maxLength: 3 }),
});

/** Costs with their corrections. */
const lists = fc
  .uniqueArray(cell, { selector: ({ campaign, period }) => `${campaign} ${period}`, maxLength: 6 })
  .map((cells) =>
    cells.flatMap(({ amounts, ...one }) =>
      amounts.map((minor, correction): CostLine => {
        const amount = `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
        return { ...one, amount, correction: String(correction) };
      }),
    ),
  )
  .filter((lines) => lines.length > 0);

function openCosts(): CostWorld {
  const clock = { ms: Date.parse("2026-06-01T08:00:00.000Z") };
  return {
    costs: memoryCostStore(),
    ledger: { ratesOf: async (currency) => RATES.filter((one) => one.currency === currency) },
    corporateCurrency: "USD",
    now: () => {
      clock.ms += 1000;
      return clock.ms;
    },
  };
}

const told = { by: "fay", because: "bills" };

async function standing({ costs }: CostWorld) {
  const facts = standingCosts(await costs.costsOf({}), FOR_EVER);
  return facts.map(({ postedAt: _, ...fact }) => fact);
}

test("C4: in whatever order lines come, and in however many files, the same costs stand", async () => {
  await fc.assert(
    fc.asyncProperty(
      lists.chain((lines) =>
        fc.tuple(
          fc.constant(lines),
          fc.shuffledSubarray(lines, { minLength: lines.length }),
          fc.array(fc.nat(lines.length), { maxLength: 3 }),
        ),
      ),
      async ([lines, shuffled, cuts]) => {
        const [whole, cut] = [openCosts(), openCosts()];
        expect(await importCosts(whole, { ...told, lines })).toEqual({
          ...{ posted: lines.length, known: 0 },
        });
        const ends = [...cuts, shuffled.length].sort((one, other) => one - other);
        const files = ends.map((end, index) => shuffled.slice(ends[index - 1] ?? 0, end));
        // A file whose corrections follow another file is refused until that one is there.
        const left = files.filter((file) => file.length > 0);
        for (let rounds = left.length; rounds > 0 && left.length > 0; rounds -= 1)
          for (const file of left.splice(0))
            if ("refused" in (await importCosts(cut, { ...told, lines: file }))) left.push(file);
        if (left.length > 0) await importCosts(cut, { ...told, lines: left.flat() });
        expect(await standing(cut)).toEqual(await standing(whole));
      },
    ),
  );
});

test("C1: a file that is imported again changes nothing, whatever was corrected since", async () => {
  await fc.assert(
    fc.asyncProperty(lists, fc.nat(), async (lines, at) => {
      const world = openCosts();
      const first = lines.filter(({ correction }) => correction === "0");
      await importCosts(world, { ...told, lines: first });
      await importCosts(world, { ...told, lines });
      const before = await world.costs.costsOf({});
      const again = at % 2 === 0 ? first : lines;
      expect(await importCosts(world, { ...told, lines: again })).toEqual({
        ...{ posted: 0, known: again.length },
      });
      expect(await world.costs.costsOf({})).toEqual(before);
    }),
  );
});

test("C3: of a file with one wrong line nothing is posted, wherever it stands", async () => {
  await fc.assert(
    fc.asyncProperty(lists, fc.nat(), async (lines, at) => {
      const world = openCosts();
      const place = at % (lines.length + 1);
      const wrong = { campaign: "X", period: "2026-04", amount: "0.001", currency: "EUR" };
      const answer = await importCosts(world, { ...told, lines: lines.toSpliced(place, 0, wrong) });
      expect(answer).toMatchObject({
        ...{ posted: 0, refused: [{ line: place + 1, name: "finer-than-minor-unit" }] },
      });
      expect(await world.costs.costsOf({})).toEqual([]);
    }),
  );
});

const currency = fc.constantFrom("USD", "EUR");

const earned = fc.record({
  attributed: fc.boolean(),
  campaign: fc.constantFrom("Spring", "Autumn", null),
  revenue: fc.record({ minor: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }), currency }),
  won: fc.nat(9),
});

const spent = fc
  .record({ minor: fc.bigInt({ min: 0n, max: 10n ** 12n }), currency })
  .chain((corporate) =>
    fc.constantFrom("Spring", "Winter").map(
      (campaign): CostFact => ({
        ...{ campaign, period: "2026-04", reference: campaign, correction: 0 },
        ...{ amount: corporate, corporate, rate: { rate: "1", source: "a table", day: "" } },
        ...{ postedAt: "2026-05-01T00:00:00.000Z", actor: "fay", because: "bills" },
      }),
    ),
  );

test("C7: returns of all campaigns add up to revenue less cost, by currency, and nothing is left out", () => {
  fc.assert(
    fc.property(fc.array(earned), fc.array(spent), (revenues, costs) => {
      const returns = returnsOf(revenues, costs);
      for (const one of ["USD", "EUR"]) {
        const ours = addedUp(returns.filter((line) => line.currency === one));
        const sum = (minors: readonly { minor: bigint; currency: string }[]) =>
          minors
            .filter((each) => each.currency === one)
            .reduce((all, { minor }) => all + minor, 0n);
        const revenue = sum(revenues.map((each) => each.revenue));
        const cost = sum(costs.map((each) => each.corporate));
        expect(ours).toMatchObject({ revenue, cost, return: revenue - cost });
      }
      const names = returns.map(({ currency: its, attributed, campaign }) =>
        JSON.stringify([its, attributed, campaign]),
      );
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});

test("C8: a campaign with a cost alone, or with revenue alone, has a line that says so", () => {
  fc.assert(
    fc.property(fc.array(earned), fc.array(spent), (revenues, costs) => {
      for (const { currency: its, attributed, campaign, has } of returnsOf(revenues, costs)) {
        const isEarned = revenues.some(
          (one) =>
            one.attributed === attributed &&
            one.campaign === campaign &&
            one.revenue.currency === its,
        );
        const isSpent = costs.some(
          ({ corporate, ...one }) =>
            attributed &&
            one.campaign === campaign &&
            corporate.currency === its &&
            corporate.minor > 0n,
        );
        expect(has).toBe(isEarned && isSpent ? "both" : isSpent ? "cost" : "revenue");
      }
    }),
  );
});
