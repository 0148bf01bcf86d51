import { attribution } from "../../shared/config/attribution.ts";
import { creditOpportunity } from "../../shared/revenue/credit-opportunity.ts";
import type { CreditMessage, ReattributeWorld } from "../../shared/revenue/reattribute.ts";
import { sourceTouch } from "./journey-builders.ts";
import { memoryBlockStore, memoryCreditStore } from "./memory-credit-store.ts";
import { coveredPerson, memoryRevenueStore, wonOpportunity } from "./memory-revenue-store.ts";
import type { postLedger } from "./posted-ledger.ts";

const touch = (day: string, source: string, campaign?: string) =>
  sourceTouch(`2026-08-${day}T08:00:00.123Z`, source, {
    details: [`${source} "x"; Žižková`],
    ...(campaign ? { campaign: { id: `id-${campaign}`, name: campaign } } : {}),
  });

const PERSONS = [
  coveredPerson("ann", [touch("01", "PAID"), touch("02", "SOCIAL", "Spring"), touch("05", "PAID")]),
  coveredPerson("bob", [touch("03", "ORGANIC", "=1+1"), touch("04", "EMAIL")], {
    leadCreatedAt: "2026-08-03T09:00:00.000Z",
  }),
];

/** Who has a role on each deal: on every third, nobody. */
const ROLES = [["ann"], ["ann", "bob"], []];

/** All of a ledger credited by every model, held in memory. */
export async function creditLedger({ ledger }: Awaited<ReturnType<typeof postLedger>>) {
  const { store: credits, rows } = memoryCreditStore();
  const messages: CreditMessage[] = [];
  const today = new Date(ledger.now()).toISOString();
  const shards = await Promise.all(
    [..."0123456789abcdef"].map((shard) => ledger.ledger.opportunitiesIn(shard, today)),
  );
  const ids = shards.flat().sort();
  const closing = { closedOn: "2026-09-10" };
  const deals = ids.map((id, index) => wonOpportunity(id, null, ROLES[index % 3] ?? [], closing));
  const world: ReattributeWorld = {
    ...{ credits, attribution, blocks: memoryBlockStore(), ledger: ledger.ledger },
    journeys: memoryRevenueStore([deals], PERSONS),
    dimensions: ["segment"],
    queue: { send: async (some) => void messages.push(...some) },
    now: ledger.now,
  };
  for (const id of ids) await creditOpportunity(world, id);
  return { world, rows, messages };
}
