import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import {
  BEARER,
  openKept,
  querySalesforce,
  readHubspot,
  readSalesforce,
} from "../support/crm-reader.ts";
import { NO_WRITES, type RunSummary, summaryIn } from "../support/run-summary.ts";
import { newHome, runAccord, stateOf } from "../support/running-accord.ts";

/** Real leads and deals. Their licence keeps them out of this repository. */
const DATA = fileURLToPath(new URL("../../../shared/data/olist", import.meta.url));
const REASON = "the data set of ../shared/data/olist is not here";

const RUN_MS = 400_000;
const LEADS = 8000;
const WON = 842;

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

describe.skipIf(!existsSync(DATA))(`Olist's funnel (skipped where ${REASON})`, () => {
  const home = newHome();
  let code: number | null;
  let summary: RunSummary;
  let kept: Awaited<ReturnType<typeof openKept>>;

  beforeAll(async () => {
    const ended = await runAccord({ home, args: ["--data", DATA, "--once", "--json"] });
    code = ended.code;
    summary = summaryIn(ended);
    kept = await openKept(stateOf(home));
  }, RUN_MS);

  afterAll(() => rmSync(home, { recursive: true, force: true }));

  test("one run brings 8,000 persons and 842 opportunities together", () => {
    const { persons, opportunities, companies, deadLetters } = summary;
    expect({ code, persons, opportunities, companies, deadLetters }).toEqual({
      code: 0,
      persons: LEADS,
      opportunities: WON,
      companies: WON,
      deadLetters: 0,
    });
  });

  test("the revenue is the source's, to the last centavo", () => {
    expect(summary.revenue.totals).toEqual([
      { currency: "BRL", revenue: "61936629.31", opportunities: WON },
    ]);
  });

  test("P8: a person costs less than a tenth of a call", () => {
    expect(summary.callsPerPerson).toBeLessThan(0.1);
  });

  test("every person is a lead or a contact in Salesforce, once", async () => {
    const contacts = await readHubspot(kept.hubspotUrl, "contacts");
    const far = [
      ...(await readSalesforce(kept.salesforceUrl, "Lead")),
      ...(await readSalesforce(kept.salesforceUrl, "Contact")),
    ];
    const ids = (rows: typeof far, property: string) =>
      rows.map(({ values }) => values[property]).sort();
    expect(contacts).toHaveLength(LEADS);
    expect(new Set(ids(contacts, "accord_id")).size).toBe(LEADS);
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
    expect(expected).toHaveLength(WON);
    expect(pairs.sort()).toEqual(expected.sort());
    const stages = [...contacts.values()].map((values) => values["lifecyclestage"]);
    expect(stages.filter((stage) => stage === "customer")).toHaveLength(WON);
  });

  test("P3: a second run writes nothing", { timeout: RUN_MS }, async () => {
    await kept.stop();
    const ended = await runAccord({ home, args: ["--data", DATA, "--once", "--json"] });
    expect(ended.code).toBe(0);
    expect(summaryIn(ended).writes).toEqual(NO_WRITES);
  });
});
