import { afterAll, beforeAll, expect, test } from "vitest";
import { CUSTOM_FIELDS, idFieldsOf } from "../../shared/config/custom-fields.ts";
import { CONTRACTS, HUBSPOT_LEADS } from "../../shared/config/more-kinds.ts";
import { checkMapping } from "../../shared/core/mapping/check-mapping.ts";
import { hintsOf } from "../../shared/hubspot/webhook-events.ts";
import { pollChanges } from "../../shared/sync/poll-changes.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { type AccordRecord, activeLink } from "../../shared/sync/record.ts";
import { memoryWatermarkStore } from "../support/memory-watermark-store.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { hearEchoes, newWatch, sendHints, toldOf, watched } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

const KINDS = [HUBSPOT_LEADS, CONTRACTS];

let two: TwoCrms;
let office: Office;
let watermarks: ReturnType<typeof memoryWatermarkStore>;

/** What an admin makes in each CRM before the pairs are switched on. */
async function define({
  hubspotUrl,
  salesforceUrl,
}: Record<"hubspotUrl" | "salesforceUrl", string>) {
  const post = async (url: string, body: unknown) => {
    const headers = { authorization: "Bearer admin", "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  const text = { type: "Text", length: 255 };
  await post(`${salesforceUrl}/_simulator/objects`, {
    name: "Sales_Lead__c",
    label: "Sales lead",
    plural: "Sales leads",
    fields: {
      Stage__c: { label: "Stage", ...text },
      Type__c: { label: "Type", ...text },
      Label__c: { label: "Label", ...text },
    },
  });
  await post(`${salesforceUrl}/_simulator/objects`, {
    name: "Contract_Copy__c",
    label: "Contract",
    plural: "Contracts",
    fields: { Ends_On__c: { label: "Ends on", type: "Date" } },
  });
  await post(`${hubspotUrl}/crm/v3/schemas`, {
    name: "contract",
    labels: { singular: "Contract", plural: "Contracts" },
    primaryDisplayProperty: "contract_number",
    requiredProperties: ["contract_number"],
    properties: [
      { name: "contract_number", label: "Number", type: "string", fieldType: "text" },
      { name: "ends_on", label: "Ends on", type: "date", fieldType: "date" },
    ],
    associatedObjects: [],
  });
}

beforeAll(async () => {
  two = await openTwoCrms({ kinds: KINDS, define });
  office = { ...openOffice(two), mapping: two.mapping };
  watermarks = memoryWatermarkStore();
}, 60_000);
afterAll(() => two?.stop());

/** Tells of these records, works, and lets the echoes come in. Answers how many writes it took. */
async function tell(...refs: Ref[]): Promise<number> {
  const watch = newWatch();
  const world = watched(office, watch);
  await sendHints(office, await toldOf(two, refs));
  await workThrough(office, two, { worlds: () => world });
  await hearEchoes(office, two, watch);
  return watch.writes;
}

async function poll(system: Ref["system"], object: string) {
  two.forward(10_000);
  const world = { ...office, watermarks, remainingMs: () => 60_000 };
  const { rows } = await pollChanges(world, { system, object });
  await workThrough(office, two);
  return rows;
}

function recordOf({ id }: Pick<Ref, "id">): AccordRecord {
  const record = office.store.records().find(({ links }) => links.some((link) => link.id === id));
  if (!record) throw new Error(`${id} is not known`);
  return record;
}

async function rowOf(ref: Ref, fields: readonly string[]) {
  const link = activeLink(recordOf(ref), "salesforce");
  const { records } = await two.connection.query<Record<string, string | null>>(
    `SELECT ${fields.join(", ")} FROM ${link?.object} WHERE Id = '${link?.id}'`,
  );
  return Object.fromEntries(fields.map((field) => [field, records[0]?.[field]]));
}

/** A lead as a salesperson makes one, on a contact. */
async function makeLead(name: string): Promise<{ lead: Ref; contactId: string }> {
  const contact = await two.inHubspot.create("contacts", { email: `${name}@lead.example` });
  const { id } = await two.call<{ id: string }>("POST", "/crm/v3/objects/leads", {
    properties: { hs_lead_name: name, hs_lead_label: "WARM" },
    associations: [
      {
        to: { id: contact.id },
        types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 578 }],
      },
    ],
  });
  return { lead: { system: "hubspot", object: "leads", id }, contactId: contact.id };
}

