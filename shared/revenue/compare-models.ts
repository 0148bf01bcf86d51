import type { Attribution, Model } from "../core/attribution/model.ts";
import { formatMoney } from "../core/money/money.ts";
import { creditModel, learns } from "./credit-model.ts";
import { gatherJourneys } from "./gather-journeys.ts";
import type { Period, RevenueStore } from "./ports.ts";
import { breakdownNamed, modelNamed, type RevenueRefusal } from "./refusal.ts";
import { sayingWhich } from "./revenue-report.ts";
import { inOrder, type RevenueTotal, type Tally, tallyCredits, totalsOf } from "./tally.ts";

export interface ComparisonRequest extends Period {
  readonly models: readonly string[];
  readonly by: string;
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

export interface Comparison extends Period {
  readonly by: string;
  /** Those that were asked for and say something. */
  readonly models: readonly { readonly name: string; readonly version: string }[];
  /** Those that say nothing, with why. */
  readonly silent: readonly { readonly name: string; readonly reason: string }[];
  readonly lines: readonly ComparedLine[];
  readonly totals: readonly RevenueTotal[];
  readonly withoutAmount: number;
}

/** What several models give of the same money, side by side. */
export async function compareModels(
  { models: names, by, ...period }: ComparisonRequest,
  attribution: Attribution,
  store: RevenueStore,
): Promise<Comparison | RevenueRefusal> {
  const models: Model[] = [];
  for (const name of names) {
    const model = modelNamed(attribution, name);
    if ("refused" in model) return model;
    models.push(model);
  }
  const pick = breakdownNamed(by);
  if ("refused" in pick) return pick;
  const reads = models.some(({ definition }) => learns(definition)) ? "ended" : "won";
  const gathered = await gatherJourneys(store, attribution.journey, { period, reads });
  const speaking: { readonly name: string; readonly version: string; readonly tallies: Tally[] }[] =
    [];
  const silent: { readonly name: string; readonly reason: string }[] = [];
  for (const [place, model] of models.entries()) {
    const name = names[place] ?? model.name;
    const credited = creditModel(model, gathered);
    if ("refused" in credited) silent.push({ name, reason: sayingWhich(credited, name).reason });
    else
      speaking.push({ name, version: credited.version, tallies: tallyCredits(credited, by, pick) });
  }
  return {
    by,
    ...period,
    models: speaking.map(({ name, version }) => ({ name, version })),
    silent,
    lines: linesOf(speaking.map(({ tallies }) => tallies)),
    totals: totalsOf(gathered.won),
    withoutAmount: gathered.withoutAmount,
  };
}

/** One line for whatever any of the models credits; what another gives nothing to is zero there. */
function linesOf(byModel: readonly (readonly Tally[])[]): ComparedLine[] {
  const keyOf = ({ attributed, value, currency }: Tally) =>
    JSON.stringify([attributed, value, currency]);
  const minors = byModel.map((tallies) => new Map(tallies.map((one) => [keyOf(one), one.minor])));
  const all = new Map(byModel.flat().map((one) => [keyOf(one), one]));
  return [...all]
    .map(([key, tally]) => {
      const given = minors.map((model) => model.get(key) ?? 0n);
      const [least = 0n, ...more] = given.toSorted((one, other) => (one < other ? -1 : 1));
      const spread = (more.at(-1) ?? least) - least;
      return { tally: { ...tally, minor: given[0] ?? 0n }, given, spread };
    })
    .sort((one, other) => inOrder(one.tally, other.tally))
    .map(({ tally: { attributed, value, label, currency }, given, spread }) => {
      const written = (minor: bigint) => formatMoney({ minor, currency });
      return {
        ...{ attributed, value, label, currency },
        ...{ revenue: given.map(written), spread: written(spread) },
      };
    });
}
