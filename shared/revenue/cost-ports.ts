import type { CostFact } from "../core/costs/cost-fact.ts";
import type { LedgerWorld } from "./ledger-ports.ts";

/** Months, each end included, and left out where it does not bound. */
export interface Months {
  readonly first?: string | undefined;
  readonly last?: string | undefined;
}

/** What campaigns cost. Facts are added, and never edited or taken out. */
export interface CostStore {
  /** Every fact of some months, corrected ones too, in any order. */
  costsOf(months: Months): Promise<readonly CostFact[]>;
  /** Adds a fact under its name. "taken": another one was there first, and stays. */
  keepCost(fact: CostFact): Promise<"kept" | "taken">;
}

/** What costs have of the outside. */
export interface CostWorld extends Pick<LedgerWorld, "corporateCurrency" | "now"> {
  readonly costs: CostStore;
  readonly ledger: Pick<LedgerWorld["ledger"], "ratesOf">;
}
