import * as fc from "fast-check";
import { expect, test } from "vitest";
import { standpointsOf } from "../../shared/core/ledger/tie-out.ts";
import { formatMoney, type Money } from "../../shared/core/money/money.ts";
import type { BookDeal, Books } from "../../shared/revenue/books.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import { tieOut } from "../../shared/revenue/tie-out.ts";
import type { TieOutWorld } from "../../shared/revenue/tie-out-result.ts";
import { ledgerWorld, RATES, won } from "../support/ledger-scene.ts";
import { memoryLedgerStore } from "../support/memory-ledger-store.ts";

const amount = fc.record<Money>({
  minor: fc.bigInt({ min: 1n, max: 10n ** 11n }),
  currency: fc.constantFrom("EUR", "JPY", "USD"),
});

/** What each deal's amount was, version by version. */
const deals = fc.array(fc.array(amount, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 6,
});

/** All of them are won in May, and both CRMs say what the ledger was told last. */
async function tiedOut(versions: readonly (readonly Money[])[]) {
  const { store, chains } = memoryLedgerStore(RATES);
  const { world: ledger } = ledgerWorld(store);
  for (const [place, amounts] of versions.entries())
    for (const [version, one] of amounts.entries()) {
      const facts = { opportunityId: `a${place}`, recordVersion: version + 1, amount: one };
      await postOpportunity(ledger, won({ ...facts, closedOn: "2026-05-20" }));
    }
  const told = versions.map((amounts, place): BookDeal => {
    const last = amounts.at(-1) ?? { minor: 0n, currency: "USD" };
    const day = { closedOn: "2026-05-20", won: true, gone: false };
    return { id: `deal ${place}`, amount: formatMoney(last), currency: last.currency, ...day };
  });
  const sums = Map.groupBy(
    standpointsOf([...chains.values()].flat()),
    (one) => one.amount.currency,
  );
  const wonDeals = async () => told;
  const dealsById = async (ids: readonly string[]) => told.filter(({ id }) => ids.includes(id));
  const sumWon = async () =>
    [...sums].map(([currency, all]) => ({
      currency,
      sum: formatMoney({
        currency: "USD",
        minor: all.reduce((sum, { corporate }) => sum + corporate.minor, 0n),
      }),
      deals: all.length,
    }));
  const salesforce = { wonDeals, dealsById, sumWon, rates: never } satisfies Books["salesforce"];
  const world: TieOutWorld = {
    ...ledger,
    books: { salesforce, hubspot: { wonDeals, dealsById } },
    opportunities: {
      load: async () => [],
      byCrmId: async (_system, ids) => new Map(ids.map((id) => [id, id.replace("deal ", "a")])),
      inShard: never,
      page: never,
    },
    fields: { refunded: undefined, renewed: undefined } as never,
    singleCurrency: "USD",
  };
  return { chains, tie: () => tieOut(world, "2026-05") };
}

function never(): never {
  throw new Error("nobody asks for it");
}

test("G12: books that say what the ledger was told meet it, and one cent on any entry is named by its opportunity", async () => {
  await fc.assert(
    fc.asyncProperty(
      deals,
      fc.nat(),
      fc.constantFrom(1n, -1n),
      fc.constantFrom("amount" as const, "corporate" as const),
      async (versions, pick, cent, where) => {
        const { chains, tie } = await tiedOut(versions);
        expect(await tie()).toMatchObject({ meets: true, differences: [] });
        const all = [...chains.values()].flat();
        const entry = all[pick % all.length] ?? never();
        const forged = { ...entry, [where]: { ...entry[where], minor: entry[where].minor + cent } };
        const chain = chains.get(entry.opportunityId) ?? [];
        chains.set(
          entry.opportunityId,
          chain.map((one) => (one === entry ? forged : one)),
        );
        const { meets, differences } = await tie();
        expect(meets).toBe(false);
        expect(new Set(differences.map(({ opportunity }) => opportunity))).toEqual(
          new Set([entry.opportunityId]),
        );
      },
    ),
    { numRuns: 2000 },
  );
});
