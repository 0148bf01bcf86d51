import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type HubspotSimulator,
  startHubspotSimulator,
} from "../../infra/simulators/hubspot/start-hubspot.ts";
import {
  type SalesforceSimulator,
  startSalesforceSimulator,
} from "../../infra/simulators/salesforce/start-salesforce.ts";
import { countedWrites } from "../support/crm-reader.ts";
import { NO_WRITES, summaryIn } from "../support/run-summary.ts";
import { newHome, runAccord } from "../support/running-accord.ts";
import { smallData } from "../support/small-data.ts";

const home = newHome();
let hubspot: HubspotSimulator;
let salesforce: SalesforceSimulator;
let env: Record<string, string>;

beforeAll(async () => {
  hubspot = await startHubspotSimulator({ port: 0, accessToken: "pat-token" });
  salesforce = await startSalesforceSimulator({
    port: 0,
    clientId: "consumer-key",
    clientSecret: "consumer-secret",
  });
  for (const [name, records] of Object.entries(smallData())) {
    const [system, object = ""] = name.split(".");
    if (system === "hubspot") hubspot.seed(object, records);
    else salesforce.seed(object, records.map(viaText));
  }
  env = {
    HUBSPOT_BASE_URL: hubspot.url,
    HUBSPOT_ACCESS_TOKEN: "pat-token",
    SALESFORCE_LOGIN_URL: salesforce.url,
    SALESFORCE_CLIENT_ID: "consumer-key",
    SALESFORCE_CLIENT_SECRET: "consumer-secret",
  };
});

afterAll(async () => {
  await Promise.all([hubspot.stop(), salesforce.stop()]);
  rmSync(home, { recursive: true, force: true });
});

function viaText(record: object): unknown {
  return JSON.parse(JSON.stringify(record));
}

test("without being told to create fields, a run lists those that are missing and writes nothing", async () => {
  const { code, stdout } = await runAccord({ home, args: ["--once"], env });
  expect(stdout).toContain("Custom fields that are missing:");
  expect(stdout).toContain("  hubspot contacts: accord_id\n");
  expect(stdout).toMatch(/ {2}salesforce Lead: Accord_Id__c, /);
  expect(stdout).toContain("Nothing was written. Start with --create-fields");
  expect(code).toBe(1);
  expect(await countedWrites(hubspot.url)).toMatchObject({ creates: 0, updates: 0 });
  expect(await countedWrites(salesforce.url)).toMatchObject({ creates: 0, updates: 0, setup: 0 });
});

test("P9: observing proposes and writes nothing to a CRM, by both CRMs' own count, and says so", async () => {
  const ended = await runAccord({ home, args: ["--once", "--observe", "--json"], env });
  expect(ended.code).toBe(0);
  expect(ended.stderr).toMatch(
    /Observed; nothing was written to a CRM[\s\S]+would be written +\d+/,
  );
  const { writes, proposed } = summaryIn(ended);
  expect(writes).toEqual(NO_WRITES);
  expect(proposed).toBeGreaterThanOrEqual(7);
  expect({
    hubspot: await countedWrites(hubspot.url),
    salesforce: await countedWrites(salesforce.url),
  }).toEqual({
    hubspot: { creates: 0, updates: 0, archives: 0, associations: 0 },
    salesforce: { creates: 0, updates: 0, deletes: 0, setup: 0 },
  });
});

test("by environment alone, a run creates the fields and brings two real CRMs together, as was proposed, and prints no secret", async () => {
  const ended = await runAccord({ home, args: ["--once", "--json", "--create-fields"], env });
  expect(ended.code).toBe(0);
  for (const secret of ["pat-token", "consumer-secret"])
    expect(`${ended.stdout}${ended.stderr}`).not.toContain(secret);
  const { persons, companies, opportunities, proposed, parked } = summaryIn(ended);
  expect({ persons, companies, opportunities, proposed, parked }).toEqual({
    persons: 5,
    companies: 1,
    opportunities: 1,
    proposed: 0,
    parked: 0,
  });
});
