import type { SObjectType } from "../schema/schema.ts";
import type { Database } from "./database.ts";
import { timesRatio } from "./decimal.ts";
import { ExactNumber, type Row, type Scalar, textOf } from "./exact-json.ts";
import type { RuleContext } from "./rule-context.ts";
import { indexKey } from "./table.ts";

/** The end of a rate that no later one follows. From memory (unverified). */
const FOR_EVER = "9999-12-31";

function liveRates(database: Database, isoCode: Scalar | undefined): Row[] {
  return database
    .table("DatedConversionRate")
    .find("IsoCode", indexKey(isoCode))
    .filter((rate) => rate["IsDeleted"] !== true)
    .sort((a, b) => (String(a["StartDate"]) < String(b["StartDate"]) ? -1 : 1));
}

/** A rate ends where the next one of its currency starts. */
export function afterDatedRate({ database, transaction, row }: RuleContext): void {
  const type = database.schema.find("DatedConversionRate");
  if (!type) return;
  const rates = liveRates(database, row["IsoCode"]);
  for (const [index, rate] of rates.entries()) {
    const NextStartDate = rates[index + 1]?.["StartDate"] ?? FOR_EVER;
    if (rate["NextStartDate"] !== NextStartDate) transaction.put(type, { ...rate, NextStartDate });
  }
}

/** Units of the currency to one of the corporate one, on `day` where dated rates are kept. */
function rateOf(database: Database, isoCode: string, day: string | undefined): ExactNumber {
  const dated =
    day === undefined
      ? undefined
      : liveRates(database, isoCode).find(
          (rate) => String(rate["StartDate"]) <= day && day < String(rate["NextStartDate"]),
        );
  const [current] = database.table("CurrencyType").find("IsoCode", indexKey(isoCode));
  const rate = (dated ?? current)?.["ConversionRate"];
  return rate instanceof ExactNumber && Number(rate.text) > 0 ? rate : new ExactNumber("1");
}

export function corporateCurrency(database: Database): string {
  const [corporate] = database.table("CurrencyType").find("IsCorporate", "true");
  return textOf(corporate, "IsoCode") ?? "USD";
}

/** The currency that a user sees converted amounts in. */
export function currencyOfUser(database: Database, userId: string): string {
  const user = database.table("User").get(userId);
  return textOf(user, "DefaultCurrencyIsoCode") ?? corporateCurrency(database);
}

/** Decimals of a converted amount. The platform's own rounding is undocumented (unverified). */
const CONVERTED_SCALE = 2;

/**
 * An amount of `row` in the currency `to`. Opportunities go by the rates of their close date.
 * Source: "Querying Currency Fields in Multi-Currency Orgs", SOQL reference.
 */
export function convertAmount(
  database: Database,
  of: { readonly type: SObjectType; readonly row: Row; readonly amount: ExactNumber },
  to: string,
): ExactNumber {
  const from = textOf(of.row, "CurrencyIsoCode") ?? corporateCurrency(database);
  if (from === to) return of.amount;
  const day = of.type.name === "Opportunity" ? textOf(of.row, "CloseDate") : undefined;
  const ratio = { over: rateOf(database, to, day), under: rateOf(database, from, day) };
  return timesRatio(of.amount, ratio, CONVERTED_SCALE);
}
