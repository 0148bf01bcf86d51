import { mapping } from "../../../../shared/config/mapping.ts";
import { wireShapes } from "../../../../shared/core/mapping/wire-shape.ts";
import type { System } from "../../../../shared/core/reconcile/system.ts";
import type { Ref } from "../../../../shared/sync/ports.ts";
import { type TwoSides, USERS } from "../office/two-sides.ts";

/** One living record of a CRM, as a person who exports everything would see it. */
export interface Row {
  readonly ref: Ref;
  /** Accord's id on it. */
  readonly accordId: string | null;
  readonly values: Readonly<Record<string, string | null>>;
  readonly stamp: string;
  readonly madeByAccord: boolean;
}

const SHAPES = {
  hubspot: wireShapes(mapping, "hubspot"),
  salesforce: wireShapes(mapping, "salesforce"),
};

/** Every living record of both CRMs that Accord has to do with. */
export async function readSides(sides: TwoSides): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { object, properties, idProperty } of SHAPES.hubspot)
    rows.push(...(await listHubspot(sides, object, [...properties, idProperty])));
  for (const { object, properties, idProperty } of SHAPES.salesforce)
    rows.push(...(await listSalesforce(sides, object, [...properties, idProperty])));
  return rows;
}

interface HubspotPage {
  readonly results: readonly {
    readonly id: string;
    readonly properties: Readonly<Record<string, string | null>>;
    readonly updatedAt: string;
  }[];
  readonly paging?: { readonly next?: { readonly after: string } };
}

async function listHubspot(
  { crms }: TwoSides,
  object: string,
  names: readonly string[],
): Promise<Row[]> {
  const rows: Row[] = [];
  let after: string | undefined = "";
  const wanted = [...new Set([...names, "hs_object_source"])].join(",");
  while (after !== undefined) {
    const query: string = `limit=100&properties=${wanted}${after && `&after=${after}`}`;
    const page: HubspotPage = await ask(
      crms.hubspot,
      `/crm/v3/objects/${object}?${query}`,
      "people",
    );
    for (const { id, properties, updatedAt } of page.results)
      rows.push({
        ref: { system: "hubspot", object, id },
        accordId: properties["accord_id"] || null,
        values: { ...properties, hubspot_owner_id: emailOf(properties["hubspot_owner_id"]) },
        stamp: updatedAt,
        madeByAccord: properties["hs_object_source"] === "INTEGRATION",
      });
    after = page.paging?.next?.after;
  }
  return rows;
}

interface SalesforcePage {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly nextRecordsUrl?: string;
}

async function listSalesforce(
  { crms, token, integrationUserId }: TwoSides,
  object: string,
  names: readonly string[],
): Promise<Row[]> {
  const always = ["Id", "SystemModstamp", "CreatedById"];
  const fields = [...new Set([...always, ...names, ...(object === "Lead" ? ["IsConverted"] : [])])];
  const soql = `SELECT ${fields.join(", ")} FROM ${object} ORDER BY Id`;
  const rows: Row[] = [];
  let path: string | undefined = `/services/data/v67.0/query?q=${encodeURIComponent(soql)}`;
  while (path !== undefined) {
    const page: SalesforcePage = await ask(crms.salesforce, path, await token());
    for (const record of page.records) {
      if (record["IsConverted"] === true) continue;
      const values = Object.fromEntries(fields.map((name) => [name, textOf(record[name])]));
      rows.push({
        ref: { system: "salesforce", object, id: values["Id"] ?? "" },
        accordId: values["Accord_Id__c"] ?? null,
        // Accord's own user owns what nobody was named for.
        values: { ...values, OwnerId: emailOf(values["OwnerId"]) },
        stamp: values["SystemModstamp"] ?? "",
        madeByAccord: values["CreatedById"] === integrationUserId,
      });
    }
    path = page.nextRecordsUrl;
  }
  return rows;
}

async function ask<Answer>(
  app: TwoSides["crms"][System],
  path: string,
  bearer: string,
): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${bearer}`,
    "x-simulator-source": "CRM_UI",
    "x-simulator-user": "sam@accord.example",
  };
  const answer = await app.request(`https://crm.test${path}`, { headers });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

/** Owners by their e-mail address, whichever CRM's id names them. */
function emailOf(ownerId: string | null | undefined): string | null {
  return USERS.find(({ id, userId }) => ownerId === id || ownerId === userId)?.email ?? null;
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined || value === "" ? null : String(value);
}
