import type { Learned } from "../core/attribution/learn.ts";
import type { Line } from "../core/attribution/lines.ts";
import type { ModelVersion } from "../core/attribution/version.ts";
import { formatMoney } from "../core/money/money.ts";
import { type ReportWorld, versionAsked } from "./asked-version.ts";
import { type Breakdown, labelOf, UNATTRIBUTED } from "./breakdown.ts";
import type { Period } from "./ports.ts";
import { type LinesRead, readLines } from "./read-lines.ts";
import { breakdownNamed, type RevenueRefusal } from "./refusal.ts";
import { sealedUntil, uncredited } from "./seal-blocks.ts";

export interface RevenueRequest extends Period {
  /** A model's name, or its name and version, `u-shaped@1f0c9a2e`. */
  readonly model: string;
  readonly by: string;
  /** An ISO instant; left out: as it is now. */
  readonly asOf?: string | undefined;
}

/** Sums in one currency. Exact decimals with the currency's digits, such as `12.34`. */
export interface RevenueSums {
  readonly currency: string;
  /** What was won, less what was refunded or churned, with what was renewed. */
  readonly revenue: string;
  /** Of it, what was closed and won: booked, amended and reversed. */
  readonly closedWon: string;
  /** The revenue in the corporate currency, at the rates that were frozen. */
  readonly corporate: string;
  readonly opportunities: number;
}

export interface RevenueLine extends RevenueSums {
  /** False: credit that no touch earned. */
  readonly attributed: boolean;
  readonly value: string | null;
  /** The value, `(unattributed)`, or such as `(no campaign)`. */
  readonly label: string;
}

/** What a model that learns has learnt. It is co-occurrence, and says so. */
interface LearnedReport {
  readonly label: string;
  readonly learntAt: string;
  readonly won: number;
  readonly lost: number;
  readonly shares: Learned["shares"];
}

export interface RevenueReport extends RevenueRequest {
  /** Nothing that was posted later is in it. */
  readonly asOf: string;
  readonly modelVersion: string;
  /** By currency, then revenue, the largest first. */
  readonly lines: readonly RevenueLine[];
  /** All that counts, by currency; the lines of a currency add up to it (A5). */
  readonly totals: readonly RevenueSums[];
  /** Opportunities of which something was posted and is not credited yet; none where `asOf` was asked. */
  readonly uncredited: number;
  readonly learned?: LearnedReport;
}

const CO_OCCURRENCE =
  "co-occurrence: which sources stand beside wins, not what caused them; 95 % intervals";

/** What a model credits of what counts in a period, added up, as of a moment. */
export async function revenueBy(
  world: ReportWorld,
  request: RevenueRequest,
): Promise<RevenueReport | RevenueRefusal> {
  const breakdown = breakdownNamed(request.by, world.dimensions);
  if ("refused" in breakdown) return breakdown;
  const version = await versionAsked(world, { model: request.model, asOf: request.asOf });
  if ("refused" in version) return version;
  const read = await creditedLines(world, { request, version, breakdown });
  if ("refused" in read) return read;
  const { learned, madeAt } = version;
  return {
    ...request,
    asOf: read.asOf,
    modelVersion: version.version,
    lines: tally(read, request.by, breakdown),
    totals: totalsOf(read),
    uncredited: read.uncredited,
    ...(learned ? { learned: learnedReport(learned, madeAt) } : {}),
  };
}

export interface CreditedLines extends LinesRead {
  readonly asOf: string;
  readonly uncredited: number;
}

interface LinesOf {
  readonly request: Pick<RevenueRequest, "from" | "to" | "asOf">;
  readonly version: ModelVersion;
  readonly breakdown: Pick<Breakdown, "dimension">;
}

/**
 * The lines as of the moment asked; without one, as of now, or where more was posted since than can be
 * read at once, as of the last hour that is summed: the report says which.
 */
export async function creditedLines(
  world: ReportWorld,
  { request, version, breakdown: { dimension } }: LinesOf,
): Promise<CreditedLines | RevenueRefusal> {
  const { from, to } = request;
  const asOf = request.asOf ?? new Date(world.now()).toISOString();
  const { begunAt = "" } = await world.credits.versions();
  const asked = { version, dimension, period: { from, to }, asOf, begunAt };
  const sealed = await sealedUntil(world, version);
  const read = await readLines(world, asked);
  if (read === "too-many-rows") {
    if (request.asOf !== undefined || sealed === "") return tooMany(dimension);
    const older = await readLines(world, { ...asked, asOf: sealed });
    return older === "too-many-rows"
      ? tooMany(dimension)
      : { ...older, asOf: sealed, uncredited: 0 };
  }
  const missing =
    sealed < asOf
      ? await uncredited(world, version, { from: sealed || begunAt, to: asOf })
      : undefined;
  const left = new Set([...(missing?.entries ?? []), ...(missing?.rows ?? [])]).size;
  if (request.asOf !== undefined && left > 0)
    return {
      refused: "not-credited-yet",
      reason: `of ${left} opportunities something that was posted by then is not credited yet: ask again in a minute`,
    };
  assertAddsUp(read);
  return { ...read, asOf, uncredited: left };
}

