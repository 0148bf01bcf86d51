import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { pollChanges } from "../../shared/sync/poll-changes.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { type AccordRecord, activeLink } from "../../shared/sync/record.ts";
import { sweepRelations } from "../../shared/sync/sweep-relations.ts";
import { memoryWatermarkStore } from "../support/memory-watermark-store.ts";
import { makeScene, type Scene, tagOf } from "../support/tagged.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { newWatch, sendHints, toldOf, watched } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;
let office: Office;
let scene: Scene;
let watermarks: ReturnType<typeof memoryWatermarkStore>;

let tag = "";
let scenes = 0;

beforeAll(async () => {
  two = await openTwoCrms();
  office = openOffice(two);
  watermarks = memoryWatermarkStore();
}, 60_000);
afterAll(() => two?.stop());

/** A won deal of Acme's with Bob on it, in both CRMs, and all polls at the present. */
beforeEach(async () => {
  scenes += 1;
  tag = tagOf(scenes);
  scene = await makeScene(two, tag);
  await sendHints(office, await toldOf(two, Object.values(scene)));
  await workThrough(office, two);
  await poll("salesforce", "Opportunity");
  await poll("salesforce", "OpportunityContactRole");
  await poll("hubspot", "deals");
  await sweep();
});

const pollWorld = () => ({ ...office, watermarks, remainingMs: () => 60_000 });

/** Works off what waits, and answers how often a CRM was written to, and whether one was called. */
async function workOffCounting() {
  const watch = newWatch();
  const world = watched(office, watch);
  const calls = () => two.crms.hubspot.callsMade() + two.crms.salesforce.callsMade();
  const before = calls();
  await workThrough(office, two, { worlds: () => world });
  return { writes: watch.writes, isCalled: calls() > before };
}

async function poll(system: Ref["system"], object: string) {
  two.forward(10_000);
  await pollChanges(pollWorld(), { system, object });
  return workOffCounting();
}

async function sweep() {
  two.forward(7 * 3_600_000);
  await sweepRelations(pollWorld(), { system: "hubspot", object: "deals" });
  return workOffCounting();
}

function recordOf({ id }: Pick<Ref, "id">): AccordRecord {
  const record = office.store.records().find(({ links }) => links.some((link) => link.id === id));
  if (!record) throw new Error(`${id} is not known`);
  return record;
}

function inHubspot(ref: Ref): string {
  const link = activeLink(recordOf(ref), "hubspot");
  if (!link) throw new Error(`${ref.id} is not in HubSpot`);
  return link.id;
}

async function makeLinkedContact(name: string): Promise<Ref> {
  const email = `${name.toLowerCase()}@${tag}.example`;
  const contact = await two.inHubspot.create("contacts", { email, lastname: name });
  const theirs = await two.inSalesforce.create("Contact", { LastName: name, Email: email });
  await sendHints(office, await toldOf(two, [contact, theirs]));
  await workThrough(office, two);
  return theirs;
}

async function makeLinkedAccount(name: string): Promise<Ref> {
  const domain = `${name.toLowerCase()}.${tag}.example`;
  const company = await two.inHubspot.create("companies", { name, domain });
  const account = await two.inSalesforce.create("Account", { Name: name, Website: domain });
  await sendHints(office, await toldOf(two, [company, account]));
  await workThrough(office, two);
  return account;
}

const hubspotDeal = async () =>
  (await two.read()).hubspot.deals.find(({ dealname }) => dealname === `Deal ${tag}`);

async function rolesOf(dealId: string) {
  const { records } = await two.connection.query<{ Id: string; ContactId: string }>(
    `SELECT Id, ContactId FROM OpportunityContactRole WHERE OpportunityId = '${dealId}'`,
  );
  return records;
}

