import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { CostFact } from "../core/costs/cost-fact.ts";
import { monthAfter } from "../core/ledger/calendar.ts";
import type { CostStore, Months } from "../revenue/cost-ports.ts";
import { putOnce } from "./document-client.ts";
import { COSTS, costKey } from "./keys.ts";
import { ledgerItems } from "./ledger-query.ts";
import { money, moneyText } from "./stored-money.ts";

const storedCost = z.object({
  period: z.string(),
  reference: z.string(),
  correction: z.int().nonnegative(),
  campaign: z.string(),
  amount: money,
  corporate: money,
  rate: z.object({ rate: z.string(), source: z.string(), day: z.string() }),
  postedAt: z.string(),
  actor: z.string(),
  because: z.string(),
});

/** What campaigns cost, beside the ledger: items are put once and queried. Pattern E9 of keys.ts. */
export function dynamoCostStore(db: DynamoDBDocumentClient, table: string): CostStore {
  const putNew = putOnce(db, table);
  return {
    async costsOf(months) {
      const items = await ledgerItems(db, table, { pk: COSTS, between: stretchOf(months) });
      return items.map((item): CostFact => storedCost.parse(item));
    },
    async keepCost(fact) {
      const { period, reference, correction, amount, corporate } = fact;
      const item = { ...fact, amount: moneyText(amount), corporate: moneyText(corporate) };
      const isTaken = await putNew({ ...costKey(period, reference, correction), ...item });
      return isTaken ? "taken" : "kept";
    },
  };
}

/** A month sorts before all that is of it, and every month before the tilde. */
function stretchOf({ first, last }: Months): readonly [string, string] {
  return [first ?? "0", last === undefined ? "~" : monthAfter(last)];
}
