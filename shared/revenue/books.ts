import type { Rate } from "../core/ledger/rates.ts";

/** Days, the first and the last included; `YYYY-MM-DD`. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** A deal as one CRM has it. Amounts are decimals as text, as the CRM wrote them. */
export interface BookDeal {
  readonly id: string;
  readonly amount: string | null;
  /** Null where the CRM names none: it has one currency only. */
  readonly currency: string | null;
  /** `YYYY-MM-DD`. */
  readonly closedOn: string | null;
  readonly won: boolean;
  readonly gone: boolean;
}

/** What Salesforce itself adds up to, of deals in one currency. */
export interface WonSum {
  /** Of the deals; null in an org with one currency. */
  readonly currency: string | null;
  /** A decimal in the corporate currency, by Salesforce's own rates; null where no deal has an amount. */
  readonly sum: string | null;
  /** Deals with an amount. */
  readonly deals: number;
}

/** What finance asks of Salesforce. */
export interface SalesforceBooks {
  /** Every rate there is, and the corporate currency; none of an org with one currency. */
  rates(): Promise<{
    readonly corporate: string | undefined;
    readonly rates: readonly Omit<Rate, "readAt">[];
  }>;
  /** The closed-won deals of some days, added up by Salesforce, in one query. */
  sumWon(days: Days): Promise<readonly WonSum[]>;
  wonDeals(days: Days): Promise<readonly BookDeal[]>;
  /** Also those in the recycle bin; what is not found is not in the answer. */
  dealsById(ids: readonly string[]): Promise<readonly BookDeal[]>;
}

/** What finance asks of HubSpot, which adds up nothing by itself. */
export interface HubspotBooks {
  wonDeals(days: Days): Promise<readonly BookDeal[]>;
  dealsById(ids: readonly string[]): Promise<readonly BookDeal[]>;
}

export interface Books {
  readonly salesforce: SalesforceBooks;
  readonly hubspot: HubspotBooks;
}
