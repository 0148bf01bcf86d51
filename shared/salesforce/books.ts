import type { BookDeal, Days, SalesforceBooks, WonSum } from "../revenue/books.ts";
import type { Org } from "./org.ts";
import { CURRENCY, type OrgContext } from "./org-context.ts";
import { faultOf } from "./refusal.ts";
import { literal, queryIn, queryRows, type Soql, type SoqlRow, textOf } from "./soql.ts";

/** What finance asks of Salesforce: rates, its own sum of what is won, and the deals behind it. */
export function salesforceBooks(context: OrgContext): SalesforceBooks {
  return {
    rates: () => ratesOf(context.org),
    sumWon: (days) => sumWon(context, days),
    async wonDeals(days) {
      const text = `SELECT ${await dealFields(context)} FROM Opportunity WHERE ${wonIn(days)}`;
      const rows = await queryRows(context.org, { text, rows: "live", object: "Opportunity" });
      return rows.map(dealOf);
    },
    async dealsById(ids) {
      const fields = await dealFields(context);
      const rows = await queryIn(context.org, ids.map(literal), (piece) => ({
        object: "Opportunity",
        rows: "with-deleted",
        text: `SELECT ${fields} FROM Opportunity WHERE Id IN (${piece.join(",")})`,
      }));
      return rows.map(dealOf);
    },
  };
}

function wonIn({ from, to }: Days): string {
  return `IsWon = true AND CloseDate >= ${from} AND CloseDate <= ${to}`;
}

async function hasCurrencies({ describes }: OrgContext): Promise<boolean> {
  return (await describes.of("Opportunity")).has(CURRENCY);
}

async function dealFields(context: OrgContext): Promise<string> {
  const fields = ["Id", "Amount", "CloseDate", "IsWon", "IsDeleted"];
  return [...fields, ...((await hasCurrencies(context)) ? [CURRENCY] : [])].join(", ");
}

/**
 * In an org with several currencies a sum is in the corporate one, also of a group of one currency.
 * Source: "Querying Currency Fields in Multi-Currency Orgs", SOQL reference (read 2026-11-22).
 */
async function sumWon(context: OrgContext, days: Days): Promise<WonSum[]> {
  const isGrouped = await hasCurrencies(context);
  const sums = "SUM(Amount) won, COUNT(Amount) deals";
  const text = isGrouped
    ? `SELECT ${CURRENCY}, ${sums} FROM Opportunity WHERE ${wonIn(days)} GROUP BY ${CURRENCY}`
    : `SELECT ${sums} FROM Opportunity WHERE ${wonIn(days)}`;
  const rows = await queryRows(context.org, { text, rows: "live", object: "Opportunity" });
  return rows.map((row) => ({
    currency: textOf(row, CURRENCY),
    sum: textOf(row, "won"),
    deals: Number(textOf(row, "deals") ?? "0"),
  }));
}

function dealOf(row: SoqlRow): BookDeal {
  return {
    id: textOf(row, "Id") ?? "",
    amount: textOf(row, "Amount"),
    currency: textOf(row, CURRENCY),
    closedOn: textOf(row, "CloseDate"),
    won: textOf(row, "IsWon") === "true",
    gone: textOf(row, "IsDeleted") === "true",
  };
}

async function ratesOf(org: Org): ReturnType<SalesforceBooks["rates"]> {
  const types = await optionalRows(org, {
    object: "CurrencyType",
    rows: "live",
    text: "SELECT IsoCode, ConversionRate, IsCorporate FROM CurrencyType",
  });
  const corporate = types.find((row) => textOf(row, "IsCorporate") === "true");
  // Where dated rates are kept, opportunities go by them.
  const dated = await optionalRows(org, {
    object: "DatedConversionRate",
    rows: "live",
    text: "SELECT IsoCode, ConversionRate, StartDate FROM DatedConversionRate",
  });
  const rateOf = (row: SoqlRow, source: string) => ({
    currency: textOf(row, "IsoCode") ?? "",
    rate: textOf(row, "ConversionRate") ?? "",
    source,
  });
  return {
    corporate: (corporate && textOf(corporate, "IsoCode")) ?? undefined,
    rates: [
      ...types
        .filter((row) => row !== corporate)
        .map((row) => rateOf(row, "Salesforce CurrencyType")),
      ...dated.map((row) => ({
        ...rateOf(row, "Salesforce DatedConversionRate"),
        from: textOf(row, "StartDate") ?? "",
      })),
    ],
  };
}

/** Rows of an object that an org may lack: orgs with one currency have no rates. */
async function optionalRows(org: Org, soql: Soql): Promise<SoqlRow[]> {
  const path = `/query?q=${encodeURIComponent(`SELECT COUNT() FROM ${soql.object}`)}`;
  const answer = await org.attempt({ method: "GET", path, repeatable: true });
  if (answer.ok) return queryRows(org, soql);
  if (answer.code === "INVALID_TYPE") return [];
  throw faultOf(answer, `read ${soql.object}`);
}
