import { z } from "zod";
import type { System } from "../../shared/core/reconcile/system.ts";

/** Calls that Accord made so far. */
interface Calls {
  /** Of HubSpot's limit of ten seconds: all but searches. */
  readonly hubspot: number;
  readonly searches: number;
  readonly salesforce: number;
  /** By HubSpot, for whatever reason; here there is none but its limits. */
  readonly refused: number;
}

/** How many of HubSpot's calls there were at a moment. */
export interface Look {
  readonly atMs: number;
  readonly calls: number;
}

const stats = z.object({
  byEndpoint: z.record(z.string(), z.number()),
  byStatus: z.record(z.string(), z.number()),
});

/** Reads the simulators' own counts. Accord calls HubSpot on dated paths; people who edit do not. */
export async function callsOf(ask: (system: System) => Promise<Response>): Promise<Calls> {
  const [hubspot, salesforce] = [
    stats.parse(await (await ask("hubspot")).json()),
    stats.parse(await (await ask("salesforce")).json()),
  ];
  const counted = (all: Readonly<Record<string, number>>, is: (endpoint: string) => boolean) =>
    Object.entries(all)
      .filter(([endpoint]) => is(endpoint))
      .reduce((sum, [, count]) => sum + count, 0);
  const isSearch = (endpoint: string) => endpoint.endsWith("/search");
  const isOurs = (endpoint: string) => endpoint.includes("/2026-09/");
  return {
    hubspot: counted(hubspot.byEndpoint, (one) => isOurs(one) && !isSearch(one)),
    searches: counted(hubspot.byEndpoint, (one) => isOurs(one) && isSearch(one)),
    salesforce: counted(
      salesforce.byEndpoint,
      (one) => one.includes("/services/data/") && !one.startsWith("PATCH"),
    ),
    refused: hubspot.byStatus["4xx"] ?? 0,
  };
}

/** When the 2nd percentile of the calls was made, and the 98th: before and after, some come alone. */
export function workedOf(looks: readonly Look[]): { readonly from: Look; readonly to: Look } {
  const [least = 0, most = 0] = [looks[0]?.calls, looks.at(-1)?.calls];
  const at = (share: number) =>
    looks.find(({ calls }) => calls >= least + (most - least) * share) ?? { atMs: 0, calls: 0 };
  return { from: at(0.02), to: at(0.98) };
}
