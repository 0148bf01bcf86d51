import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Touch } from "../../shared/core/touches/touch.ts";
import { pollChanges } from "../../shared/sync/poll-changes.ts";
import { reconcileHints } from "../../shared/sync/reconcile-hints.ts";
import { activeLink } from "../../shared/sync/record.ts";
import { forgetTouches } from "../../shared/sync/touches.ts";
import { memoryWatermarkStore } from "../support/memory-watermark-store.ts";
import { memberTouch } from "../support/touch-builders.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { newWatch, sendHints, toldOf, watched } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;
let office: Office;
let watermarks: ReturnType<typeof memoryWatermarkStore>;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);
beforeEach(() => {
  office = openOffice(two);
  watermarks = memoryWatermarkStore();
});
afterAll(() => two?.stop());

/** Polls the campaign members and works off what the poll found. Answers the calls it took to do so. */
async function pollMembers() {
  const world = { ...office, watermarks, remainingMs: () => 60_000 };
  await pollChanges(world, { system: "salesforce", object: "CampaignMember" });
  const calls = () => two.crms.hubspot.callsMade() + two.crms.salesforce.callsMade();
  const before = calls();
  await workThrough(office, two);
  return calls() - before;
}

async function tell(...refs: Parameters<typeof toldOf>[1]) {
  await sendHints(office, await toldOf(two, refs));
  await workThrough(office, two);
}

async function touchesOf({ id }: { id: string }): Promise<readonly Touch[]> {
  const record = office.store.records().find(({ links }) => links.some((one) => one.id === id));
  if (!record) throw new Error(`${id} is not known`);
  return (await office.store.touchesOf([record.id])).get(record.id) ?? [];
}

const short = ({ kind, campaign, status, ended }: Touch) =>
  [kind, campaign?.name ?? "", status ?? "", ended ? "ended" : "open"].join(" ").trim();

async function makeCampaign(name: string) {
  return two.inSalesforce.create("Campaign", { Name: name, Type: "Webinar" });
}

const makeLead = (name: string) =>
  two.inSalesforce.create("Lead", {
    LastName: name,
    Company: "Acme",
    Email: `${name.toLowerCase()}@touch.example`,
  });

test("T4, T5: a campaign member is a dated touch of its person; answered it is two, and removed it ends", async () => {
  const ann = await makeLead("Ann");
  const campaign = await makeCampaign("Spring webinar");
  const member = await two.inSalesforce.create("CampaignMember", {
    CampaignId: campaign.id,
    LeadId: ann.id,
  });
  await pollMembers();
  const [added] = await touchesOf(ann);
  expect(added).toMatchObject({
    id: `salesforce#CampaignMember#${member.id}`,
    kind: "campaign-member",
    channel: "Webinar",
    campaign: { id: campaign.id, name: "Spring webinar" },
    status: "Sent",
    ended: null,
  });
  expect(Math.abs(Date.parse(added?.at ?? "") - two.now())).toBeLessThan(60_000);
  two.forward(60_000);
  await two.inSalesforce.edit(member, { Status: "Responded" });
  await pollMembers();
  expect((await touchesOf(ann)).map(short).sort()).toEqual([
    "campaign-member Spring webinar Responded open",
    "campaign-response Spring webinar Responded open",
  ]);
  two.forward(60_000);
  await two.inSalesforce.delete(member);
  await pollMembers();
  const ended = await touchesOf(ann);
  expect(ended.map(({ ended: end }) => end?.because)).toEqual([
    "it was removed from the campaign",
    "it was removed from the campaign",
  ]);
});

test("T8: what a poll tells again costs no call, and 200 persons' members cost one", async () => {
  const campaign = await makeCampaign("Big mailing");
  const leads = [];
  for (let index = 0; index < 30; index += 1) leads.push(await makeLead(`Many${index}`));
  await tell(...leads);
  await pollMembers();
  for (const { id } of leads)
    await two.inSalesforce.create("CampaignMember", { CampaignId: campaign.id, LeadId: id });
  expect(await pollMembers()).toBe(1);
  expect(await pollMembers()).toBe(0);
  for (const lead of leads) expect((await touchesOf(lead)).map(short)).toHaveLength(1);
});

