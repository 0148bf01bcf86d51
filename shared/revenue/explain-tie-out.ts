import {
  causeOf,
  conversionFault,
  differenceText,
  type Known,
  rateDifference,
  type Standpoint,
  sameMoney,
} from "../core/ledger/tie-out.ts";
import { formatMoney, type Money } from "../core/money/money.ts";
import type { System } from "../core/reconcile/system.ts";
import { type AccordRecord, activeLink } from "../sync/record.ts";
import type { BookDeal, Days } from "./books.ts";
import { factsOf } from "./opportunity-facts.ts";
import { exchangeOf } from "./post-opportunity.ts";
import { amountOf, type TieOutDifference, type TieOutWorld } from "./tie-out-result.ts";

interface Asked {
  readonly system: System;
  /** Those that are won on the days. */
  readonly deals: readonly BookDeal[];
  readonly days: Days;
  readonly standpoints: readonly Standpoint[];
}

/** What the two sides say of one opportunity; one of them may say nothing. */
interface Pair {
  readonly opportunityId: string | undefined;
  readonly deal: BookDeal | undefined;
  readonly ledger: Standpoint | undefined;
}

/** The deals, with those that differ from the ledger as they are by their ids. */
export async function readAgain(world: TieOutWorld, asked: Asked): Promise<BookDeal[]> {
  const differing = await differingPairs(world, asked);
  const records = await recordsOf(world, differing);
  const ids = differing.flatMap(
    ({ deal, opportunityId }) =>
      deal?.id ?? linkTo(records.get(opportunityId ?? ""), asked.system) ?? [],
  );
  const found = ids.length === 0 ? [] : await world.books[asked.system].dealsById(ids);
  const { from, to } = asked.days;
  const counted = found.filter(
    ({ won, gone, closedOn }) =>
      won && !gone && closedOn !== null && closedOn >= from && closedOn <= to,
  );
  return [...asked.deals.filter(({ id }) => !ids.includes(id)), ...counted];
}

async function differingPairs(world: TieOutWorld, asked: Asked): Promise<Pair[]> {
  return (await pairsOf(world, asked)).filter(
    ({ deal, ledger }) => !sameMoney(moneyOf(world, deal), ledger?.amount ?? null),
  );
}

async function recordsOf({ opportunities }: TieOutWorld, pairs: readonly Pair[]) {
  const ids = pairs.flatMap(({ opportunityId }) => opportunityId ?? []);
  return new Map((await opportunities.load(ids)).map((record) => [record.id, record]));
}

/** Lists every opportunity of which a CRM and the ledger do not say the same, with its cause. */
export async function explainDeals(world: TieOutWorld, asked: Asked): Promise<TieOutDifference[]> {
  const differing = await differingPairs(world, asked);
  const records = await recordsOf(world, differing);
  const elsewhere = await lookElsewhere(world, asked, { differing, records });
  return Promise.all(
    differing.map(async (pair) => {
      const record = records.get(pair.opportunityId ?? "");
      const link = linkTo(record, asked.system);
      const known = await knownOf(world, record, elsewhere(pair, link));
      return told(world, { ...pair, system: asked.system, link }, known);
    }),
  );
}

/** Each deal with what the ledger says of it in its currency; whatever else the ledger says is alone. */
async function pairsOf(
  { opportunities, singleCurrency }: TieOutWorld,
  { system, deals, standpoints }: Asked,
): Promise<Pair[]> {
  const ours = await opportunities.byCrmId(
    system,
    deals.map(({ id }) => id),
  );
  const byDeal = Map.groupBy(standpoints, ({ opportunityId }) => opportunityId);
  const open = new Set(standpoints);
  const pairs = deals.map((deal): Pair => {
    const opportunityId = ours.get(deal.id);
    const all = byDeal.get(opportunityId ?? "") ?? [];
    const currency = deal.currency ?? singleCurrency;
    const ledger = all.find(({ amount }) => amount.currency === currency) ?? all[0];
    if (ledger) open.delete(ledger);
    return { opportunityId, deal, ledger };
  });
  const alone = [...open].map(
    (ledger): Pair => ({ opportunityId: ledger.opportunityId, deal: undefined, ledger }),
  );
  return [...pairs, ...alone];
}

function moneyOf({ singleCurrency }: TieOutWorld, deal: BookDeal | undefined): Money | null {
  return deal ? amountOf(deal, singleCurrency) : null;
}

/** The deal that a record is tied to, or was last. */
function linkTo(record: AccordRecord | undefined, system: System): string | undefined {
  const links = (record?.links ?? []).filter((link) => link.system === system);
  return (links.find(({ ended }) => !ended) ?? links.at(-1))?.id;
}

