import type { CoveredPerson } from "../core/attribution/coverage.ts";

/** Days; each end is left out where it does not bound. */
export interface Period {
  /** The first day that counts, `YYYY-MM-DD`. */
  readonly from?: string | undefined;
  /** The first day that does not count any more. */
  readonly to?: string | undefined;
}

/** An opportunity, as far as reports about revenue read it. */
export interface ReportedOpportunity {
  readonly id: string;
  readonly name: string | null;
  readonly outcome: "won" | "lost" | "open";
  /** Canonical text such as `BRL 12.34`; null where it has no amount. */
  readonly amount: string | null;
  /** `YYYY-MM-DD`; of one that is open, when it is expected to close. */
  readonly closedOn: string;
  /** An ISO instant. */
  readonly openedAt: string | null;
  readonly owner: string | null;
  readonly personIds: readonly string[];
  readonly companyIds: readonly string[];
}

/** An opportunity, with what its revenue can be broken down by besides its touches, by name. */
export interface DimensionedOpportunity {
  readonly opportunity: ReportedOpportunity;
  readonly dimensions: Readonly<Record<string, string | null>>;
}

/** What reports about revenue read. */
export interface RevenueStore {
  /** Also persons with a role on another opportunity of the company are looked for (A7). */
  readonly looksAtAccounts: boolean;
  opportunity(id: string): Promise<DimensionedOpportunity | undefined>;
  /** All of them, some at a time, behind the place that the page before ended at. */
  page(after: string | undefined): Promise<{
    readonly opportunities: readonly ReportedOpportunity[];
    readonly next?: string;
  }>;
  /** Those that were won in a period, page by page, so that memory does not grow with their number. */
  wonIn(period: Period): AsyncIterable<readonly ReportedOpportunity[]>;
  /** All of them, lost and open ones too. */
  all(): AsyncIterable<readonly ReportedOpportunity[]>;
  /** @param personIds - Distinct. Whoever is not known is not in the answer. */
  persons(personIds: readonly string[]): Promise<ReadonlyMap<string, CoveredPerson>>;
}
