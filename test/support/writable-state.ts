import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { z } from "zod";
import { BEARER, type CrmUrls, salesforceHeaders } from "./crm-reader.ts";

/** What each record of both CRMs says, as far as it can be written: by record, then by property. */
export type WritableState = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** One property of one record that is not as it was. */
export interface Difference {
  /** `hubspot contacts 100001`. */
  readonly record: string;
  readonly property: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const HUBSPOT_OBJECTS = ["contacts", "companies", "deals"] as const;
const SALESFORCE_OBJECTS = [
  "Account",
  "Contact",
  "Lead",
  "Opportunity",
  "OpportunityContactRole",
  "Campaign",
  "CampaignMember",
] as const;

/**
 * The part of both simulators' dumps that can be written over an API, which is what "as it was before" means: of
 * each record outside the recycle bin, every property that its system calls writable (HubSpot: neither calculated
 * nor read-only, by its definitions; Salesforce: createable or updateable, by its describe), Accord's own id among
 * them; and every association, contact role and account. Nobody can set back the rest, so it is no part of it:
 * the systems' stamps, counters, logs, histories and derived values, and what lies in the recycle bin.
 */
export async function writableState({
  hubspotUrl,
  salesforceUrl,
}: CrmUrls): Promise<WritableState> {
  const state = new Map<string, Readonly<Record<string, string>>>();
  await addHubspot(hubspotUrl, state);
  await addSalesforce(salesforceUrl, state);
  return state;
}

/** Every property that differs, those of records that only one of the states has included. */
export function differences(before: WritableState, after: WritableState): Difference[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((record) => {
    const [one = {}, other = {}] = [before.get(record), after.get(record)];
    return [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .filter((property) => one[property] !== other[property])
      .map((property) => ({
        record,
        property,
        before: one[property],
        after: other[property],
      }));
  });
}

type State = Map<string, Readonly<Record<string, string>>>;

const row = z.object({ table: z.string(), id: z.string(), json: z.string() });

/** Rows of a simulator's dump, one at a time. */
export async function* rowsOf(url: string) {
  const { body } = await fetch(`${url}/_simulator/dump`);
  if (!body) throw new Error(`${url} gives no dump`);
  for await (const line of createInterface({ input: Readable.fromWeb(body) })) {
    const parsed = row.safeParse(JSON.parse(line));
    if (parsed.success) yield parsed.data;
  }
}

const definitions = z.object({
  results: z.array(
    z.object({
      name: z.string(),
      calculated: z.boolean(),
      modificationMetadata: z.object({ readOnlyValue: z.boolean() }),
    }),
  ),
});

const hubspotRecord = z.object({
  archivedAtMs: z.number().optional(),
  properties: z.record(z.string(), z.string()),
});

async function addHubspot(url: string, state: State): Promise<void> {
  const writable = new Map<string, ReadonlySet<string>>();
  for (const object of HUBSPOT_OBJECTS) {
    const answer = await fetch(`${url}/crm/v3/properties/${object}`, { headers: BEARER });
    const { results } = definitions.parse(await answer.json());
    const free = results.filter(
      ({ calculated, modificationMetadata }) => !calculated && !modificationMetadata.readOnlyValue,
    );
    writable.set(object, new Set(free.map(({ name }) => name)));
  }
  for await (const { table, id, json } of rowsOf(url)) {
    if (table === "associations") state.set(`hubspot ${table} ${id}`, { link: json });
    const names = writable.get(table);
    if (!names) continue;
    const { archivedAtMs, properties } = hubspotRecord.parse(JSON.parse(json));
    if (archivedAtMs !== undefined) continue;
    const kept = Object.entries(properties).filter(([name]) => names.has(name));
    state.set(`hubspot ${table} ${id}`, Object.fromEntries(kept));
  }
}

const describe = z.object({
  fields: z.array(z.object({ name: z.string(), createable: z.boolean(), updateable: z.boolean() })),
});

const salesforceRow = z.record(z.string(), z.unknown());

async function addSalesforce(url: string, state: State): Promise<void> {
  const headers = await salesforceHeaders(url);
  const writable = new Map<string, ReadonlySet<string>>();
  for (const object of SALESFORCE_OBJECTS) {
    const path = `/services/data/v67.0/sobjects/${object}/describe`;
    const { fields } = describe.parse(await (await fetch(`${url}${path}`, { headers })).json());
    const free = fields.filter(({ createable, updateable }) => createable || updateable);
    writable.set(`sobject/${object}`, new Set(free.map(({ name }) => name)));
  }
  for await (const { table, id, json } of rowsOf(url)) {
    const names = writable.get(table);
    if (!names) continue;
    const { IsDeleted, ...values } = salesforceRow.parse(JSON.parse(json));
    if (IsDeleted === true) continue;
    const kept = Object.entries(values)
      .filter(([name, value]) => names.has(name) && value !== null)
      .map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
    state.set(`salesforce ${table.slice("sobject/".length)} ${id}`, Object.fromEntries(kept));
  }
}
