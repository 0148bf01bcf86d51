import { mapping } from "../../shared/config/mapping.ts";
import { type CrmRow, type CrmUrls, readHubspot, readSalesforce } from "./crm-reader.ts";

/** One record without the ids that differ from run to run, and what Accord has tied it to. */
export interface EndRow {
  readonly object: string;
  readonly values: Readonly<Record<string, string | null>>;
  readonly tiedTo: readonly string[];
}

interface Placed {
  readonly object: string;
  readonly idProperty: string;
  readonly row: CrmRow;
}

const OBJECTS = mapping.kinds.flatMap(({ objects }) => objects);

async function readAll({ hubspotUrl, salesforceUrl }: CrmUrls): Promise<Placed[]> {
  const all: Placed[] = [];
  for (const { system, object, idProperty } of OBJECTS) {
    const rows =
      system === "hubspot"
        ? await readHubspot(hubspotUrl, object)
        : await readSalesforce(salesforceUrl, object);
    all.push(...rows.map((row) => ({ object, idProperty, row })));
  }
  return all;
}

/** What a person would know the record by. */
function nameOf({ object, row: { values } }: Placed): string {
  const email = values["email"] ?? values["Email"];
  const names = ["Name", "name", "dealname", "FirstName", "LastName", "firstname", "lastname"];
  const name = names.flatMap((property) => values[property] ?? []).join(" ");
  return `${object} ${email?.toLowerCase() ?? name}`;
}

/**
 * Everything that both CRMs hold of what is mapped, by name instead of by id, and in one order. Times
 * from `startedMs` on are written as one word, since they differ from run to run.
 */
export async function readEndState(urls: CrmUrls, startedMs: number): Promise<EndRow[]> {
  const all = await readAll(urls);
  const tied = Map.groupBy(all, ({ row, idProperty }) => row.values[idProperty] ?? "");
  const shown = (value: string | null) =>
    value !== null && /^\d{4}-\d\d-\d\dT/.test(value) && Date.parse(value) >= startedMs
      ? "(in this run)"
      : value;
  const rows = all.map((placed) => {
    const { object, idProperty, row } = placed;
    const id = row.values[idProperty];
    const others = id ? (tied.get(id) ?? []).filter((other) => other !== placed) : [];
    const entries = Object.entries(row.values).filter(([property]) => property !== idProperty);
    return {
      object,
      values: Object.fromEntries(entries.map(([property, value]) => [property, shown(value)])),
      tiedTo: others.map(nameOf).sort(),
    };
  });
  return rows
    .map((row) => ({ row, text: JSON.stringify(row) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ row }) => row);
}

/** E-mail addresses that two persons of one CRM have, and Accord ids that two records of one object have. */
export async function readDuplicates(urls: CrmUrls): Promise<string[]> {
  const all = await readAll(urls);
  const keys = all.flatMap(({ object, idProperty, row: { values } }) => {
    const email = (values["email"] ?? values["Email"])?.toLowerCase();
    const system = OBJECTS.find((one) => one.object === object)?.system;
    const id = values[idProperty];
    return [...(email ? [`${system} ${email}`] : []), ...(id ? [`${object} ${id}`] : [])];
  });
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}
