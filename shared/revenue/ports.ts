import type { Touch } from "../core/attribution/credit-first-touch.ts";

/** An opportunity that is closed and won. */
export interface WonOpportunity {
  readonly id: string;
  /** Canonical text such as `BRL 12.34`; null where it was won without an amount. */
  readonly amount: string | null;
  /** `YYYY-MM-DD`. */
  readonly closedOn: string;
  readonly personIds: readonly string[];
}

/** Every opportunity that is won, page by page, so that memory does not grow with their number. */
interface WonOpportunities {
  pages(): AsyncIterable<readonly WonOpportunity[]>;
}

/** The first touch of each person. A person without one is not in the answer. */
interface FirstTouches {
  /** @param personIds - Distinct; as many as the opportunities of one page have. */
  of(personIds: readonly string[]): Promise<ReadonlyMap<string, Touch>>;
}

/** What reports about revenue read. */
export interface RevenueStore {
  readonly wonOpportunities: WonOpportunities;
  readonly firstTouches: FirstTouches;
}
