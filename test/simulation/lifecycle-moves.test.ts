import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { lifecycle } from "../../shared/config/lifecycle.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { type AccordRecord, activeLink } from "../../shared/sync/record.ts";
import { lifecycleReport } from "../../shared/sync/stage-accounts.ts";
import { memoryStageIndex } from "../support/memory-stage-index.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { hearEchoes, newWatch, sendHints, toldOf, watched } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;
let office: Office;
let people = 0;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

afterAll(() => two?.stop());

beforeEach(() => {
  office = openOffice(two);
});

/** Tells of these records, works, and lets the echoes come in. Answers how many writes it took. */
async function tell(...refs: Ref[]): Promise<number> {
  const watch = newWatch();
  const world = watched(office, watch);
  await sendHints(office, await toldOf(two, refs));
  await workThrough(office, two, { worlds: () => world });
  await hearEchoes(office, two, watch);
  two.forward(60_000);
  return watch.writes;
}

function recordOf({ id }: Pick<Ref, "id">): AccordRecord {
  const record = office.store.records().find(({ links }) => links.some((link) => link.id === id));
  if (!record) throw new Error(`${id} is not known`);
  return record;
}

function salesforceOf(ref: Ref): Ref {
  const link = activeLink(recordOf(ref), "salesforce");
  if (!link) throw new Error(`${ref.id} has no partner`);
  return { system: "salesforce", object: link.object, id: link.id };
}

/** A new contact of HubSpot's in this stage, with its partner. */
async function newPerson(lifecyclestage: string, more: Record<string, string> = {}) {
  people += 1;
  const properties = { email: `p${people}@x.example`, lastname: "Lee", lifecyclestage, ...more };
  const ann = await two.inHubspot.create("contacts", properties);
  await tell(ann);
  return ann;
}

const stagesOf = (ref: Ref) =>
  recordOf(ref).stages.map(({ stage, source, transition }) => [stage, source, transition]);

const parkedOf = (ref: Ref) =>
  recordOf(ref).parked.map(({ system, field, code, message }) => [system, field, code, message]);

/** What each side says of the stage. */
async function said(ref: Ref) {
  const words = recordOf(ref).lifecycle?.said;
  const [hubspot] = (await toldOf(two, [ref])).map(({ evidence }) => evidence ?? {});
  const [salesforce] = (await toldOf(two, [salesforceOf(ref)])).map(
    ({ evidence }) => evidence ?? {},
  );
  const of = (system: "hubspot" | "salesforce", evidence: Record<string, string | null> = {}) =>
    Object.keys(words?.[system]?.values ?? {}).map((name) => evidence[name] ?? null);
  return { hubspot: of("hubspot", hubspot), salesforce: of("salesforce", salesforce) };
}

/** As a person does it in HubSpot: a stage moves back once it was cleared. */
async function moveBackInHubspot(ref: Ref, lifecyclestage: string) {
  await two.inHubspot.edit(ref, { lifecyclestage: "" });
  await two.inHubspot.edit(ref, { lifecyclestage });
}

test("L3: what sales does with a lead travels to HubSpot, forward, aside and back", async () => {
  const ann = await newPerson("marketingqualifiedlead");
  const lead = salesforceOf(ann);
  for (const Status of ["Working - Contacted", "Closed - Not Converted", "Open - Not Contacted"]) {
    await two.inSalesforce.edit(lead, { Status });
    await tell(lead);
  }
  expect(stagesOf(ann)).toEqual([
    ["mql", "hubspot", "first seen"],
    ["sal", "salesforce", "accepted by sales"],
    ["disqualified", "salesforce", "disqualified"],
    ["mql", "salesforce", "re-engaged"],
  ]);
  expect(await said(ann)).toEqual({
    hubspot: ["marketingqualifiedlead", null],
    salesforce: ["marketingqualifiedlead", "Open - Not Contacted"],
  });
  expect(await tell(ann, lead)).toBe(0);
});

