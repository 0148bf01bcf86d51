import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { attribution } from "../../shared/config/attribution.ts";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { dynamoRevenueStore } from "../../shared/dynamodb/revenue-store.ts";
import { coverageOf } from "../../shared/revenue/coverage-report.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { creditOffice } from "../support/credit-office.ts";
import {
  BEARER,
  openKept,
  querySalesforce,
  readHubspot,
  readSalesforce,
} from "../support/crm-reader.ts";
import { openKeptTables } from "../support/kept-tables.ts";
import { hasOlist, NO_OLIST, type OlistSample, readOlist, sampleOlist } from "../support/olist.ts";
import { olistStore } from "../support/olist-won.ts";
import { type RunSummary, summaryIn } from "../support/run-summary.ts";
import { newHome, runAccord, stateOf } from "../support/running-accord.ts";

const RUN_MS = 200_000;

/** The whole of it is measured by `npm run bench:olist`. */
const ONE_IN = 32;

const associated = z.object({
  results: z.array(
    z.object({
      from: z.object({ id: z.string() }),
      to: z.array(z.object({ toObjectId: z.number() })),
    }),
  ),
});

/** Contact ids of each deal, by the deal's id. */
async function contactsOfDeals(url: string, deals: readonly string[]) {
  const found = new Map<string, string[]>();
  for (let at = 0; at < deals.length; at += 100) {
    const inputs = deals.slice(at, at + 100).map((id) => ({ id }));
    const response = await fetch(`${url}/crm/v4/associations/deals/contacts/batch/read`, {
      method: "POST",
      headers: BEARER,
      body: JSON.stringify({ inputs }),
    });
    for (const { from, to } of associated.parse(await response.json()).results)
      found.set(
        from.id,
        to.map(({ toObjectId }) => String(toObjectId)),
      );
  }
  return found;
}

describe.skipIf(!hasOlist)(`one in thirty-two of Olist's funnel (${NO_OLIST})`, () => {
  const home = newHome();
  let sample: OlistSample;
  let code: number | null;
  let summary: RunSummary;
  let kept: Awaited<ReturnType<typeof openKept>>;

  beforeAll(async () => {
    sample = sampleOlist(ONE_IN);
    const ended = await runAccord({ home, args: ["--data", sample.folder, "--once", "--json"] });
    code = ended.code;
    summary = summaryIn(ended);
    kept = await openKept(stateOf(home));
  }, RUN_MS);

  afterAll(async () => {
    await kept?.stop();
    for (const folder of [home, sample.folder]) rmSync(folder, { recursive: true, force: true });
  });

  test("one run brings every person and every won opportunity together", () => {
    const { persons, opportunities, companies, deadLetters } = summary;
    expect({ code, persons, opportunities, companies, deadLetters }).toEqual({
      code: 0,
      persons: sample.persons,
      opportunities: sample.won,
      companies: sample.won,
      deadLetters: 0,
    });
  });

  test("the revenue is the source's, to the last centavo", () => {
    expect(summary.revenue.totals).toEqual([
      { currency: "BRL", revenue: sample.revenue, opportunities: sample.won },
    ]);
  });

  test("every model shares it out, to the last centavo, and first touch as the files say", async () => {
    const tables = await openKeptTables(stateOf(home));
    try {
      const store = dynamoRevenueStore(tables.db, tables.records);
      const world = dynamoCreditWorld(tables.db, tables);
      const files = olistStore(readOlist(sample.folder));
      const office = creditOffice(files);
      for await (const page of files.all()) await office.post(page);
      for (const { name: model } of attribution.models) {
        const asked = { model, by: "source" };
        const report = await revenueBy(world, asked);
        if ("refused" in report) {
          expect(report.refused).toBe("not-learnt");
          continue;
        }
        expect(report.totals).toMatchObject(summary.revenue.totals);
        const cents = report.lines.map(({ revenue }) => BigInt(revenue.replace(".", "")));
        expect(cents.reduce((sum, one) => sum + one, 0n)).toBe(
          BigInt(sample.revenue.replace(".", "")),
        );
        const byFiles = await revenueBy(office.world, asked);
        if (model === "first") expect({ ...report, asOf: "" }).toEqual({ ...byFiles, asOf: "" });
      }
      expect(await coverageOf({}, attribution, store)).toMatchObject({ withoutAmount: 0 });
    } finally {
      await tables.stop();
    }
  });

  test("every person is a lead or a contact in Salesforce, once", async () => {
    const contacts = await readHubspot(kept.hubspotUrl, "contacts");
    const far = [
      ...(await readSalesforce(kept.salesforceUrl, "Lead")),
      ...(await readSalesforce(kept.salesforceUrl, "Contact")),
    ];
    const ids = (rows: typeof far, property: string) =>
      rows.map(({ values }) => values[property]).sort();
    expect(contacts).toHaveLength(sample.persons);
    expect(new Set(ids(contacts, "accord_id")).size).toBe(sample.persons);
    expect(ids(far, "Accord_Id__c")).toEqual(ids(contacts, "accord_id"));
  });

  test("every won opportunity is a deal of its contact, who is a customer", async () => {
    const roles = await querySalesforce(
      kept.salesforceUrl,
      "SELECT Opportunity.Accord_Id__c, Contact.Accord_Id__c FROM OpportunityContactRole",
    );
    const role = z.object({
      Opportunity: z.object({ Accord_Id__c: z.string() }),
      Contact: z.object({ Accord_Id__c: z.string() }),
    });
    const expected = roles
      .map((row) => role.parse(row))
      .map(({ Opportunity, Contact }) => `${Opportunity.Accord_Id__c} ${Contact.Accord_Id__c}`);
    const deals = await readHubspot(kept.hubspotUrl, "deals");
    const contacts = new Map(
      (await readHubspot(kept.hubspotUrl, "contacts")).map(({ id, values }) => [id, values]),
    );
    const ofDeals = await contactsOfDeals(
      kept.hubspotUrl,
      deals.map(({ id }) => id),
    );
    const pairs = deals.flatMap(({ id, values }) =>
      (ofDeals.get(id) ?? []).map(
        (contact) => `${values["accord_id"]} ${contacts.get(contact)?.["accord_id"]}`,
      ),
    );
    expect(expected).toHaveLength(sample.won);
    expect(pairs.sort()).toEqual(expected.sort());
    const stages = [...contacts.values()].map((values) => values["lifecyclestage"]);
    expect(stages.filter((stage) => stage === "customer")).toHaveLength(sample.won);
  });
});
