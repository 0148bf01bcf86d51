import { firstDayOf, lastDayOf, monthsOf } from "../core/ledger/calendar.ts";
import { type Standpoint, standpointsOf } from "../core/ledger/tie-out.ts";
import { addMoney, formatMoney, type Money, parseMoney } from "../core/money/money.ts";
import type { BookDeal, Days } from "./books.ts";
import { explainDeals, explainRates, readAgain } from "./explain-tie-out.ts";
import {
  amountOf,
  type TieOutDifference,
  type TieOutLine,
  type TieOutResult,
  type TieOutWorld,
} from "./tie-out-result.ts";

/** The days of a month, a quarter or a year; undefined for all else. */
export function daysOf(period: string): Days | undefined {
  const months = monthsOf(period);
  const [first, last] = [months?.[0], months?.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return { from: firstDayOf(first), to: lastDayOf(last) };
}

/**
 * Holds the ledger's closed-won against what both CRMs say of the same days, to the last minor unit
 * (G12): Salesforce by its own sum, in one query; HubSpot deal by deal, since it adds up nothing. Where
 * they do not meet, every opportunity that differs is listed with its cause.
 */
export async function tieOut(world: TieOutWorld, period: string): Promise<TieOutResult> {
  const days = daysOf(period);
  if (!days) throw new Error(`${period} is no period`);
  const months = monthsOf(period) ?? [];
  const entries = await Promise.all(months.map((month) => world.ledger.ofMonth(month)));
  const standpoints = standpointsOf(entries.flat());
  const salesforce = await salesforceLines(world, days, standpoints);
  const deals = await hubspotDeals(world, days, standpoints);
  const hubspot = hubspotLines(world, deals, standpoints);
  const differences: TieOutDifference[] = [];
  if (salesforce.some(isApart)) {
    const won = await world.books.salesforce.wonDeals(days);
    const found = await explainDeals(world, {
      system: "salesforce",
      deals: won,
      days,
      standpoints,
    });
    const currencies = salesforce.filter(isApart).map(({ currency }) => currency);
    differences.push(
      ...found,
      ...(await explainRates(world, { currencies, days, standpoints, found })),
    );
  }
  if (hubspot.some(isApart))
    differences.push(
      ...(await explainDeals(world, { system: "hubspot", deals, days, standpoints })),
    );
  const meets = ![...salesforce, ...hubspot].some(isApart);
  return { days, meets, salesforce, hubspot, differences };
}

/** HubSpot's search shows a change some seconds late: what differs by it is read once more, by id. */
async function hubspotDeals(
  world: TieOutWorld,
  days: Days,
  standpoints: readonly Standpoint[],
): Promise<readonly BookDeal[]> {
  const deals = await world.books.hubspot.wonDeals(days);
  if (!hubspotLines(world, deals, standpoints).some(isApart)) return deals;
  return readAgain(world, { system: "hubspot", deals, days, standpoints });
}

function isApart({ crm, ledger }: TieOutLine): boolean {
  return crm !== ledger;
}

async function salesforceLines(
  { books, corporateCurrency, singleCurrency }: TieOutWorld,
  days: Days,
  standpoints: readonly Standpoint[],
): Promise<TieOutLine[]> {
  const sums = await books.salesforce.sumWon(days);
  const theirs = new Map(sums.map(({ currency, sum }) => [currency ?? singleCurrency, sum ?? "0"]));
  const ours = sumsBy(standpoints, ({ corporate }) => corporate);
  return currenciesIn(theirs, ours).map((currency) => {
    const said = theirs.get(currency) ?? "0";
    const crm = parseMoney(said, corporateCurrency);
    const ledger = ours.get(currency) ?? { minor: 0n, currency: corporateCurrency };
    if (typeof crm === "string") return unreadable(currency, said, ledger);
    return lineOf(currency, { crm, ledger });
  });
}

/** A sum that is no amount of the corporate currency is shown as it came. */
function unreadable(currency: string, said: string, ledger: Money): TieOutLine {
  const sumsIn = ledger.currency;
  return { currency, sumsIn, crm: said, ledger: formatMoney(ledger), difference: "unreadable" };
}

function hubspotLines(
  { singleCurrency }: TieOutWorld,
  deals: readonly BookDeal[],
  standpoints: readonly Standpoint[],
): TieOutLine[] {
  const theirs = new Map<string, Money>();
  for (const deal of deals) {
    const amount = amountOf(deal, singleCurrency);
    if (amount === null) continue;
    const before = theirs.get(amount.currency);
    theirs.set(amount.currency, before ? addMoney(before, amount) : amount);
  }
  const ours = sumsBy(standpoints, ({ amount }) => amount);
  return currenciesIn(theirs, ours).map((currency) => {
    const nothing = { minor: 0n, currency };
    const [crm, ledger] = [theirs.get(currency) ?? nothing, ours.get(currency) ?? nothing];
    return lineOf(currency, { crm, ledger });
  });
}

function sumsBy(
  standpoints: readonly Standpoint[],
  moneyOf: (one: Standpoint) => Money,
): Map<string, Money> {
  const sums = new Map<string, Money>();
  for (const one of standpoints) {
    const { currency } = one.amount;
    const before = sums.get(currency);
    sums.set(currency, before ? addMoney(before, moneyOf(one)) : moneyOf(one));
  }
  return sums;
}

function currenciesIn(...maps: readonly ReadonlyMap<string, unknown>[]): string[] {
  return [...new Set(maps.flatMap((map) => [...map.keys()]))].sort();
}

function lineOf(
  currency: string,
  { crm, ledger }: { readonly crm: Money; readonly ledger: Money },
): TieOutLine {
  return {
    currency,
    sumsIn: ledger.currency,
    crm: formatMoney(crm),
    ledger: formatMoney(ledger),
    difference: formatMoney({ ...ledger, minor: crm.minor - ledger.minor }),
  };
}