function tooMany(dimension: string): RevenueRefusal {
  return {
    refused: "too-many-rows",
    reason: `of ${dimension} more has to be read than one answer can: ask for fewer months by --from and --to, or wait until the sums are made, within two hours`,
  };
}

/** Credits and totals are added up apart from each other: a cent between them is a bug, and is told. */
function assertAddsUp({ lines, total }: LinesRead): void {
  const sums = (all: readonly Line[]) => {
    const byCurrency = Map.groupBy(all, ({ currency }) => currency);
    return [...byCurrency]
      .map(([currency, some]) => `${currency} ${minorOf(some)}`)
      .filter((text) => !text.endsWith(" 0"))
      .sort()
      .join();
  };
  if (sums(lines) !== sums(total))
    throw new Error(`credits of ${sums(lines)} are given of ${sums(total)}`);
}

function minorOf(lines: readonly Line[]): bigint {
  return lines.reduce((sum, { closed, later }) => sum + closed + later, 0n);
}

/** The lines as they are shown, the largest first. */
export function tally(
  { lines, total }: LinesRead,
  by: string,
  { valueIn }: Pick<Breakdown, "valueIn">,
): RevenueLine[] {
  const groups = Map.groupBy(lines, (line) =>
    JSON.stringify([line.currency, line.attributed, valueIn(line)]),
  );
  const shown = [...groups.values()].flatMap((group) => {
    const [one] = group;
    if (!one) return [];
    const value = valueIn(one);
    const label = one.attributed ? labelOf(by, value) : UNATTRIBUTED;
    return [{ attributed: one.attributed, value, label, minor: minorOf(group), ...sumsOf(group) }];
  });
  const missing = totalsOf({ total }).flatMap(({ currency }) =>
    shown.some((one) => !one.attributed && one.currency === currency)
      ? []
      : [nobody(currency, total)],
  );
  return [...shown, ...missing].sort(inOrder).map(({ minor: _, ...line }) => line);
}

/** What nobody earned is always shown, also where it is nothing (A5). */
function nobody(currency: string, total: readonly Line[]) {
  const lines = total
    .filter((line) => line.currency === currency)
    .map((line) => ({ ...line, closed: 0n, later: 0n, corporate: 0n, won: 0 }));
  return { attributed: false, value: null, label: UNATTRIBUTED, minor: 0n, ...sumsOf(lines) };
}

type Ordered = Pick<RevenueLine, "currency" | "attributed" | "label"> & { readonly minor: bigint };

/** Of equal revenue by name, and the unattributed line last. */
export function inOrder(one: Ordered, other: Ordered): number {
  if (one.currency !== other.currency) return one.currency < other.currency ? -1 : 1;
  if (one.minor !== other.minor) return one.minor > other.minor ? -1 : 1;
  if (one.attributed !== other.attributed) return one.attributed ? -1 : 1;
  return one.label < other.label ? -1 : 1;
}

export function totalsOf({ total }: Pick<LinesRead, "total">): RevenueSums[] {
  const byCurrency = Map.groupBy(total, ({ currency }) => currency);
  return [...byCurrency]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, all]) => sumsOf(all));
}

/** Of lines in one currency. */
function sumsOf(lines: readonly Line[]): RevenueSums {
  const { currency = "", corporateCurrency = "" } = lines[0] ?? {};
  const sum = (of: (line: Line) => bigint) => lines.reduce((all, line) => all + of(line), 0n);
  const written = (minor: bigint) => formatMoney({ minor, currency });
  return {
    currency,
    revenue: written(minorOf(lines)),
    closedWon: written(sum(({ closed }) => closed)),
    corporate: formatMoney({
      minor: sum(({ corporate }) => corporate),
      currency: corporateCurrency,
    }),
    opportunities: lines.reduce((all, { won }) => all + won, 0),
  };
}

function learnedReport({ won, lost, shares }: Learned, learntAt: string): LearnedReport {
  return { label: CO_OCCURRENCE, learntAt, won, lost, shares };
}
