import type { LedgerFields } from "../core/ledger/ledger-fields.ts";
import type { TieOutCause } from "../core/ledger/tie-out.ts";
import { type Money, parseMoney } from "../core/money/money.ts";
import type { System } from "../core/reconcile/system.ts";
import type { BookDeal, Books, Days } from "./books.ts";
import type { LedgerWorld } from "./ledger-ports.ts";
import type { Opportunities } from "./opportunities.ts";

/** What one CRM and the ledger say of the deals in one currency. */
export interface TieOutLine {
  readonly currency: string;
  /** In which the sums are: Salesforce adds up in the corporate one, HubSpot's deals are in their own. */
  readonly sumsIn: string;
  readonly crm: string;
  readonly ledger: string;
  /** The CRM's less the ledger's. */
  readonly difference: string;
}

export interface TieOutDifference {
  readonly system: System;
  /** Our id; left out where no record of ours holds the deal. */
  readonly opportunity?: string;
  /** The CRM's id, where it is known. */
  readonly deal?: string;
  /** With its currency; left out where that side has none. */
  readonly crm?: string;
  readonly ledger?: string;
  /** The CRM's less the ledger's, with its currency. */
  readonly difference: string;
  readonly cause: TieOutCause;
  readonly says: string;
}

export interface TieOutResult {
  readonly days: Days;
  readonly meets: boolean;
  readonly salesforce: readonly TieOutLine[];
  readonly hubspot: readonly TieOutLine[];
  /** One by one, where they do not meet. */
  readonly differences: readonly TieOutDifference[];
}

export interface TieOutWorld extends LedgerWorld {
  readonly opportunities: Opportunities;
  readonly books: Books;
  readonly fields: LedgerFields;
  /** Of a deal whose CRM names none: portals and orgs with one currency. */
  readonly singleCurrency: string;
}

/** Null where the deal has none, or one that cannot be read. */
export function amountOf(
  { amount, currency }: Pick<BookDeal, "amount" | "currency">,
  singleCurrency: string,
): Money | null {
  const read = amount === null ? null : parseMoney(amount, currency ?? singleCurrency);
  return typeof read === "string" ? null : read;
}