test("L3: a lead that marketing recycles is not pushed forward again", async () => {
  const ann = await newPerson("salesqualifiedlead");
  await two.inHubspot.edit(ann, { hs_lead_status: "BAD_TIMING" });
  await tell(ann);
  expect(await said(ann)).toEqual({
    hubspot: ["salesqualifiedlead", "BAD_TIMING"],
    salesforce: ["recycled", "Closed - Not Converted"],
  });
  expect(await tell(ann, salesforceOf(ann))).toBe(0);
  expect(stagesOf(ann).at(-1)).toEqual(["recycled", "hubspot", "recycled"]);
});

test("L3, L6: a backward edit travels either way, though HubSpot moves a stage forward alone", async () => {
  const ann = await newPerson("salesqualifiedlead");
  await two.inSalesforce.edit(salesforceOf(ann), { Lifecycle_Stage__c: "marketingqualifiedlead" });
  await tell(salesforceOf(ann));
  expect((await said(ann)).hubspot[0]).toBe("marketingqualifiedlead");
  await moveBackInHubspot(ann, "lead");
  await tell(ann);
  expect((await said(ann)).salesforce[0]).toBe("lead");
  expect(stagesOf(ann).map(([stage, , name]) => [stage, name])).toEqual([
    ["sql", "first seen"],
    ["mql", "returned to marketing"],
    ["lead", "set back"],
  ]);
});

test("L3: a conversion and the opportunities of a person move its stage, lost, won and reopened", async () => {
  const ann = await newPerson("marketingqualifiedlead", { company: "Acme" });
  const contact = await two.inSalesforce.convert(salesforceOf(ann).id);
  await tell(contact);
  const account = await two.inSalesforce.create("Account", { Name: "Acme" });
  const deal = await two.inSalesforce.create("Opportunity", {
    Name: "Deal",
    StageName: "Prospecting",
    CloseDate: "2027-01-31",
    AccountId: account.id,
  });
  await two.inSalesforce.create("OpportunityContactRole", {
    OpportunityId: deal.id,
    ContactId: contact.id,
  });
  await tell(deal);
  for (const StageName of ["Closed Lost", "Closed Won", "Negotiation/Review", "Closed Won"]) {
    await two.inSalesforce.edit(deal, { StageName });
    await tell(deal);
  }
  expect(stagesOf(ann)).toEqual([
    ["mql", "hubspot", "first seen"],
    ["sql", "salesforce", "qualified by sales"],
    ["opportunity", "salesforce", "opportunity opened"],
    ["recycled", "salesforce", "recycled"],
    ["customer", "salesforce", "won after all"],
    ["opportunity", "salesforce", "deal reopened"],
    ["customer", "salesforce", "won"],
  ]);
  const { hubspot, salesforce } = await said(ann);
  expect([hubspot[0], salesforce]).toEqual(["customer", ["customer"]]);
  const dates = recordOf(ann).stages.map(({ at }) => at);
  expect(dates).toEqual([...dates].sort());
});

test.each([
  ["have been seen as a contact", true],
  ["are converted at that very look", false],
])(
  "P1, L7: words that the opportunities contradict at the same look are kept, of people who %s",
  async (_who, isSeenFirst) => {
    const ann = await newPerson("marketingqualifiedlead", { company: "Acme" });
    const contact = await two.inSalesforce.convert(salesforceOf(ann).id);
    if (isSeenFirst) await tell(contact);
    const deal = await two.inSalesforce.create("Opportunity", {
      Name: "Deal",
      StageName: "Prospecting",
      CloseDate: "2027-01-31",
    });
    await two.inSalesforce.create("OpportunityContactRole", {
      OpportunityId: deal.id,
      ContactId: contact.id,
    });
    await two.inSalesforce.edit(contact, { Lifecycle_Stage__c: "recycled" });
    await tell(contact);
    const { stages, conflicts } = recordOf(ann);
    expect(stages.at(-1)?.stage).toBe("opportunity");
    expect(conflicts).toMatchObject([
      {
        fields: ["lifecycleStage", "leadStatus"],
        hubspot: ["opportunity", null],
        salesforce: ["recycled", null],
        winner: "hubspot",
        because: "its opportunities say otherwise",
      },
    ]);
  },
);

