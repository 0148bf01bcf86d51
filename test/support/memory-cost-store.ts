import { type CostFact, chainKey } from "../../shared/core/costs/cost-fact.ts";
import type { CostStore } from "../../shared/revenue/cost-ports.ts";

/** What campaigns cost, held in memory. */
export function memoryCostStore(): CostStore {
  const facts = new Map<string, CostFact>();
  return {
    costsOf: async ({ first = "0", last = "~" }) =>
      [...facts.values()].filter(({ period }) => period >= first && period <= last),
    async keepCost(fact) {
      const name = `${chainKey(fact)} ${fact.correction}`;
      if (facts.has(name)) return "taken";
      facts.set(name, fact);
      return "kept";
    },
  };
}
