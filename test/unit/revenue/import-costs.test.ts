import { expect, test } from "vitest";
import { standingCosts } from "../../../shared/core/costs/cost-fact.ts";
import type { CostLine } from "../../../shared/core/costs/judge-costs.ts";
import type { CostWorld } from "../../../shared/revenue/cost-ports.ts";
import { importCosts } from "../../../shared/revenue/import-costs.ts";
import { RATES } from "../../support/ledger-scene.ts";
import { memoryCostStore } from "../../support/memory-cost-store.ts";

const FOR_EVER = "~";

function openCosts(): CostWorld {
  return {
    costs: memoryCostStore(),
    ledger: { ratesOf: async (currency) => RATES.filter((one) => one.currency === currency) },
    corporateCurrency: "USD",
    now: () => Date.parse("2026-06-01T08:00:00.000Z"),
  };
}

const line = (amount: string, correction: string, campaign = "Spring"): CostLine => ({
  ...{ campaign, period: "2026-05", amount, currency: "eur", correction },
});

const posting = (world: CostWorld, ...lines: readonly CostLine[]) =>
  importCosts(world, { lines, by: "fay", because: "bills" });

test("C1: of two who correct a cost at once one wins, and the other is told what stands", async () => {
  const world = openCosts();
  await posting(world, line("100", "0"));
  const answers = await Promise.all([
    posting(world, line("120", "1")),
    posting(world, line("130", "1")),
  ]);
  expect(answers).toEqual([
    { posted: 1, known: 0 },
    {
      posted: 0,
      refused: [
        {
          ...{ line: 1, name: "reference-reused" },
          says: expect.stringContaining(
            "is EUR 120.00 of 'Spring': to replace it, say so by correction 2",
          ),
        },
      ],
    },
  ]);
  const [standing, ...others] = standingCosts(await world.costs.costsOf({}), FOR_EVER);
  expect([standing?.amount.minor, others]).toEqual([12_000n, []]);
});

test("C1: a file that two import at once is posted once, and neither is refused", async () => {
  const world = openCosts();
  const lines = [line("100", "0"), line("120", "1"), line("7", "0", "Autumn")];
  const answers = await Promise.all([posting(world, ...lines), posting(world, ...lines)]);
  const posted = answers.reduce((sum, one) => sum + one.posted, 0);
  expect([posted, answers.some((one) => "refused" in one)]).toEqual([3, false]);
  expect(await world.costs.costsOf({})).toHaveLength(3);
});
