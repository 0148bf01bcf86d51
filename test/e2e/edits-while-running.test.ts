import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import {
  BEARER,
  type CrmRow,
  countedWrites,
  readHubspot,
  readSalesforce,
  salesforceHeaders,
} from "../support/crm-reader.ts";
import {
  newHome,
  type RunningAccord,
  startAccord,
  startCommand,
} from "../support/running-accord.ts";
import { addressOf, type Someone, smallDataFolder } from "../support/small-data.ts";

const PROMPT = { timeout: 5000, interval: 50 };
/** HubSpot's search shows an edit up to five seconds late. */
const AFTER_A_POLL = { timeout: 30_000, interval: 1000 };

/** Asks for the polls that the schedules ask for every minute, as `aws lambda invoke` would. */
async function pollNow() {
  for (const poll of [
    { system: "hubspot", object: "contacts" },
    { system: "salesforce", object: "Lead" },
  ]) {
    const url = `${accord.url}/2015-03-31/functions/accord-poll-changes/invocations`;
    const response = await fetch(url, { method: "POST", body: JSON.stringify(poll) });
    expect(response.headers.get("x-amz-function-error")).toBeNull();
  }
}

const home = newHome();
const data = smallDataFolder();
let accord: RunningAccord;

beforeAll(async () => {
  accord = await startAccord({ home, args: ["--data", data] });
});

afterAll(async () => {
  await accord.stop();
  for (const folder of [home, data]) rmSync(folder, { recursive: true, force: true });
});

async function contactOf(name: Someone): Promise<CrmRow> {
  const rows = await readHubspot(accord.hubspotUrl, "contacts");
  return one(rows.filter(({ values }) => values["email"] === addressOf(name)));
}

async function leadOf(name: Someone): Promise<CrmRow> {
  const rows = await readSalesforce(accord.salesforceUrl, "Lead");
  return one(rows.filter(({ values }) => values["Email"] === addressOf(name)));
}

function one(rows: readonly CrmRow[]): CrmRow {
  const [row, ...others] = rows;
  if (!row || others.length > 0) throw new Error(`expected one record, found ${rows.length}`);
  return row;
}

/** As a person does in HubSpot's own pages. */
async function editContact(id: string, properties: Readonly<Record<string, string>>) {
  const response = await fetch(`${accord.hubspotUrl}/crm/v3/objects/contacts/${id}`, {
    method: "PATCH",
    headers: { ...BEARER, "X-Simulator-Source": "CRM_UI", "X-Simulator-Source-Id": "userId:7" },
    body: JSON.stringify({ properties }),
  });
  expect(response.status).toBe(200);
}

async function editLead(id: string, fields: Readonly<Record<string, string>>) {
  const response = await fetch(`${accord.salesforceUrl}/services/data/v67.0/sobjects/Lead/${id}`, {
    method: "PATCH",
    headers: await salesforceHeaders(accord.salesforceUrl),
    body: JSON.stringify(fields),
  });
  expect(response.status).toBe(204);
}

async function lose(door: "hubspot" | "salesforce") {
  const url = door === "hubspot" ? accord.hubspotUrl : accord.salesforceUrl;
  const response = await fetch(`${url}/_simulator/faults`, {
    method: "POST",
    body: JSON.stringify({ fault: { kind: "drop-delivery" } }),
  });
  expect(response.ok).toBe(true);
}

const record = z.object({
  status: z.string(),
  conflicts: z.array(
    z.object({
      fields: z.array(z.string()),
      hubspot: z.array(z.string().nullable()),
      salesforce: z.array(z.string().nullable()),
      winner: z.enum(["hubspot", "salesforce"]),
    }),
  ),
});

async function recordOf(name: Someone) {
  const email = encodeURIComponent(addressOf(name));
  const response = await fetch(`${accord.url}/api/records/person?email=${email}`, {
    headers: { authorization: `Bearer ${accord.token}` },
  });
  return record.parse(await response.json());
}

/** The same facts by the names of one side, so that both can be compared. */
async function factsOf(name: Someone) {
  const { firstname, lastname, phone, jobtitle, company } = (await contactOf(name)).values;
  const { FirstName, LastName, Phone, Title, Company } = (await leadOf(name)).values;
  return {
    hubspot: { firstname, lastname, phone, jobtitle, company },
    salesforce: {
      firstname: FirstName,
      lastname: LastName,
      phone: Phone,
      jobtitle: Title,
      company: Company,
    },
  };
}

test("an edit in HubSpot is in Salesforce within five seconds", async () => {
  const { id } = await contactOf("ann");
  await editContact(id, { jobtitle: "Head of Purchasing" });
  await vi.waitFor(async () => {
    expect((await leadOf("ann")).values["Title"]).toBe("Head of Purchasing");
  }, PROMPT);
});

test("an edit in Salesforce is in HubSpot within five seconds", async () => {
  const { id } = await leadOf("bo");
  await editLead(id, { Phone: "+44 20 7946 0001" });
  await vi.waitFor(async () => {
    expect((await contactOf("bo")).values["phone"]).toBe("+44 20 7946 0001");
  }, PROMPT);
});

test("a field that is emptied on one side is emptied on the other", async () => {
  const { id } = await contactOf("ann");
  await editContact(id, { phone: "" });
  await vi.waitFor(async () => {
    expect((await leadOf("ann")).values["Phone"]).toBeNull();
  }, PROMPT);
});

test("edits on both sides whose messages were lost come to one end state by the next poll", async () => {
  const [contact, lead] = [await contactOf("cleo"), await leadOf("cleo")];
  await Promise.all([lose("hubspot"), lose("salesforce")]);
  await Promise.all([
    editContact(contact.id, { jobtitle: "as HubSpot says", firstname: "Cléo" }),
    editLead(lead.id, { Title: "as Salesforce says", Phone: "+44 20 7946 0002" }),
  ]);
  const unheard = await contactOf("dee");
  await lose("hubspot");
  await editContact(unheard.id, { jobtitle: "unheard of" });
  await vi.waitFor(async () => {
    await pollNow();
    const [cleo, dee] = [await factsOf("cleo"), await factsOf("dee")];
    expect(cleo.hubspot).toEqual(cleo.salesforce);
    expect(cleo.hubspot).toMatchObject({ firstname: "Cléo", phone: "+44 20 7946 0002" });
    expect(dee.hubspot).toEqual(dee.salesforce);
    expect(dee.hubspot).toMatchObject({ jobtitle: "unheard of" });
  }, AFTER_A_POLL);
});

test("P1: of a field edited on both sides at once, the value that lost is kept with the record", async () => {
  const { hubspot } = await factsOf("cleo");
  const [conflict] = (await recordOf("cleo")).conflicts;
  expect(conflict).toMatchObject({
    fields: ["jobTitle"],
    hubspot: ["as HubSpot says"],
    salesforce: ["as Salesforce says"],
  });
  expect([hubspot.jobtitle]).toEqual(conflict?.[conflict.winner]);
});

test("P3: what was settled stays so, and nothing is written again", async () => {
  const before = await counts();
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(await counts()).toEqual(before);
});

test("P7: the command finds the Accord that runs here, and nothing else opens it", async () => {
  const { ended } = startCommand("infra/cli/accord.mjs", {
    home,
    args: ["explain", addressOf("cleo"), "--field", "jobTitle"],
  });
  const { code, stdout } = await ended;
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^person \S+: linked\n/)]);
  expect((await fetch(`${accord.url}/api/status`)).status).toBe(401);
});

async function counts() {
  return [await countedWrites(accord.hubspotUrl), await countedWrites(accord.salesforceUrl)];
}