test("P1, L7: words that went unheard while no rule took a person across are kept until they are written over", async () => {
  const contact = await two.inSalesforce.create("Contact", { LastName: "Lee" });
  const deal = await two.inSalesforce.create("Opportunity", {
    Name: "Deal",
    StageName: "Prospecting",
    CloseDate: "2027-01-31",
  });
  await two.inSalesforce.create("OpportunityContactRole", {
    OpportunityId: deal.id,
    ContactId: contact.id,
  });
  await tell(contact);
  await two.inSalesforce.edit(deal, { StageName: "Closed Won" });
  await two.inSalesforce.edit(contact, { Lifecycle_Stage__c: "marketingqualifiedlead" });
  await tell(contact);
  const unheard = { salesforce: ["mql", null], because: "its opportunities say otherwise" };
  expect(recordOf(contact)).toMatchObject({ status: "excluded", conflicts: [unheard] });
  // It crosses at the very look at which its opportunities have moved again.
  await two.inSalesforce.edit(deal, { StageName: "Needs Analysis" });
  await two.inSalesforce.edit(contact, { Email: "unheard@x.example" });
  await tell(contact);
  expect(recordOf(contact)).toMatchObject({ status: "linked", conflicts: [unheard] });
  expect((await said(contact)).salesforce[0]).toBe("opportunity");
});

test("P1, L7: words that a conversion contradicts at the same look are kept as the loser", async () => {
  const ann = await newPerson("marketingqualifiedlead", { company: "Acme" });
  const contact = await two.inSalesforce.convert(salesforceOf(ann).id);
  await two.inSalesforce.edit(contact, { Lifecycle_Stage__c: "opportunity" });
  await tell(contact);
  const { stages, conflicts } = recordOf(ann);
  expect(stages.at(-1)?.stage).toBe("sql");
  expect(conflicts).toMatchObject([
    { salesforce: ["opportunity", null], because: "its conversion says otherwise" },
  ]);
});

test("P2, L3: a deal that is won in HubSpot makes its people customers, though no notice says so", async () => {
  const ann = await newPerson("marketingqualifiedlead", { company: "Acme" });
  const contact = await two.inSalesforce.convert(salesforceOf(ann).id);
  const deal = await two.inSalesforce.create("Opportunity", {
    Name: "Deal",
    StageName: "Prospecting",
    CloseDate: "2027-01-31",
  });
  await two.inSalesforce.create("OpportunityContactRole", {
    OpportunityId: deal.id,
    ContactId: contact.id,
  });
  await tell(contact, deal);
  const ours = activeLink(recordOf(deal), "hubspot");
  if (!ours) throw new Error("the opportunity has become no deal");
  await two.inHubspot.edit(ours, { dealstage: "closedwon" });
  // Without any echo: change events do not tell of what Salesforce derives from a stage.
  await sendHints(office, await toldOf(two, [ours]));
  await workThrough(office, two);
  expect(recordOf(ann).stages.at(-1)?.stage).toBe("customer");
});

test("L4: an illegal move is parked with its rule on its side, while its neighbours land", async () => {
  const ann = await newPerson("customer");
  const lead = salesforceOf(ann);
  await two.inSalesforce.edit(lead, { Lifecycle_Stage__c: "subscriber", FirstName: "Anna" });
  await tell(lead);
  const illegal = [
    ["salesforce", "lifecycleStage", "illegal-move", "L4 customer never becomes subscriber"],
  ];
  expect(parkedOf(ann)).toEqual(illegal);
  expect(recordOf(ann).parked[0]?.value).toBe("subscriber");
  expect(recordOf(ann).fields["lifecycleStage"]?.value).toBe("customer");
  const apart = await said(ann);
  expect([apart.hubspot[0], apart.salesforce[0]]).toEqual(["customer", "subscriber"]);
  const [told] = await toldOf(two, [ann]);
  expect(told?.evidence?.["firstname"]).toBe("Anna");
  expect(await tell(lead, ann)).toBe(0);
  expect(parkedOf(ann)).toEqual(illegal);
  await two.inSalesforce.edit(lead, { Lifecycle_Stage__c: "customer" });
  await tell(lead);
  expect([parkedOf(ann), stagesOf(ann).length]).toEqual([[], 1]);
});