test("a mapping with further kinds contradicts itself nowhere", () => {
  expect(checkMapping(two.mapping)).toEqual([]);
});

test("P1, P3: a HubSpot lead becomes a row of a custom object once, and edits of both travel", async () => {
  const { lead } = await makeLead("ann");
  await poll("hubspot", "leads");
  expect(await rowOf(lead, ["Name", "Label__c"])).toEqual({ Name: "ann", Label__c: "WARM" });
  expect(recordOf(lead)).toMatchObject({ kind: "sales-lead", status: "linked" });
  const row = activeLink(recordOf(lead), "salesforce");
  await two.inHubspot.edit(lead, { hs_lead_label: "HOT" });
  await two.inSalesforce.edit({ object: "Sales_Lead__c", id: row?.id ?? "" }, { Name: "Ann Lee" });
  await poll("salesforce", "Sales_Lead__c");
  expect(await rowOf(lead, ["Name", "Label__c"])).toEqual({ Name: "Ann Lee", Label__c: "HOT" });
  const [seen] = (await two.crms.hubspot.observe([lead])).values();
  expect(seen?.properties).toMatchObject({ hs_lead_name: "Ann Lee", hs_lead_label: "HOT" });
  expect(await tell(lead)).toBe(0);
});

test("P1: a lead that vanished with its contact's association leaves its row where it is", async () => {
  const { lead, contactId } = await makeLead("bob");
  await tell(lead);
  await two.call("DELETE", `/crm/v4/objects/leads/${lead.id}/associations/contacts/${contactId}`);
  await tell(lead);
  expect(recordOf(lead)).toMatchObject({ status: "unlinked" });
  const { records } = await two.connection.query("SELECT Id FROM Sales_Lead__c WHERE Name = 'bob'");
  expect(records).toHaveLength(1);
});

test("P3: two custom objects are linked by their number, and created where there is none", async () => {
  const theirs = await two.inSalesforce.create("Contract_Copy__c", {
    Name: "C-1",
    Ends_On__c: "2027-01-31",
  });
  const ours = await two.inHubspot.create("p_contract", { contract_number: "c-1" });
  two.forward(10_000);
  await tell(theirs);
  expect(recordOf(theirs).id).toBe(recordOf(ours).id);
  const [seen] = (await two.crms.hubspot.observe([ours])).values();
  expect(seen?.properties).toMatchObject({ ends_on: "2027-01-31" });
  const third = await two.inHubspot.create("p_contract", { contract_number: "C-3" });
  const same = await two.inSalesforce.create("Contract_Copy__c", { Name: "c-3" });
  await tell(third);
  expect(recordOf(third).id).toBe(recordOf(same).id);
  const alone = await two.inSalesforce.create("Contract_Copy__c", {
    Name: "C-2",
    Ends_On__c: "2028-02-29",
  });
  await tell(alone);
  expect(activeLink(recordOf(alone), "hubspot")?.object).toBe("p_contract");
  expect(await tell(alone)).toBe(0);
});

test("a webhook that names an object by its type id alone hints the object that is mapped", () => {
  const event = {
    subscriptionType: "object.propertyChange",
    occurredAt: 1,
    objectId: "7",
    objectTypeId: "0-136",
    propertyName: "hs_lead_label",
    propertyValue: "HOT",
  };
  expect(hintsOf([event]).hints).toEqual([]);
  expect(hintsOf([event], { "0-136": "leads" }).hints).toMatchObject([
    {
      ref: { system: "hubspot", object: "leads", id: "7" },
      evidence: { hs_lead_label: "HOT" },
    },
  ]);
});

test("a pair whose object an admin has not made is told at the start, with what to do", async () => {
  const wrong = {
    ...HUBSPOT_LEADS,
    objects: HUBSPOT_LEADS.objects.map((one) =>
      one.system === "salesforce" ? { ...one, object: "Salse_Lead__c" } : one,
    ),
    fields: [],
    inclusion: [],
  };
  const mapping = { ...two.mapping, kinds: [wrong] };
  const wanted = [...CUSTOM_FIELDS, ...KINDS.flatMap(idFieldsOf)];
  expect(await prepareCrms(two.crms, { mapping, wanted, apply: true })).toMatchObject({
    misfits: [
      {
        severity: "stop",
        line: "sales-lead: Salesforce has no object Salse_Lead__c, or Accord may not see it; correct its name, or let the integration user see it",
      },
    ],
    created: [],
  });
});