test("T7: touches follow a lead into the contact it becomes, and are the same touches", async () => {
  const bea = await makeLead("Bea");
  const campaign = await makeCampaign("Trade show");
  await two.inSalesforce.create("CampaignMember", { CampaignId: campaign.id, LeadId: bea.id });
  await pollMembers();
  const before = await touchesOf(bea);
  const contact = await two.inSalesforce.convert(bea.id);
  two.forward(60_000);
  await tell(bea, contact);
  await pollMembers();
  const record = office.store.records().find(({ links }) => links.some(({ id }) => id === bea.id));
  expect(record && activeLink(record, "salesforce")?.id).toBe(contact.id);
  expect((await touchesOf(contact)).map(({ id, at }) => [id, at])).toEqual(
    before.map(({ id, at }) => [id, at]),
  );
  const second = await makeCampaign("Customer day");
  await two.inSalesforce.create("CampaignMember", {
    CampaignId: second.id,
    ContactId: contact.id,
  });
  await pollMembers();
  expect((await touchesOf(bea)).map(short)).toEqual([
    "campaign-member Trade show Sent open",
    "campaign-member Customer day Sent open",
  ]);
});

test("T1, T3: HubSpot's original source and each latest one become touches, and stay", async () => {
  const cat = await two.inHubspot.create("contacts", {
    email: "cat@touch.example",
    hs_analytics_source: "PAID_SEARCH",
    hs_latest_source: "PAID_SEARCH",
    hs_latest_source_timestamp: "2026-03-01T10:00:00.000Z",
  });
  await tell(cat);
  await two.inHubspot.edit(cat, {
    hs_latest_source: "EMAIL_MARKETING",
    hs_latest_source_timestamp: "2026-04-01T10:00:00.000Z",
  });
  await tell(cat);
  await tell(cat);
  const touches = await touchesOf(cat);
  expect(touches.map(({ kind, channel, at }) => [kind, channel, at.slice(0, 10)])).toEqual([
    ["latest-source", "PAID_SEARCH", "2026-03-01"],
    ["latest-source", "EMAIL_MARKETING", "2026-04-01"],
    ["first-source", "PAID_SEARCH", new Date(two.now()).toISOString().slice(0, 10)],
  ]);
});

test("T1, T6: a form that is sent in is a touch; the first one stays one when another follows", async () => {
  const visit = (name: string) =>
    two.call<{ id: string }>("POST", "/_simulator/visits", {
      email: "fay@touch.example",
      source: "PAID_SOCIAL",
      pageViews: 1,
      form: { name, fields: {} },
    });
  const { id } = await visit("Webinar: Sign up");
  const fay = { system: "hubspot", object: "contacts", id } as const;
  await tell(fay);
  const forms = async () =>
    (await touchesOf(fay)).flatMap(({ kind, title }) => (kind === "form" ? [title] : []));
  expect(await forms()).toEqual(["Webinar: Sign up"]);
  two.forward(60_000);
  await visit("Pricing: Ask for a quote");
  await tell(fay);
  expect(await forms()).toEqual(["Webinar: Sign up", "Pricing: Ask for a quote"]);
  expect((await touchesOf(fay)).map(({ kind }) => kind).sort()).toEqual([
    "first-source",
    "form",
    "form",
    "latest-source",
    "latest-source",
  ]);
});

