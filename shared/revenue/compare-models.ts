import type { ModelVersion } from "../core/attribution/version.ts";
import { formatMoney, parseMoney } from "../core/money/money.ts";
import { type ReportWorld, versionAsked } from "./asked-version.ts";
import type { Period } from "./ports.ts";
import { breakdownNamed, type RevenueRefusal } from "./refusal.ts";
import {
  creditedLines,
  inOrder,
  type RevenueLine,
  type RevenueSums,
  tally,
  totalsOf,
} from "./revenue-report.ts";

export interface ComparisonRequest extends Period {
  readonly models: readonly string[];
  readonly by: string;
  readonly asOf?: string | undefined;
}

interface ComparedLine {
  readonly attributed: boolean;
  readonly value: string | null;
  readonly label: string;
  readonly currency: string;
  /** By model, in the order asked for. */
  readonly revenue: readonly string[];
  /** The largest less the smallest of them. */
  readonly spread: string;
}

export interface Comparison extends Omit<ComparisonRequest, "models"> {
  readonly asOf: string;
  /** Those that were asked for and say something. */
  readonly models: readonly { readonly name: string; readonly version: string }[];
  /** Those that say nothing, with why. */
  readonly silent: readonly { readonly name: string; readonly reason: string }[];
  readonly lines: readonly ComparedLine[];
  readonly totals: readonly RevenueSums[];
}

interface Speaking {
  readonly name: string;
  readonly version: ModelVersion;
}

/** What several models give of the same money, side by side, as of one moment. */
export async function compareModels(
  world: ReportWorld,
  { models: names, by, ...asked }: ComparisonRequest,
): Promise<Comparison | RevenueRefusal> {
  const breakdown = breakdownNamed(by, world.dimensions);
  if ("refused" in breakdown) return breakdown;
  const silent: { readonly name: string; readonly reason: string }[] = [];
  const speaking: Speaking[] = [];
  for (const name of names) {
    const version = await versionAsked(world, { model: name, asOf: asked.asOf });
    if (!("refused" in version)) speaking.push({ name, version });
    else if (version.refused === "not-learnt") silent.push({ name, reason: version.reason });
    else return version;
  }
  const asOf = asked.asOf ?? new Date(world.now()).toISOString();
  const byModel: RevenueLine[][] = [];
  let totals: readonly RevenueSums[] = [];
  for (const { version } of speaking) {
    const request = { ...asked, ...(asked.asOf === undefined ? {} : { asOf }) };
    const read = await creditedLines(world, { request, version, breakdown });
    if ("refused" in read) return read;
    byModel.push(tally(read, by, breakdown));
    totals = totalsOf(read);
  }
  return {
    by,
    ...asked,
    asOf,
    models: speaking.map(({ name, version: { version } }) => ({ name, version })),
    silent,
    lines: linesOf(byModel),
    totals,
  };
}

/** One line for whatever any of the models credits; what another gives nothing to is zero there. */
function linesOf(byModel: readonly (readonly RevenueLine[])[]): ComparedLine[] {
  const keyOf = ({ attributed, value, currency }: RevenueLine) =>
    JSON.stringify([attributed, value, currency]);
  const minors = byModel.map((lines) => new Map(lines.map((one) => [keyOf(one), minorOf(one)])));
  const all = new Map(byModel.flat().map((one) => [keyOf(one), one]));
  return [...all]
    .map(([key, line]) => {
      const given = minors.map((model) => model.get(key) ?? 0n);
      const [least = 0n, ...more] = given.toSorted((one, other) => (one < other ? -1 : 1));
      const spread = (more.at(-1) ?? least) - least;
      return { line: { ...line, minor: given[0] ?? 0n }, given, spread };
    })
    .sort((one, other) => inOrder(one.line, other.line))
    .map(({ line: { attributed, value, label, currency }, given, spread }) => {
      const written = (minor: bigint) => formatMoney({ minor, currency });
      return {
        ...{ attributed, value, label, currency },
        ...{ revenue: given.map(written), spread: written(spread) },
      };
    });
}

function minorOf({ revenue, currency }: RevenueLine): bigint {
  const money = parseMoney(revenue, currency);
  if (typeof money === "string") throw new Error(`${currency} ${revenue} is ${money}`);
  return money.minor;
}
