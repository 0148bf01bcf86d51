import { z } from "zod";
import type { CrmUrls } from "./crm-reader.ts";
import { rowsOf } from "./writable-state.ts";

/** How often something was done, by what: records by object, those in the recycle bin too, and versions of values. */
export type Deeds = Readonly<Record<string, number>>;

const hubspotRecord = z.object({ history: z.record(z.string(), z.array(z.unknown())) });

const RECORDS =
  /^(?:contacts|companies|deals|associations)$|^sobject\/(?:Account|Contact|Lead|Opportunity)$/;

/**
 * What both simulators remember of what was done to them. HubSpot keeps each value that a property has had, so that a
 * value which was written, overwritten and written again shows; of Salesforce's rows there is one for each creation.
 */
export async function deedsOf({ hubspotUrl, salesforceUrl }: CrmUrls): Promise<Deeds> {
  const deeds = new Map<string, number>();
  const count = (name: string, by: number) => deeds.set(name, (deeds.get(name) ?? 0) + by);
  for (const url of [hubspotUrl, salesforceUrl])
    for await (const { table, json } of rowsOf(url)) {
      if (!RECORDS.test(table)) continue;
      count(`records of ${table}`, 1);
      const history = hubspotRecord.safeParse(JSON.parse(json)).data?.history ?? {};
      for (const [property, versions] of Object.entries(history))
        count(`versions of ${table} ${property}`, versions.length);
    }
  return Object.fromEntries([...deeds].sort(([one], [other]) => (one < other ? -1 : 1)));
}
