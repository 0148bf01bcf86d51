import type { Line } from "../core/attribution/lines.ts";
import { type CostFact, standingCosts } from "../core/costs/cost-fact.ts";
import {
  addedUp,
  type CampaignReturn,
  type Earned,
  returnOnCost,
  returnsOf,
  type Sums,
} from "../core/costs/returns.ts";
import { firstDayOf, monthOf } from "../core/ledger/calendar.ts";
import { formatMoney } from "../core/money/money.ts";
import { type ReportWorld, versionAsked } from "./asked-version.ts";
import { labelOf, UNATTRIBUTED } from "./breakdown.ts";
import type { CostStore } from "./cost-ports.ts";
import type { RevenueRefusal } from "./refusal.ts";
import { creditedLines, inOrder, type RevenueRequest } from "./revenue-report.ts";

/** Exact decimals with the digits of the corporate currency. */
interface ShownSums {
  readonly currency: string;
  readonly revenue: string;
  readonly cost: string;
  readonly return: string;
  /** With four decimals, rounded half away from zero; null where nothing was spent. */
  readonly returnOnCost: string | null;
  readonly opportunities: number;
}

interface ReturnLine extends ShownSums, Pick<CampaignReturn, "attributed" | "has"> {
  readonly campaign: string | null;
  readonly label: string;
}

interface ReturnReport extends RevenueRequest {
  readonly asOf: string;
  readonly modelVersion: string;
  /** The highest return first. */
  readonly lines: readonly ReturnLine[];
  /** The lines of a currency add up to it, and its revenue is the revenue report's. */
  readonly totals: readonly ShownSums[];
  /** As the revenue report says it. */
  readonly uncredited: number;
}

interface ReturnRefusal {
  readonly refused: "not-whole-months";
  readonly reason: string;
}

const DIMENSION = "campaign";

/**
 * What campaigns earned by a model beside what they cost, as of a moment (C6 to C8). Costs are known by the
 * month: those of a period are those of its months.
 */
export async function returnByCampaign(
  world: ReportWorld & { readonly costs: CostStore },
  request: Omit<RevenueRequest, "by">,
): Promise<ReturnReport | ReturnRefusal | RevenueRefusal> {
  const { from, to } = request;
  const partial = [from, to].find((day) => day !== undefined && day !== firstDayOf(monthOf(day)));
  if (partial !== undefined)
    return {
      refused: "not-whole-months",
      reason: `costs are known by the month, and ${partial} is in the middle of one: give --from and --to as first days of months`,
    };
  const version = await versionAsked(world, { model: request.model, asOf: request.asOf });
  if ("refused" in version) return version;
  const breakdown = { dimension: DIMENSION };
  const read = await creditedLines(world, { request, version, breakdown });
  if ("refused" in read) return read;
  const costs = standingCosts(await costsIn(world.costs, request), read.asOf);
  const earned = [...read.lines, ...shownAnyway(read.total)].map(earnedBy);
  assertAddsUp(earned, read.total.map(earnedBy));
  const returns = returnsOf(earned, costs);
  return {
    ...{ ...request, by: DIMENSION, asOf: read.asOf, modelVersion: version.version },
    lines: returns.map(shownLine).sort(inOrder).map(withoutPlace),
    totals: totalsOf(returns, read.total),
    uncredited: read.uncredited,
  };
}

async function costsIn(
  costs: CostStore,
  { from, to }: Pick<RevenueRequest, "from" | "to">,
): Promise<readonly CostFact[]> {
  const first = from === undefined ? undefined : monthOf(from);
  const found = await costs.costsOf({ first, last: to === undefined ? undefined : monthOf(to) });
  return found.filter(({ period }) => to === undefined || firstDayOf(period) < to);
}

function earnedBy({
  attributed,
  value: campaign,
  corporate: minor,
  corporateCurrency: currency,
  won,
}: Line): Earned {
  return { attributed, campaign, revenue: { minor, currency }, won };
}

/** What nobody earned is always shown, also where it is nothing (A5). */
function shownAnyway(total: readonly Line[]): Line[] {
  return total.map((line) => ({ ...line, attributed: false, corporate: 0n, won: 0 }));
}

/** Lines and totals are added up apart from each other: a cent between them is a bug, and is told. */
function assertAddsUp(earned: readonly Earned[], total: readonly Earned[]): void {
  const sums = (all: readonly Earned[]) => {
    const byCurrency = Map.groupBy(all, ({ revenue }) => revenue.currency);
    return [...byCurrency]
      .map(([currency, some]) => [currency, some.reduce((sum, one) => sum + one.revenue.minor, 0n)])
      .filter(([, sum]) => sum !== 0n)
      .sort()
      .join("; ");
  };
  if (sums(earned) !== sums(total))
    throw new Error(`campaigns earned ${sums(earned)} of ${sums(total)}`);
}

function shownLine(one: CampaignReturn) {
  const { currency, attributed, campaign, has } = one;
  const label = attributed ? labelOf(DIMENSION, campaign) : UNATTRIBUTED;
  return { attributed, campaign, label, has, minor: one.return, ...shown(currency, one) };
}

function withoutPlace({ minor: _, ...line }: ReturnType<typeof shownLine>): ReturnLine {
  return line;
}

/** A deal is won once, of however many campaigns it is: that is told by the total alone. */
function totalsOf(returns: readonly CampaignReturn[], total: readonly Line[]): ShownSums[] {
  const byCurrency = Map.groupBy(returns, ({ currency }) => currency);
  return [...byCurrency]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([currency, all]) => {
      const deals = total.filter((line) => line.corporateCurrency === currency);
      const won = deals.reduce((sum, line) => sum + line.won, 0);
      return shown(currency, { ...addedUp(all), won });
    });
}

function shown(currency: string, sums: Sums): ShownSums {
  const written = (minor: bigint) => formatMoney({ minor, currency });
  return {
    currency,
    revenue: written(sums.revenue),
    cost: written(sums.cost),
    return: written(sums.return),
    returnOnCost: returnOnCost(sums),
    opportunities: sums.won,
  };
}