test("L4, L8: a refused move travels once another has made it legal", async () => {
  const ann = await newPerson("customer");
  const lead = salesforceOf(ann);
  await two.inSalesforce.edit(lead, { Lifecycle_Stage__c: "lead" });
  await tell(lead);
  expect(parkedOf(ann).length).toBe(1);
  await moveBackInHubspot(ann, "opportunity");
  await two.inHubspot.edit(ann, { hs_lead_status: "BAD_TIMING" });
  await tell(ann);
  expect([parkedOf(ann), stagesOf(ann).map(([stage]) => stage)]).toEqual([
    [],
    ["customer", "recycled", "lead"],
  ]);
  expect((await said(ann)).hubspot[0]).toBe("lead");
});

test("L5: a stage that is cleared in HubSpot is parked, and its next value travels", async () => {
  const ann = await newPerson("salesqualifiedlead");
  await two.inHubspot.edit(ann, { lifecyclestage: "" });
  await tell(ann);
  expect(parkedOf(ann)).toEqual([
    ["hubspot", "lifecycleStage", "illegal-move", "L5 a stage is never cleared"],
  ]);
  expect((await said(ann)).salesforce[0]).toBe("salesqualifiedlead");
  await two.inHubspot.edit(ann, { lifecyclestage: "lead" });
  await tell(ann);
  expect([parkedOf(ann), (await said(ann)).salesforce[0]]).toEqual([[], "lead"]);
});

test("L7: of a forward and a later backward move the backward one holds, and the loser is kept", async () => {
  const ann = await newPerson("marketingqualifiedlead");
  const lead = salesforceOf(ann);
  await two.inHubspot.edit(ann, { lifecyclestage: "salesqualifiedlead" });
  two.forward(60_000);
  await two.inSalesforce.edit(lead, { Status: "Closed - Not Converted" });
  await tell(ann, lead);
  expect(recordOf(ann).fields["lifecycleStage"]?.value).toBe("disqualified");
  expect(recordOf(ann).conflicts.map(({ at, ...rest }) => rest)).toMatchObject([
    {
      fields: ["lifecycleStage", "leadStatus"],
      hubspot: ["sql", null],
      salesforce: ["disqualified", "UNQUALIFIED"],
      winner: "salesforce",
      because: "lifecycle",
    },
  ]);
  expect((await said(ann)).hubspot).toEqual(["salesqualifiedlead", "UNQUALIFIED"]);
  expect(await tell(ann, lead)).toBe(0);
});

test("L7: of a backward and a later forward move the forward one holds", async () => {
  const ann = await newPerson("marketingqualifiedlead");
  const lead = salesforceOf(ann);
  await two.inSalesforce.edit(lead, { Status: "Closed - Not Converted" });
  two.forward(60_000);
  await two.inHubspot.edit(ann, { lifecyclestage: "salesqualifiedlead" });
  await tell(lead, ann);
  expect(recordOf(ann).fields["lifecycleStage"]?.value).toBe("sql");
  expect((await said(ann)).salesforce[0]).toBe("salesqualifiedlead");
  expect(recordOf(ann).conflicts).toMatchObject([{ winner: "hubspot" }]);
  expect(await tell(ann, lead)).toBe(0);
});

