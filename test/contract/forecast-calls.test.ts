import { afterAll, beforeAll, expect, test } from "vitest";
import { startApply, startPlan, startUndo } from "../../shared/runs/control.ts";
import { mql } from "../support/identity-scene.ts";
import { granted, openRunOffice } from "../support/run-office.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { openOffice } from "../support/work-through.ts";

const HOUR = 3_600_000;
const ME = { by: "ann", because: "to count" };
const ALL = { kinds: ["person", "company", "opportunity"], where: [] };

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

afterAll(() => two?.stop());

/** People on both sides, on one, and an opportunity with its people and account. */
async function company(): Promise<void> {
  for (const name of ["ann", "bob", "cid"]) {
    await two.inHubspot.create("contacts", mql(`${name}@acme.example`, { jobtitle: "Chief" }));
    const lead = { LastName: name, Company: "Acme", Email: `${name}@acme.example` };
    await two.inSalesforce.create("Lead", lead);
  }
  for (let index = 0; index < 120; index += 1)
    await two.inHubspot.create("contacts", mql(`p${index}@x.example`));
  const account = await two.inSalesforce.create("Account", {
    Name: "Acme",
    Website: "acme.example",
  });
  const buyer = await two.inSalesforce.create("Contact", {
    LastName: "Dee",
    Email: "dee@acme.example",
    AccountId: account.id,
  });
  const deal = await two.inSalesforce.create("Opportunity", {
    Name: "Acme 1",
    StageName: "Prospecting",
    CloseDate: "2026-12-01",
    AccountId: account.id,
  });
  await two.inSalesforce.create("OpportunityContactRole", {
    OpportunityId: deal.id,
    ContactId: buyer.id,
  });
  two.forward(HOUR);
}

test("P8: a run and its undo make the calls that were forecast, but for what the CRMs are asked of themselves", async () => {
  await company();
  const office = openRunOffice(openOffice(two, "observe"));
  const plan = granted(await startPlan(office.desk, { ...ALL, ...ME }));
  await office.work();
  const { crms } = office.at.world;
  const setUp = () => ({
    hubspot: crms.hubspot.setUpCallsMade(),
    salesforce: crms.salesforce.setUpCallsMade(),
  });
  const madeBy = async (run: string, before: ReturnType<typeof setUp>) => {
    await office.work();
    const { calls, state } = (await office.runs.loadRun(run)) ?? {};
    const now = setUp();
    return {
      state,
      hubspot: (calls?.hubspot ?? 0) - (now.hubspot - before.hubspot),
      salesforce: (calls?.salesforce ?? 0) - (now.salesforce - before.salesforce),
    };
  };
  const rehearsals = (await office.runs.loadPlan(plan.id))?.rehearsals ?? [];
  const sum = (of: (one: (typeof rehearsals)[number]) => number) =>
    rehearsals.reduce((total, one) => total + of(one), 0);
  const run = granted(await startApply(office.desk, { plan: plan.id, limits: {}, ...ME }));
  const applied = await madeBy(run.id, setUp());
  expect(applied).toEqual({
    state: "done",
    hubspot: sum(({ lookCalls, applyCalls }) => lookCalls.hubspot + applyCalls.hubspot),
    salesforce: sum(({ lookCalls, applyCalls }) => lookCalls.salesforce + applyCalls.salesforce),
  });
  const undo = granted(await startUndo(office.desk, { run: run.id, limits: {}, ...ME }));
  const undone = await madeBy(undo.id, setUp());
  expect(undone).toEqual({
    state: "done",
    hubspot: sum(({ undoCalls }) => undoCalls.hubspot),
    salesforce: sum(({ undoCalls }) => undoCalls.salesforce),
  });
}, 120_000);