/** What became of the deals that the ledger counts on the days, and the CRM does not. */
async function lookElsewhere(
  { books }: TieOutWorld,
  { system, days }: Asked,
  of: { readonly differing: readonly Pair[]; readonly records: ReadonlyMap<string, AccordRecord> },
) {
  const missing = of.differing.filter(({ deal }) => deal === undefined);
  const ids = missing.flatMap(
    ({ opportunityId }) => linkTo(of.records.get(opportunityId ?? ""), system) ?? [],
  );
  const found = ids.length === 0 ? [] : await books[system].dealsById(ids);
  const byId = new Map(found.map((deal) => [deal.id, deal]));
  return ({ deal }: Pair, link: string | undefined): Known["elsewhere"] => {
    if (deal) return undefined;
    if (link === undefined) return "never-there";
    const there = byId.get(link);
    if (!there || there.gone) return "deleted";
    if (!there.won) return "not-won";
    const { closedOn } = there;
    return closedOn !== null && closedOn >= days.from && closedOn <= days.to
      ? undefined
      : "other-day";
  };
}

async function knownOf(
  { ledger, fields }: TieOutWorld,
  record: AccordRecord | undefined,
  elsewhere: Known["elsewhere"],
): Promise<Known> {
  if (!record) return { ...UNKNOWN, elsewhere };
  const { judged } = await ledger.load(record.id);
  const { amount, won, because, unreadable } = factsOf(record, fields);
  return {
    recordAmount: amount,
    parked: unreadable !== undefined,
    notWon: won ? undefined : because,
    goneInSalesforce: activeLink(record, "salesforce") === undefined,
    refused: (judged?.refusals.length ?? 0) > 0,
    elsewhere,
  };
}

const UNKNOWN = {
  recordAmount: undefined,
  parked: false,
  notWon: undefined,
  goneInSalesforce: false,
  refused: false,
} as const;

const SAYS: Readonly<Record<NonNullable<Known["elsewhere"]>, string>> = {
  deleted: "the deal was deleted there",
  "not-won": "the deal is not won there any more",
  "other-day": "the deal closes on another day there",
  "never-there": "the deal was never there",
};

function told(
  world: TieOutWorld,
  pair: Pair & { readonly system: System; readonly link: string | undefined },
  known: Known,
): TieOutDifference {
  const { system, opportunityId, deal, ledger, link } = pair;
  const crm = moneyOf(world, deal);
  const ours = ledger?.amount ?? null;
  const name = deal?.id ?? link;
  return {
    system,
    ...(opportunityId === undefined ? {} : { opportunity: opportunityId }),
    ...(name === undefined ? {} : { deal: name }),
    ...(crm ? { crm: textOf(crm) } : {}),
    ...(ours ? { ledger: textOf(ours) } : {}),
    difference: differenceText(crm, ours),
    cause: causeOf({ ledger: ours, crm }, known),
    says: known.elsewhere ? SAYS[known.elsewhere] : whatIsKnown(known, deal),
  };
}

function whatIsKnown({ recordAmount, notWon }: Known, deal: BookDeal | undefined): string {
  if (recordAmount === undefined) return "no record of Accord holds the deal";
  if (notWon !== undefined) return notWon;
  const said = recordAmount === null ? "no amount" : textOf(recordAmount);
  const there = deal?.amount === null ? "no amount" : (deal?.amount ?? "nothing");
  return `Accord's record says ${said}, the deal there ${there}`;
}

function textOf(money: Money): string {
  return `${money.currency} ${formatMoney(money)}`;
}

function notAsPosted({ opportunityId, amount, corporate, rate }: Standpoint, fault: Money) {
  return {
    system: "salesforce",
    opportunity: opportunityId,
    ledger: textOf(amount),
    difference: textOf(fault),
    cause: "not-as-posted",
    says: `its entries say ${textOf(corporate)}, which is not its amount at ${rate.rate}: 'accord ledger verify' names the entry`,
  } as const satisfies TieOutDifference;
}

/** What Salesforce converts by another rate than the one that was frozen, opportunity by opportunity. */
export async function explainRates(
  world: TieOutWorld,
  {
    currencies,
    days,
    standpoints,
    found,
  }: Pick<Asked, "days" | "standpoints"> & {
    readonly currencies: readonly string[];
    readonly found: readonly TieOutDifference[];
  },
): Promise<TieOutDifference[]> {
  const exchange = await exchangeOf(world.ledger, world.corporateCurrency, currencies);
  const apart = standpoints.filter(({ amount }) => currencies.includes(amount.currency));
  const rows = apart.flatMap((one): TieOutDifference[] => {
    if (found.some(({ opportunity }) => opportunity === one.opportunityId)) return [];
    const fault = conversionFault(one);
    if (fault && fault.minor !== 0n) return [notAsPosted(one, fault)];
    const difference = rateDifference(one, exchange, days.to);
    if (!difference || difference.minor === 0n) return [];
    return [
      {
        system: "salesforce",
        opportunity: one.opportunityId,
        ledger: textOf(one.amount),
        difference: textOf(difference),
        cause: "rate",
        says: `frozen at ${one.rate.rate} (${one.rate.source}, ${one.rate.day}); Salesforce's rate is another now`,
      },
    ];
  });
  if (rows.length > 0 || found.length > 0) return rows;
  const difference = "see the sums";
  const says =
    "Salesforce converts by a rate that Accord has not read; every deal's own amount meets";
  return [{ system: "salesforce", difference, cause: "rate", says }];
}