test("L9: a stage of the portal's own travels as it is, and is no step of the history", async () => {
  const ann = await newPerson("marketingqualifiedlead");
  await two.inHubspot.edit(ann, { lifecyclestage: "other" });
  await tell(ann);
  expect((await said(ann)).salesforce[0]).toBe("other");
  await two.inSalesforce.edit(salesforceOf(ann), { Lifecycle_Stage__c: "customer" });
  await tell(salesforceOf(ann));
  expect((await said(ann)).hubspot[0]).toBe("customer");
  expect(stagesOf(ann).map(([stage, , name]) => [stage, name])).toEqual([
    ["mql", "first seen"],
    ["customer", "won"],
  ]);
});

test("L10: an entry has the day on which HubSpot says that the stage was entered", async () => {
  const ann = await newPerson("marketingqualifiedlead");
  const beforeMs = two.now();
  await two.inHubspot.edit(ann, { lifecyclestage: "salesqualifiedlead" });
  const afterMs = two.now();
  two.forward(3_600_000);
  await two.inHubspot.edit(ann, { jobtitle: "CEO" });
  await tell(ann);
  const atMs = Date.parse(recordOf(ann).stages.at(-1)?.at ?? "");
  expect(atMs).toBeGreaterThanOrEqual(beforeMs);
  expect(atMs).toBeLessThanOrEqual(afterMs);
});

test("R9: a stage that a person decides on goes to both sides, and is a step of the history", async () => {
  const ann = await newPerson("salesqualifiedlead");
  const record = recordOf(ann);
  const because = "decided";
  const decide = async (stage: string, before: AccordRecord) => {
    const ruling = { values: { lifecycleStage: stage }, by: "eve", at: record.updatedAt, because };
    await office.store.save({ ...before, rulings: [ruling] });
    await sendHints(office, [{ ref: ann, because: "a person decided" }]);
    await workThrough(office, two);
  };
  await decide("recycled", record);
  expect(await said(ann)).toEqual({
    hubspot: ["salesqualifiedlead", "BAD_TIMING"],
    salesforce: ["recycled", "Closed - Not Converted"],
  });
  expect(stagesOf(ann).at(-1)).toEqual(["recycled", "both", "recycled"]);
  expect(recordOf(ann).rulings).toBe(undefined);
  await decide("subscriber", recordOf(ann));
  const message = "L4 recycled never becomes subscriber";
  expect(recordOf(ann).parked.map((one) => [one.system, one.value, one.message])).toEqual([
    ["hubspot", "subscriber", message],
    ["salesforce", "subscriber", message],
  ]);
});

test("L12: who was not told of an MQL, and why, is listed; the rest of the counts agree", async () => {
  const month = (ms: number) => new Date(ms).toISOString();
  const from = month(two.now());
  const ann = await newPerson("marketingqualifiedlead");
  const bob = await newPerson("subscriber");
  const eve = await newPerson("customer");
  await two.inHubspot.edit(bob, { lifecyclestage: "lead" });
  await two.inSalesforce.edit(salesforceOf(eve), { Lifecycle_Stage__c: "marketingqualifiedlead" });
  await tell(ann, bob, salesforceOf(eve));
  const report = await lifecycleReport(memoryStageIndex(office.store), lifecycle, {
    period: { from, to: month(two.now()) },
    after: undefined,
    most: 100,
  });
  expect(report.stages?.filter(({ ours, hubspot }) => ours + hubspot > 0)).toEqual([
    { stage: "subscriber", ours: 1, hubspot: 1, salesforce: 0 },
    { stage: "lead", ours: 1, hubspot: 1, salesforce: 0 },
    { stage: "mql", ours: 1, hubspot: 1, salesforce: 1 },
    { stage: "customer", ours: 1, hubspot: 1, salesforce: 1 },
  ]);
  const because = "no inclusion rule takes it across";
  expect(report.differing.map(({ id, ours, theirs, ...rest }) => rest)).toEqual(
    ["subscriber", "lead"].map((stage) => ({
      stage,
      system: "salesforce",
      reason: "excluded",
      because,
    })),
  );
});
