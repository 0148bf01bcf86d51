import { type Estimate, GROUPS, type Grouped } from "./estimate.ts";

/**
 * The Shapley value of each source in the game in which a coalition of sources is worth the wins whose
 * journeys it covers alone. In this game each win is shared equally by the distinct sources of its
 * journey, so that the value is exact whatever their number. Source: K. Zhao, S. H. Mahboobi,
 * S. R. Bagheri, Shapley Value Methods for Attribution Modeling in Online Advertising,
 * arXiv:1804.05327 (the simplified formula; it is Google Ads Data Hub's too, see
 * https://developers.google.com/ads-data-hub/guides/shapley).
 */
export function learnShapley({ sources, journeys }: Grouped): Estimate {
  const sizes = sources.length + 1;
  // Wins by group, source and number of sources: whole numbers, whose order of adding decides nothing.
  const wins = Array.from({ length: GROUPS }, () => new Int32Array(sources.length * sizes));
  for (const { won, group, path } of journeys) {
    const ofGroup = wins[group];
    if (!won || !ofGroup) continue;
    const coalition = new Set(path);
    for (const source of coalition) {
      const place = source * sizes + coalition.size;
      ofGroup[place] = (ofGroup[place] ?? 0) + 1;
    }
  }
  return {
    sharesWithout(without) {
      const counted = wins.filter((_, group) => group !== without);
      const values = Float64Array.from(sources, (_, source) => {
        let value = 0;
        for (let size = 1; size < sizes; size += 1)
          value += counted.reduce((sum, one) => sum + (one[source * sizes + size] ?? 0), 0) / size;
        return value;
      });
      const all = values.reduce((sum, value) => sum + value, 0);
      return all === 0 ? undefined : values.map((value) => value / all);
    },
  };
}
