import type { Credit, CreditRow } from "../core/attribution/credit-row.ts";
import { pickOf } from "../core/attribution/lines.ts";
import { monthOf } from "../core/ledger/calendar.ts";
import { formatMoney } from "../core/money/money.ts";
import { inParallel } from "../sync/in-parallel.ts";
import { type ReportWorld, versionAsked } from "./asked-version.ts";
import { type Breakdown, labelOf } from "./breakdown.ts";
import { readRows } from "./read-lines.ts";
import { breakdownNamed, type RevenueRefusal } from "./refusal.ts";
import type { RevenueRequest } from "./revenue-report.ts";

export interface DrillRequest extends RevenueRequest {
  /** The label of the line that is looked into; null: the unattributed one. */
  readonly of: string | null;
  readonly currency?: string | undefined;
  /** Goes on behind this opportunity. */
  readonly after?: string | undefined;
  readonly most: number;
}

/** An entry of the ledger, with what the line has of it. */
interface CreditedEntry {
  /** `journey`: no entry; the journey was taken again. */
  readonly kind: CreditRow["kind"];
  readonly sequence: number | null;
  readonly effectiveDay: string;
  readonly postedAt: string;
  readonly amount: string;
  readonly credit: string;
}

interface CreditedTouch {
  readonly personId: string;
  readonly at: string;
  readonly source: string;
  readonly kind: string;
  readonly campaign: string | null;
  /** The CRM record that tells of it. */
  readonly system: string;
  readonly object: string;
  readonly recordId: string;
  readonly credit: string;
}

interface CreditedOpportunity {
  readonly id: string;
  readonly name: string | null;
  /** The day on which it counts by the last of its entries. */
  readonly closedOn: string;
  readonly currency: string;
  /** What was posted of it in this currency and period, all in all. */
  readonly amount: string;
  /** What the line has of it. */
  readonly credit: string;
  readonly entries: readonly CreditedEntry[];
  /** The line's touches that have a share in it. */
  readonly touches: readonly CreditedTouch[];
}

export interface DrillDown {
  readonly modelVersion: string;
  /** The most credit first. */
  readonly opportunities: readonly CreditedOpportunity[];
  readonly next?: string;
}

/** From a figure to the opportunities, entries, touches and CRM records that it is made of (P7). */
export async function drillDown(
  world: ReportWorld,
  { model, by, of, currency, after, most, asOf, ...period }: DrillRequest,
): Promise<DrillDown | RevenueRefusal> {
  const breakdown = breakdownNamed(by, world.dimensions);
  if ("refused" in breakdown) return breakdown;
  const version = await versionAsked(world, { model, asOf });
  if ("refused" in version) return version;
  const moment = asOf ?? new Date(world.now()).toISOString();
  const { begunAt } = await world.credits.versions();
  const rows = await readRows(world, { version, period, asOf: moment, begunAt });
  if (rows === "too-many-rows")
    return {
      refused: "too-many-rows",
      reason: "more has to be read than one answer can: ask for fewer months by --from and --to",
    };
  const meant = rows.filter((row) => currency === undefined || row.amount.currency === currency);
  const found = partsOf(meant, isOf({ by, of, breakdown })).sort(byCredit);
  const behind = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1;
  const page = found.slice(behind, behind + most);
  const last = page.at(-1);
  return {
    modelVersion: version.version,
    opportunities: await named(world, page),
    ...(last && behind + most < found.length ? { next: last.id } : {}),
  };
}

type IsOf = (row: CreditRow, credit: Credit) => boolean;

/** Whether a credit is in the line. */
function isOf({
  by,
  of,
  breakdown,
}: Pick<DrillRequest, "by" | "of"> & { readonly breakdown: Breakdown }): IsOf | null {
  if (of === null) return null;
  const pick = pickOf(breakdown.dimension);
  const nothing = {
    currency: "",
    corporateCurrency: "",
    closed: 0n,
    later: 0n,
    corporate: 0n,
    won: 0,
  };
  return (row, credit) => {
    const month = monthOf(row.effectiveDay);
    const line = { ...nothing, month, attributed: true, value: pick(row, credit) };
    return labelOf(by, breakdown.valueIn(line)) === of;
  };
}

type Part = Omit<CreditedOpportunity, "name"> & { readonly minor: bigint };

function partsOf(rows: readonly CreditRow[], isMeant: IsOf | null): Part[] {
  const groups = Map.groupBy(rows, (row) => `${row.opportunityId} ${row.amount.currency}`);
  return [...groups.values()].flatMap((group) => {
    const sorted = group.toSorted((one, other) => one.step - other.step);
    const shares = sorted.map((row) => {
      const credits = isMeant ? row.credits.filter((credit) => isMeant(row, credit)) : [];
      const minor = isMeant ? sumOf(credits) : row.unattributed.minor;
      const { won } = row.unattributed;
      const isShared = isMeant ? credits.length > 0 : minor !== 0n || won.before || won.after;
      return { row, credits, minor, isShared };
    });
    const [first] = shares;
    const ours = shares.filter(({ isShared }) => isShared);
    const last = ours.at(-1);
    if (!first || !last) return [];
    const { currency } = first.row.amount;
    const written = (minor: bigint) => formatMoney({ minor, currency });
    const minor = ours.reduce((sum, one) => sum + one.minor, 0n);
    return [
      {
        ...{ id: first.row.opportunityId, closedOn: last.row.effectiveDay, currency, minor },
        amount: written(sorted.reduce((sum, { amount }) => sum + amount.minor, 0n)),
        credit: written(minor),
        entries: ours.map(({ row, minor: part }) => ({
          ...{ kind: row.kind, sequence: row.sequence, effectiveDay: row.effectiveDay },
          ...{ postedAt: row.at, amount: formatMoney(row.amount), credit: written(part) },
        })),
        touches: touchesIn(
          ours.flatMap(({ credits }) => credits),
          written,
        ),
      },
    ];
  });
}

function touchesIn(
  credits: readonly Credit[],
  written: (minor: bigint) => string,
): CreditedTouch[] {
  const groups = Map.groupBy(credits, ({ personId, touchId }) => `${personId} ${touchId}`);
  return [...groups.values()].flatMap((group) => {
    const [one] = group;
    if (!one) return [];
    const { personId, at, source, kind, campaign, system, object, recordId } = one;
    const told = { personId, at, source, kind, campaign, system, object, recordId };
    return [{ ...told, credit: written(sumOf(group)) }];
  });
}

function sumOf(credits: readonly Credit[]): bigint {
  return credits.reduce((sum, { minor }) => sum + minor, 0n);
}

/** By id where equal, so that pages fit together. */
function byCredit(one: Part, other: Part): number {
  if (one.minor !== other.minor) return one.minor > other.minor ? -1 : 1;
  return one.id < other.id ? -1 : 1;
}

async function named(
  { journeys }: ReportWorld,
  page: readonly Part[],
): Promise<CreditedOpportunity[]> {
  return inParallel(page, async ({ minor: _, ...part }) => {
    const found = await journeys.opportunity(part.id);
    return { ...part, name: found?.opportunity.name ?? null };
  });
}
