import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  moveRun,
  startApply,
  startPlan,
  startRelease,
  startUndo,
} from "../../shared/runs/control.ts";
import type { PlanRequest } from "../../shared/runs/plan.ts";
import type { RunMessage } from "../../shared/runs/ports.ts";
import type { KeptItem } from "../../shared/runs/run.ts";
import { workOffRun } from "../../shared/runs/work-off.ts";
import { Fault } from "../../shared/sync/fault.ts";
import { mql } from "../support/identity-scene.ts";
import { granted, openRunOffice } from "../support/run-office.ts";
import { COLLEAGUE, openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { sendHints } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

const HOUR = 3_600_000;
const ME = { by: "ann", because: "the first switch-on" };
const ALL = { kinds: ["person", "company", "opportunity"], where: [] };

let two: TwoCrms;
let office: ReturnType<typeof openRunOffice>;
let world: Office;
let since: string;
let story = 0;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

beforeEach(() => {
  // What earlier stories left is older than this one.
  two.forward(HOUR);
  since = new Date(two.now()).toISOString();
  two.forward(HOUR);
  world = openOffice(two, "observe");
  office = openRunOffice(world);
  story += 1;
});

afterAll(() => two?.stop());

const mail = (name: string) => `${name}${story}@x.example`;

/** Two who are on both sides and differ, one who is to be created, and one whom no rule takes across. */
async function people() {
  const ann = await two.inHubspot.create("contacts", mql(mail("ann"), { jobtitle: "Chief" }));
  const lead = await two.inSalesforce.create("Lead", {
    LastName: "Lee",
    FirstName: "Ann",
    Company: "Acme",
    Email: mail("ann"),
    Phone: "+49 30 1234567",
    Status: "Open - Not Contacted",
  });
  const bob = await two.inHubspot.create("contacts", mql(mail("bob")));
  const eve = await two.inHubspot.create("contacts", { email: mail("eve"), lastname: "Eve" });
  two.forward(HOUR);
  return { ann, lead, bob, eve };
}

async function planned(request: PlanRequest = { ...ALL, since }) {
  const plan = granted(await startPlan(office.desk, { ...request, ...ME }));
  await office.work();
  return office.runs.loadPlan(plan.id).then((ready) => ready ?? plan);
}

async function applied(plan: string, limits = {}) {
  const run = granted(await startApply(office.desk, { plan, limits, ...ME }));
  await office.work();
  return (await office.runs.loadRun(run.id)) ?? run;
}

async function undone(run: string) {
  const undo = granted(await startUndo(office.desk, { run, limits: {}, ...ME }));
  await office.work();
  return (await office.runs.loadRun(undo.id)) ?? undo;
}

describe("a plan", () => {
  test("says for each record what would be created and changed, from what to what, and does nothing", async () => {
    const { ann, lead } = await people();
    const before = await two.read();
    const writes = await two.writes();
    const plan = await planned();
    expect(plan).toMatchObject({
      state: "ready",
      totals: { items: 2, creates: { "salesforce Lead": 1 }, links: 1 },
    });
    const items = office.runs.items(plan.id);
    const hers = items.find(({ label }) => label === mail("ann"));
    expect(hers?.links).toEqual(expect.arrayContaining([]));
    expect(hers?.changes.map(({ system, object, id }) => ({ system, object, id }))).toEqual([
      { system: "hubspot", object: "contacts", id: ann.id },
      { system: "salesforce", object: "Lead", id: lead.id },
    ]);
    const title = hers?.changes.flatMap(({ properties }) => properties);
    expect(title).toContainEqual({ property: "Title", field: "jobTitle", from: null, to: "Chief" });
    expect(await two.read()).toEqual(before);
    expect(await two.writes()).toEqual(writes);
    expect(office.at.world.store).toBeDefined();
  });
});

describe("an applied plan", () => {
  test("does what was planned, and a second plan finds nothing more to do", async () => {
    await people();
    const plan = await planned();
    const run = await applied(plan.id);
    expect(run).toMatchObject({ state: "done", counts: { done: 2, refused: 0, failed: 0 } });
    const { hubspot, salesforce } = await two.read();
    const lead = salesforce.Lead.find(({ Email }) => Email === mail("ann"));
    const contact = hubspot.contacts.find(({ email }) => email === mail("ann"));
    expect([lead?.["Title"], contact?.["phone"]]).toEqual(["Chief", "+49 30 1234567"]);
    expect(salesforce.Lead.map(({ Email }) => Email)).toContain(mail("bob"));
    expect(salesforce.Lead.map(({ Email }) => Email)).not.toContain(mail("eve"));
    two.forward(HOUR);
    expect((await planned()).totals).toMatchObject({ creates: {}, updates: {} });
  });

  test("a record that moved since is refused with what moved, and the others are done", async () => {
    const { lead } = await people();
    const plan = await planned();
    await two.inSalesforce.edit(lead, { Title: "Boss" });
    const run = await applied(plan.id);
    expect(run.counts).toMatchObject({ done: 1, refused: 1 });
    const refused = office.runs.items(plan.id).find(({ state }) => state === "refused");
    expect(refused?.reason).toMatch(/jobTitle/);
    const { salesforce } = await two.read();
    expect(salesforce.Lead.find(({ Email }) => Email === mail("ann"))?.["Title"]).toBe("Boss");
  });

  test("of some fields only, it leaves the others as they are, for a later plan", async () => {
    const { lead } = await people();
    const asked = { kinds: ["person"], where: [], since, fields: ["phone"] };
    const where = [{ field: "email", is: "=", value: mail("ann") }] as const;
    const plan = await planned({ ...asked, where });
    expect(plan.totals?.fields).toEqual({ "hubspot phone": 1 });
    expect((await applied(plan.id)).counts).toMatchObject({ done: 1, refused: 0 });
    const { hubspot, salesforce } = await two.read();
    const [contact, hers] = [
      hubspot.contacts.find(({ email }) => email === mail("ann")),
      salesforce.Lead.find(({ Email }) => Email === mail("ann")),
    ];
    expect([contact?.["phone"], hers?.["Title"]]).toEqual(["+49 30 1234567", null]);
    const later = await planned();
    const [change] = office.runs
      .items(later.id)
      .flatMap(({ changes }) => changes.filter(({ id }) => id === lead.id));
    expect(change?.properties.map(({ field }) => field)).toContain("jobTitle");
  });

  test("it stops before more than its limit, and goes on when that is lifted", async () => {
    await people();
    await two.inHubspot.create("contacts", mql(mail("dan")));
    two.forward(HOUR);
    const plan = await planned();
    const run = await applied(plan.id, { creates: 1 });
    expect(run).toMatchObject({ state: "stopped", used: { creates: 1 } });
    expect(run.reason).toBe("its limit of 1 creates is reached");
    granted(await moveRun(office.desk, { run: run.id, move: "resume", limits: {} }));
    await office.work();
    expect(await office.runs.loadRun(run.id)).toMatchObject({
      state: "done",
      counts: { done: 3 },
      used: { creates: 2 },
    });
  });

  test("P2: a page that is postponed since other workers are at its records counts each of them once", async () => {
    const { bob } = await people();
    const dan = await two.inHubspot.create("contacts", mql(mail("dan")));
    two.forward(HOUR);
    await sendHints(
      world,
      [bob, dan].map((ref) => ({ ref, because: "it is new" })),
    );
    await workThrough(world, two);
    const plan = await planned();
    expect(plan.totals?.creates).toEqual({ "salesforce Lead": 2 });
    for (const record of world.store.records()) {
      const isDan = record.links.some(({ id }) => id === dan.id);
      const lease = { untilMs: two.now() + (isDan ? 5000 : 3000), intends: [] };
      await world.store.save({ ...record, lease });
    }
    const updates = Object.values(plan.totals?.updates ?? {}).reduce((sum, one) => sum + one, 0);
    const limits = { creates: 2, updates };
    const run = granted(await startApply(office.desk, { plan: plan.id, limits, ...ME }));
    const tries: number[] = [];
    const send = async (messages: readonly RunMessage[], delaySeconds: number) => {
      two.forward(delaySeconds * 1000);
      tries.push(...messages.map(({ attempt }) => attempt));
      office.messages.push(...messages);
    };
    while (office.messages[0]) {
      for (const message of office.messages.splice(0))
        await workOffRun({ ...office.at, queue: { send } }, message);
    }
    expect(tries.filter((attempt) => attempt > 0)).toEqual([1, 2, 3]);
    expect(await office.runs.loadRun(run.id)).toMatchObject({
      state: "done",
      counts: { done: 3 },
      used: { creates: 2, updates },
    });
  });

  test("P2: one whose messages are lost or dead letters goes on when it is resumed, and does nothing twice", async () => {
    await people();
    const plan = await planned();
    const run = granted(await startApply(office.desk, { plan: plan.id, limits: {}, ...ME }));
    const [lost] = office.messages.splice(0);
    await office.work();
    expect(await office.runs.loadRun(run.id)).toMatchObject({ state: "running" });
    granted(await moveRun(office.desk, { run: run.id, move: "resume" }));
    // A dead letter that is sent back later is of a run that went on without it.
    if (lost) office.messages.push(lost);
    await office.work();
    const { state, counts } = (await office.runs.loadRun(run.id)) ?? {};
    expect([state, counts?.done]).toEqual(["done", plan.totals?.items]);
  });

  test("P8: it creates no more in a minute than its pace, however often it is paused, and its counts add up all the while", async () => {
    for (let each = 0; each < 7; each += 1)
      await two.inHubspot.create("contacts", mql(mail(`p${each}`)));
    two.forward(HOUR);
    const created: number[] = [];
    const { salesforce } = two.crms;
    const write: typeof salesforce.write = (writes) => {
      created.push(...writes.filter(({ id }) => id === undefined).map(() => two.now()));
      return salesforce.write(writes);
    };
    const crms = { ...two.crms, salesforce: { ...salesforce, write } };
    office = openRunOffice(openOffice({ crms, now: two.now }, "observe"));
    const plan = await planned();
    expect(plan.totals?.creates).toEqual({ "salesforce Lead": 7 });
    const pace = { plan: plan.id, limits: {}, createsPerMinute: 2, ...ME };
    const run = granted(await startApply(office.desk, pace));
    expect(run.forecast?.minutes).toBe(4);
    const waits: number[] = [];
    const send = async (messages: readonly RunMessage[], delaySeconds: number) => {
      waits.push(delaySeconds);
      two.forward(delaySeconds * 1000);
      office.messages.push(...messages);
    };
    const at = { ...office.at, queue: { send } };
    for (let worked = 0; office.messages.length > 0; worked += 1) {
      for (const message of office.messages.splice(0)) await workOffRun(at, message);
      const seen = await office.runs.loadRun(run.id);
      const counted = Object.values(seen?.counts ?? {}).reduce((sum, count) => sum + count, 0);
      expect(counted).toBe(plan.totals?.items);
      if (worked % 3 !== 1) continue;
      granted(await moveRun(office.desk, { run: run.id, move: "pause" }));
      for (const message of office.messages.splice(0)) await workOffRun(at, message);
      granted(await moveRun(office.desk, { run: run.id, move: "resume" }));
    }
    expect(await office.runs.loadRun(run.id)).toMatchObject({ state: "done", counts: { done: 7 } });
    expect(created).toHaveLength(7);
    for (const from of created)
      expect(created.filter((ms) => ms >= from && ms < from + 60_000).length).toBeLessThan(3);
    // It does not wait longer than it has to: the seventh begins the fourth minute.
    expect((created[6] ?? 0) - (created[0] ?? 0)).toBeLessThan(200_000);
  });

  test("one that is resumed goes on where it stopped, and forgets nothing of what it has done", async () => {
    for (let each = 0; each < 130; each += 1)
      await two.inHubspot.create("contacts", mql(mail(`q${each}`)));
    two.forward(HOUR);
    const plan = await planned();
    const run = granted(
      await startApply(office.desk, { plan: plan.id, limits: { creates: 110 }, ...ME }),
    );
    await office.work();
    const stopped = await office.runs.loadRun(run.id);
    expect(stopped).toMatchObject({ state: "stopped", counts: { done: 110, planned: 20 } });
    granted(await moveRun(office.desk, { run: run.id, move: "resume", limits: {} }));
    expect(office.messages).toMatchObject([{ counts: { done: 100 } }]);
    expect((await office.runs.loadRun(run.id))?.counts).toEqual(stopped?.counts);
    await office.work();
    expect(await office.runs.loadRun(run.id)).toMatchObject({
      state: "done",
      counts: { done: 130, planned: 0 },
      used: { creates: 130 },
    });
  });

  test("a plan is applied once, and not by another hash", async () => {
    await people();
    const plan = await planned();
    const other = { plan: plan.id, hash: "0000", limits: {}, ...ME };
    expect(await startApply(office.desk, other)).toMatchObject({ refused: "impossible" });
    const run = await applied(plan.id);
    const again = await startApply(office.desk, { plan: plan.id, limits: {}, ...ME });
    expect(again).toEqual({
      refused: "impossible",
      reason: `${plan.id} is applied already, by ${run.id}`,
    });
  });
});

describe("opportunities", () => {
  test("become deals with their people and company, all in one run, and are taken back with them", async () => {
    const account = await two.inSalesforce.create("Account", {
      Name: `Acme ${story}`,
      Website: `acme${story}.example`,
    });
    const contact = await two.inSalesforce.create("Contact", {
      LastName: "Doe",
      Email: mail("doe"),
      AccountId: account.id,
    });
    const deal = await two.inSalesforce.create("Opportunity", {
      Name: `Deal ${story}`,
      StageName: "Prospecting",
      CloseDate: "2027-01-31",
      AccountId: account.id,
    });
    await two.inSalesforce.create("OpportunityContactRole", {
      OpportunityId: deal.id,
      ContactId: contact.id,
    });
    two.forward(HOUR);
    const before = await two.read();
    const plan = await planned();
    expect(plan.totals?.creates).toEqual({
      "hubspot companies": 1,
      "hubspot contacts": 1,
      "hubspot deals": 1,
    });
    const run = await applied(plan.id);
    expect(run.counts).toMatchObject({ done: 3, refused: 0, failed: 0 });
    const { hubspot } = await two.read();
    const made = hubspot.deals.find(({ dealname }) => dealname === `Deal ${story}`);
    expect(made).toMatchObject({ persons: "Doe", companies: `Acme ${story}` });
    expect((await undone(run.id)).counts).toMatchObject({ undone: 3, left: 0, failed: 0 });
    expect(await two.read()).toEqual(before);
  });
});

describe("a plan that makes no sense", () => {
  test.each([
    [{ kinds: ["lead"] }, "there is no object lead; there are person, company, opportunity"],
    [{ fields: ["shoeSize"] }, "there is no field shoeSize of person; there are "],
    [{ where: [{ field: "shoe", is: "=", value: "9" }] }, "there is no field shoe of person"],
    [{ since: "2999-01-01" }, "--since is 2999-01-01; expected a date that is not in the future"],
  ] as const)("%j is refused in one line, and nothing is begun", async (wrong, reason) => {
    const asked = { kinds: ["person"], where: [], ...ME, ...wrong };
    const answer = await startPlan(office.desk, asked);
    expect(answer).toMatchObject({ refused: "bad" });
    expect("reason" in answer && answer.reason).toContain(reason);
    expect(office.messages).toEqual([]);
  });

  test("one that was edited after it was made is refused, item by item", async () => {
    await people();
    const plan = await planned();
    const [item] = office.runs.items(plan.id);
    await office.runs.keepItems(plan, [{ ...item, changes: [] } as KeptItem]);
    await office.runs.keepItems(plan, [{ ...item, awaits: ["hubspot#contacts#1"] } as KeptItem]);
    const run = await applied(plan.id);
    expect(run.counts).toMatchObject({ done: 1, refused: 1 });
    const refused = office.runs.items(plan.id).find(({ state }) => state === "refused");
    expect(refused?.reason).toBe("it was edited after it was planned");
  });

  test("where a CRM lacks Accord's own field, it is planned and said, and not applied", async () => {
    await people();
    const { salesforce } = two.crms;
    const blind = { ...salesforce, describeObject: async () => new Map() };
    const crms = { ...two.crms, salesforce: blind };
    office = openRunOffice(openOffice({ crms, now: two.now }, "observe"));
    const plan = await planned({ ...ALL, kinds: ["person"], since });
    expect(plan.lacks).toEqual(["Salesforce Contact Accord_Id__c", "Salesforce Lead Accord_Id__c"]);
    const answer = await startApply(office.desk, { plan: plan.id, limits: {}, ...ME });
    expect(answer).toMatchObject({ refused: "impossible" });
  });

  test("where a CRM does not let Accord read, it fails with what a person can do", async () => {
    const deny = async () => {
      throw new Fault("hubspot-scope-missing", "give the app the scope crm.objects.contacts.read");
    };
    const crms = { ...two.crms, hubspot: { ...two.crms.hubspot, changedSince: deny } };
    office = openRunOffice(openOffice({ crms, now: two.now }, "observe"));
    const plan = await planned({ ...ALL, kinds: ["person"], since });
    expect(plan).toMatchObject({
      state: "failed",
      reason: "give the app the scope crm.objects.contacts.read",
    });
  });
});

describe("an undone run", () => {
  test("both systems are as they were before it", async () => {
    await people();
    const before = await two.read();
    const plan = await planned();
    const run = await applied(plan.id);
    expect(await two.read()).not.toEqual(before);
    expect(await undone(run.id)).toMatchObject({ state: "done", counts: { undone: 2, left: 0 } });
    expect(await two.read()).toEqual(before);
  });

  test("what a person changed since stays, and is listed", async () => {
    const { lead } = await people();
    const plan = await planned();
    const run = await applied(plan.id);
    await two.inSalesforce.edit(lead, { Title: "Boss" });
    expect((await undone(run.id)).counts).toMatchObject({ undone: 1, left: 1 });
    const left = office.runs.items(plan.id).flatMap((item) => item.left ?? []);
    expect(left).toMatchObject([{ field: "jobTitle", to: "Chief", now: "Boss", id: lead.id }]);
    const { salesforce } = await two.read();
    expect(salesforce.Lead.find(({ Email }) => Email === mail("ann"))?.["Title"]).toBe("Boss");
  });

  test("P1: what it created and somebody has edited since stays, be it where the run wrote nothing, and is listed", async () => {
    await people();
    const account = await two.inSalesforce.create("Account", {
      Name: `Acme ${story}`,
      Website: `acme${story}.example`,
    });
    const deal = await two.inSalesforce.create("Opportunity", {
      Name: `Deal ${story}`,
      StageName: "Prospecting",
      CloseDate: "2027-01-31",
      AccountId: account.id,
    });
    for (const name of ["cid", "dan"]) {
      const person = { LastName: name, Email: mail(name), AccountId: account.id };
      const { id } = await two.inSalesforce.create("Contact", person);
      const role = { OpportunityId: deal.id, ContactId: id };
      await two.inSalesforce.create("OpportunityContactRole", role);
    }
    two.forward(HOUR);
    const plan = await planned();
    const run = await applied(plan.id);
    const made = (label: string) => {
      const item = office.runs.items(plan.id).find((one) => one.label === label);
      return item?.journal?.done?.find(({ created }) => created);
    };
    const [lead, contact, there] = [made(mail("bob")), made(mail("cid")), made(`Deal ${story}`)];
    if (!lead || !contact || !there) throw new Error("the run has not created what it was to");
    two.forward(1000);
    await two.inSalesforce.editAs(COLLEAGUE.Email, lead, { City: "Bonn" });
    await two.inHubspot.edit(contact, { city: "Bonn" });
    await two.inHubspot.edit(there, { description: "mine" });
    expect((await undone(run.id)).counts).toMatchObject({ undone: 3, left: 3, failed: 0 });
    const { hubspot, salesforce } = await two.read();
    expect(salesforce.Lead.map(({ Email }) => Email)).toContain(mail("bob"));
    const addresses = hubspot.contacts.map(({ email }) => email);
    expect(addresses).toContain(mail("cid"));
    expect(addresses).not.toContain(mail("dan"));
    // The people whom the run made and nobody edited are gone; who was kept is with the deal still.
    expect(hubspot.deals.find(({ dealname }) => dealname === `Deal ${story}`)?.["persons"]).toBe(
      "cid",
    );
    const items = office.runs.items(plan.id).filter(({ state }) => state === "left");
    const listed = items.flatMap(({ left = [] }) =>
      left.map(({ property, now }) => [property, now]),
    );
    expect(new Map(listed as [string, string][])).toEqual(
      new Map([
        ["LastModifiedById", COLLEAGUE.Email],
        ["city", "Bonn"],
        ["description", "mine"],
      ]),
    );
    const kept = items.flatMap(({ keptRelations = [] }) => keptRelations);
    expect(kept.map(({ relation }) => relation).sort()).toEqual(["company", "person", "person"]);
  });

  test("the live sync leaves its records until they are released, and has them again then", async () => {
    const { ann, bob } = await people();
    const before = await two.read();
    const undo = await undone((await applied((await planned()).id)).id);
    const live = { ...world, mode: "sync" } as const;
    const hear = async () => {
      two.forward(HOUR);
      await sendHints(world, [{ ref: ann }, { ref: bob }]);
      await workThrough(world, two, { worlds: () => live });
    };
    await hear();
    expect(await two.read()).toEqual(before);
    granted(await startRelease(office.desk, { run: undo.id, ...ME }));
    await office.work();
    await hear();
    const { salesforce } = await two.read();
    const lead = salesforce.Lead.find(({ Email }) => Email === mail("ann"));
    expect(lead?.["Title"]).toBe("Chief");
  });

  test("an undo is not undone, and a run is taken back once", async () => {
    await people();
    const run = await applied((await planned()).id);
    const undo = await undone(run.id);
    const ask = (id: string) => startUndo(office.desk, { run: id, limits: {}, ...ME });
    expect(await ask(undo.id)).toMatchObject({ refused: "impossible" });
    expect(await ask(run.id)).toMatchObject({ refused: "impossible" });
  });
});