test("T7: who was two contacts, and is one since a merge, has the touches of both", async () => {
  const [one, other] = [
    await two.inHubspot.create("contacts", {
      email: "gil@touch.example",
      hs_latest_source: "REFERRALS",
      hs_latest_source_timestamp: "2026-03-01T10:00:00.000Z",
    }),
    await two.inHubspot.create("contacts", {
      email: "gilbert@touch.example",
      hs_latest_source: "PAID_SEARCH",
      hs_latest_source_timestamp: "2026-05-01T10:00:00.000Z",
    }),
  ];
  await tell(one, other);
  two.forward(60_000);
  await two.inHubspot.merge(one, other);
  await sendHints(office, [{ ref: one }, { ref: other }]);
  await workThrough(office, two);
  const living = office.store
    .records()
    .filter(({ links }) => links.some(({ id }) => id === one.id || id === other.id))
    .filter(({ status }) => status !== "merged");
  expect(living).toHaveLength(1);
  const touches = (await office.store.touchesOf(living.map(({ id }) => id))).values();
  const latest = [...touches].flat().filter(({ kind }) => kind === "latest-source");
  expect(latest.map(({ channel }) => channel)).toEqual(["REFERRALS", "PAID_SEARCH"]);
});

test("T4: a campaign member that was deleted for good ends with the day on which it was missed", async () => {
  const ivy = await makeLead("Ivy");
  const campaign = await makeCampaign("Roundtable");
  await two.inSalesforce.create("CampaignMember", { CampaignId: campaign.id, LeadId: ivy.id });
  await pollMembers();
  const salesforce = { ...two.crms.salesforce, touchesOf: async () => new Map() };
  const without = { ...office, crms: { ...two.crms, salesforce } };
  await reconcileHints(without, [{ ref: ivy, touches: [] }]);
  const [missed] = await touchesOf(ivy);
  expect(missed?.ended?.because).toBe("it is no longer there");
  expect(Math.abs(Date.parse(missed?.ended?.at ?? "") - two.now())).toBeLessThan(60_000);
  await reconcileHints(office, [{ ref: ivy, touches: [] }]);
  expect((await touchesOf(ivy)).map(short)).toEqual(["campaign-member Roundtable Sent open"]);
});

test("T9: of a person who is forgotten, touches keep their dates, and lose what was typed", async () => {
  const touch = memberTouch({ kind: "form", title: "Ask Hal", details: ["hal at home", null] });
  await office.store.keepTouches("hal", [touch]);
  await forgetTouches(office.store, "hal");
  expect((await office.store.touchesOf(["hal"])).get("hal")).toEqual([
    { ...touch, title: null, details: [] },
  ]);
});

test("T8, P3: evidence that repeats a known source is dismissed without a call; a new one is not", async () => {
  const dan = await two.inHubspot.create("contacts", {
    email: "dan@touch.example",
    hs_latest_source: "REFERRALS",
    hs_latest_source_timestamp: "2026-03-01T10:00:00.000Z",
  });
  await tell(dan);
  const told = await toldOf(two, [dan]);
  const again = await reconcileHints(office, told);
  expect(again).toMatchObject({ settled: 1, dismissed: 1 });
  const news = told.map(({ ref, evidence }) => ({
    ref,
    evidence: { ...evidence, hs_latest_source_timestamp: "2026-05-01T10:00:00.000Z" },
  }));
  expect(await reconcileHints(office, news)).toMatchObject({ settled: 1, dismissed: 0 });
});

test("P2: a worker may die at any call: the touches are those of a worker that did not", async () => {
  const campaign = await makeCampaign("Road show");
  const eve = await makeLead("Eve");
  await two.inSalesforce.create("CampaignMember", {
    CampaignId: campaign.id,
    LeadId: eve.id,
    Status: "Responded",
  });
  const hint = { ref: eve, touches: [] };
  const run = async (diesAt?: number) => {
    office = openOffice(two);
    const mortal = newWatch();
    const [first, next] = [watched(office, mortal, diesAt), office];
    await sendHints(office, [hint]);
    await workThrough(office, two, { worlds: () => (mortal.isDead ? next : first) });
    return { calls: mortal.calls, touches: (await touchesOf(eve)).map(short) };
  };
  const whole = await run();
  expect(whole.touches).toHaveLength(2);
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += 1)
    expect((await run(diesAt)).touches).toEqual(whole.touches);
});
