import { join } from "node:path";
import { z } from "zod";
import { startHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { startSalesforceSimulator } from "../../infra/simulators/salesforce/start-salesforce.ts";
import { mapping } from "../../shared/config/mapping.ts";

export interface CrmUrls {
  readonly hubspotUrl: string;
  readonly salesforceUrl: string;
}

/** One record of either CRM: its id and the properties asked for, as text. */
export interface CrmRow {
  readonly id: string;
  readonly values: Readonly<Record<string, string | null>>;
}

export const BEARER = { authorization: "Bearer simulator", "content-type": "application/json" };

/** Every property of `object` that the mapping reads or writes, Accord's own id first. */
export function mappedProperties(object: string): string[] {
  const found = mapping.kinds.flatMap(({ objects, fields }) => {
    const own = objects.find((one) => one.object === object);
    if (!own) return [];
    return [own.idProperty, ...fields.flatMap(({ places }) => places[object]?.properties ?? [])];
  });
  return [...new Set(found)];
}

const hubspotPage = z.object({
  results: z.array(
    z.object({ id: z.string(), properties: z.record(z.string(), z.string().nullable()) }),
  ),
  paging: z.object({ next: z.object({ after: z.string() }) }).optional(),
});

export async function readHubspot(url: string, object: string): Promise<CrmRow[]> {
  const properties = mappedProperties(object);
  const rows: CrmRow[] = [];
  for (let after: string | undefined = ""; after !== undefined; ) {
    const query: string = `limit=100&properties=${properties.join(",")}${after && `&after=${after}`}`;
    const response = await fetch(`${url}/crm/v3/objects/${object}?${query}`, { headers: BEARER });
    const { results, paging } = hubspotPage.parse(await response.json());
    for (const { id, properties: all } of results)
      rows.push({
        id,
        values: Object.fromEntries(properties.map((one) => [one, all[one] ?? null])),
      });
    after = paging?.next.after;
  }
  return rows;
}

export async function salesforceHeaders(url: string): Promise<Record<string, string>> {
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: "reader",
    client_secret: "any",
  });
  const response = await fetch(`${url}/services/oauth2/token`, { method: "POST", body });
  const { access_token } = z.object({ access_token: z.string() }).parse(await response.json());
  return { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
}

const salesforcePage = z.object({
  records: z.array(z.record(z.string(), z.unknown())),
  nextRecordsUrl: z.string().optional(),
});

export async function querySalesforce(url: string, soql: string) {
  const headers = await salesforceHeaders(url);
  const records: Record<string, unknown>[] = [];
  let next: string | undefined = `/services/data/v67.0/query?q=${encodeURIComponent(soql)}`;
  while (next !== undefined) {
    const response = await fetch(`${url}${next}`, { headers });
    const page = salesforcePage.parse(await response.json());
    records.push(...page.records);
    next = page.nextRecordsUrl;
  }
  return records;
}

export async function readSalesforce(url: string, object: string): Promise<CrmRow[]> {
  const properties = mappedProperties(object);
  const records = await querySalesforce(url, `SELECT Id, ${properties.join(", ")} FROM ${object}`);
  return records.map((record) => ({
    id: String(record["Id"]),
    values: Object.fromEntries(properties.map((one) => [one, textOf(record[one])])),
  }));
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}

const stats = z.object({
  total: z.number(),
  writes: z.record(z.string(), z.number()),
});

/** Rows created, updated and deleted since the simulator was started, by its own count. */
export async function countedWrites(url: string): Promise<Record<string, number>> {
  const response = await fetch(`${url}/_simulator/stats`);
  return stats.parse(await response.json()).writes;
}

/** Opens what both simulators keep in `stateDir`, while no command does. */
export async function openKept(stateDir: string) {
  const hubspot = await startHubspotSimulator({ port: 0, file: join(stateDir, "hubspot.db") });
  const salesforce = await startSalesforceSimulator({
    port: 0,
    file: join(stateDir, "salesforce.db"),
  });
  return {
    hubspotUrl: hubspot.url,
    salesforceUrl: salesforce.url,
    stop: async () => void (await Promise.all([hubspot.stop(), salesforce.stop()])),
  };
}
