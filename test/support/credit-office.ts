import { attribution } from "../../shared/config/attribution.ts";
import type { CoveredPerson } from "../../shared/core/attribution/coverage.ts";
import type { Attribution } from "../../shared/core/attribution/model.ts";
import { parseCanonicalMoney } from "../../shared/core/codec/money-codec.ts";
import type { Rate } from "../../shared/core/ledger/rates.ts";
import { creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import type { ReportedOpportunity, RevenueStore } from "../../shared/revenue/ports.ts";
import { postOpportunity } from "../../shared/revenue/post-opportunity.ts";
import {
  type CreditMessage,
  type ReattributeWorld,
  workOffCredits,
} from "../../shared/revenue/reattribute.ts";
import { ledgerWorld, RATES, won } from "./ledger-scene.ts";
import { memoryBlockStore, memoryCreditStore } from "./memory-credit-store.ts";
import { memoryLedgerStore } from "./memory-ledger-store.ts";
import { memoryRevenueStore } from "./memory-revenue-store.ts";

const BRL: Rate = { ...(RATES[0] ?? fail()), currency: "BRL", rate: "5.1" };

function fail(): never {
  throw new Error("there is a first rate");
}

/** A ledger with credits, held in memory; the clock goes on by a second each time it is looked at. */
export function creditOffice(journeys: RevenueStore, declared: Attribution = attribution) {
  const { store, chains } = memoryLedgerStore([...RATES, BRL]);
  const { world: ledger, clock } = ledgerWorld(store);
  const { store: credits, rows, steps } = memoryCreditStore();
  const messages: CreditMessage[] = [];
  const world: ReattributeWorld = {
    ...{ credits, journeys, ledger: store, attribution: declared, now: ledger.now },
    blocks: memoryBlockStore(),
    dimensions: ["segment"],
    queue: { send: async (some) => void messages.push(...some) },
  };
  const office = {
    ...{ world, ledger, clock, chains, rows, steps, messages },
    /** Posts what these say, and credits it. */
    async post(opportunities: readonly ReportedOpportunity[], recordVersion = 1) {
      for (const { id, outcome, amount, closedOn, owner } of opportunities) {
        const money = amount === null ? null : (parseCanonicalMoney(amount) ?? null);
        const facts = { opportunityId: id, won: outcome === "won", amount: money, closedOn, owner };
        await postOpportunity(ledger, won({ ...facts, recordVersion }));
        await creditOpportunity(world, id);
      }
    },
    /** Does all that waits in the queue, and what that leads to. */
    async workOff() {
      for (let next = messages.shift(); next; next = messages.shift())
        await workOffCredits(world, next);
    },
    /** Lets so much time pass. */
    wait(ms: number) {
      clock.ms += ms;
    },
  };
  return office;
}

/** Every won opportunity of the pages is posted and credited. */
export async function creditedOffice(
  pages: readonly (readonly ReportedOpportunity[])[],
  persons: readonly CoveredPerson[],
  declared: Attribution = attribution,
) {
  const office = creditOffice(memoryRevenueStore(pages, persons), declared);
  await office.post(pages.flat());
  return office;
}