test("P1: a contact role that nobody but a poll saw made, or ended, is made or ended in HubSpot", async () => {
  const cara = await makeLinkedContact("Cara");
  await two.inSalesforce.create("OpportunityContactRole", {
    OpportunityId: scene.deal.id,
    ContactId: cara.id,
  });
  await poll("salesforce", "OpportunityContactRole");
  expect(await hubspotDeal()).toMatchObject({ persons: `Bob ${tag},Cara` });
  const roles = await rolesOf(scene.deal.id);
  const bobs = roles.find(({ ContactId }) => ContactId === scene.bob.id);
  await two.inSalesforce.delete({ object: "OpportunityContactRole", id: bobs?.Id ?? "" });
  await poll("salesforce", "OpportunityContactRole");
  expect(await hubspotDeal()).toMatchObject({ persons: "Cara" });
  expect(await poll("salesforce", "OpportunityContactRole")).toEqual({
    writes: 0,
    isCalled: false,
  });
});

test("P1, P3: who is made the primary contact is noticed by a poll, once, and written nowhere", async () => {
  expect(recordOf(scene.deal).primaryPerson).toBe(recordOf(scene.bob).id);
  const cara = await makeLinkedContact("Cara");
  const role = await two.inSalesforce.create("OpportunityContactRole", {
    OpportunityId: scene.deal.id,
    ContactId: cara.id,
  });
  await poll("salesforce", "OpportunityContactRole");
  expect(recordOf(scene.deal).primaryPerson).toBe(recordOf(scene.bob).id);
  await two.inSalesforce.edit(role, { IsPrimary: "true" });
  expect(await poll("salesforce", "OpportunityContactRole")).toEqual({ writes: 0, isCalled: true });
  expect(recordOf(scene.deal).primaryPerson).toBe(recordOf(cara).id);
  expect(await poll("salesforce", "OpportunityContactRole")).toEqual({
    writes: 0,
    isCalled: false,
  });
  const noted = office.store.history().flatMap(({ events }) => events);
  expect(noted).toContainEqual({
    what: "primary person",
    system: "salesforce",
    to: recordOf(cara).id,
  });
});

test("P1: an opportunity that moved to another account, and changed in nothing else, is noticed by a poll", async () => {
  const globex = await makeLinkedAccount("Globex");
  await two.inSalesforce.edit(scene.deal, { AccountId: globex.id });
  await poll("salesforce", "Opportunity");
  expect(await hubspotDeal()).toMatchObject({ companies: "Globex" });
  expect(await poll("salesforce", "Opportunity")).toEqual({ writes: 0, isCalled: false });
});

test("P1: an association that was made or ended in HubSpot, and that no webhook told, is found by the sweep", async () => {
  const cara = await makeLinkedContact("Cara");
  const dealId = inHubspot(scene.deal);
  await two.inHubspot.putOnDeal(dealId, "contacts", inHubspot(cara));
  await two.inHubspot.takeOffDeal(dealId, "contacts", inHubspot(scene.bob));
  expect((await poll("hubspot", "deals")).writes).toBe(0);
  // The two roles, and what the stage of the person who was put on it has to say since.
  expect((await sweep()).writes).toBeGreaterThanOrEqual(2);
  expect((await rolesOf(scene.deal.id)).map(({ ContactId }) => ContactId)).toEqual([cara.id]);
  expect(await sweep()).toEqual({ writes: 0, isCalled: false });
});

test("P1: another primary company in HubSpot gives way to the account, and stays on the deal", async () => {
  const globex = await makeLinkedAccount("Globex");
  const dealId = inHubspot(scene.deal);
  await two.inHubspot.makePrimaryCompany(dealId, inHubspot(globex));
  await sweep();
  expect(await hubspotDeal()).toMatchObject({ companies: `Acme ${tag},Globex` });
  const [seen] = (
    await two.crms.hubspot.observe([{ system: "hubspot", object: "deals", id: dealId }])
  ).values();
  expect(seen?.relations.companies).toEqual([inHubspot(scene.account)]);
  expect((await sweep()).writes).toBe(0);
});

test("a sweep rests between two rounds, and goes on where it was cut short", async () => {
  const world = { ...pollWorld(), remainingMs: () => 0 };
  two.forward(7 * 3_600_000);
  const deals = { system: "hubspot", object: "deals" } as const;
  expect(await sweepRelations(world, deals)).toEqual({ rows: 0, caughtUp: false });
  expect(await sweepRelations(pollWorld(), deals)).toEqual({ rows: scenes, caughtUp: true });
  expect(await sweepRelations(pollWorld(), deals)).toEqual({ rows: 0, caughtUp: true });
});
