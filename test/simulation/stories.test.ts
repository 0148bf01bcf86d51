import { afterEach, beforeEach, expect, test } from "vitest";
import type { Ref } from "../../shared/sync/ports.ts";
import { type AccordRecord, activeLink } from "../../shared/sync/record.ts";
import { makeScene } from "../support/tagged.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { hearEchoes, newWatch, sendHints, toldOf, watched } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;
let office: Office;

beforeEach(async () => {
  two = await openTwoCrms();
  office = openOffice(two);
}, 60_000);

afterEach(() => two?.stop());

/** Tells of these records, works, and lets the echoes come in. Answers how many writes it took. */
async function tell(...refs: Ref[]): Promise<number> {
  const watch = newWatch();
  const world = watched(office, watch);
  await sendHints(office, await toldOf(two, refs));
  await workThrough(office, two, { worlds: () => world });
  await hearEchoes(office, two, watch);
  return watch.writes;
}

/** Tells what a webhook or a change event tells of a relation that was made or ended. */
async function tellOfRelation(ref: Ref, { object, id }: Ref, present: boolean): Promise<void> {
  const watch = newWatch();
  const world = watched(office, watch);
  await sendHints(office, [{ ref, relations: [{ object, id, present }] }]);
  await workThrough(office, two, { worlds: () => world });
  await hearEchoes(office, two, watch);
}

function recordOf({ id }: Pick<Ref, "id">): AccordRecord {
  const record = office.store.records().find(({ links }) => links.some((link) => link.id === id));
  if (!record) throw new Error(`${id} is not known`);
  return record;
}

function partnerOf(ref: Ref): Ref {
  const far = ref.system === "hubspot" ? "salesforce" : "hubspot";
  const link = activeLink(recordOf(ref), far);
  if (!link) throw new Error(`${ref.id} has no partner`);
  return { system: far, object: link.object, id: link.id };
}

const lead = {
  email: "ann@x.example",
  firstname: "Ann",
  lastname: "Lee",
  lifecyclestage: "marketingqualifiedlead",
};

test("P2, P3: two workers on the same hints at once make one record and one lead", async () => {
  const scene = await makeScene(two, "t001x");
  const refs = Object.values(scene).map((ref) => ({ ref }));
  await Promise.all(
    [1, 2, 3].map(async () => {
      const own = openOffice({ ...two, crms: two.openCrms() });
      const twin = { ...own, store: office.store };
      await sendHints(twin, refs);
      await workThrough(twin, two);
    }),
  );
  await tell(...Object.values(scene));
  const { hubspot, salesforce } = await two.read();
  expect({
    records: office.store
      .records()
      .map(({ kind, status }) => `${kind} ${status}`)
      .sort(),
    inHubspot: Object.values(hubspot).map((rows) => rows.length),
    inSalesforce: Object.values(salesforce).map((rows) => rows.length),
    leases: office.store.records().filter((record) => record.lease),
  }).toEqual({
    records: ["company linked", "opportunity linked", "person linked", "person linked"],
    inHubspot: [2, 1, 1],
    inSalesforce: [1, 1, 1, 1],
    leases: [],
  });
});

test("P4: a value that the far side refuses is parked with its cause, while its neighbours land", async () => {
  const ann = await two.inHubspot.create("contacts", lead);
  await tell(ann);
  const longTitle = "x".repeat(129);
  await two.inHubspot.edit(ann, { jobtitle: longTitle, phone: "+55 11 5555-0100" });
  await tell(ann);
  const bobsLead = partnerOf(ann);
  await two.inSalesforce.edit(bobsLead, { Lifecycle_Stage__c: "no such stage", FirstName: "Anna" });
  await tell(bobsLead);
  const { hubspot, salesforce } = await two.read();
  expect(salesforce.Lead).toMatchObject([{ Title: null, Phone: "+55 11 5555-0100" }]);
  expect(hubspot.contacts).toMatchObject([{ jobtitle: longTitle, firstname: "Anna" }]);
  const parked = recordOf(ann).parked.map(({ system, field, value, code, tries }) => ({
    system,
    field,
    value,
    code,
    tries,
  }));
  expect(parked).toContainEqual({
    system: "salesforce",
    field: "jobTitle",
    value: longTitle,
    code: "too-long",
    tries: 1,
  });
  await two.inHubspot.edit(ann, { jobtitle: "CEO" });
  await tell(ann);
  expect((await two.read()).salesforce.Lead).toMatchObject([{ Title: "CEO" }]);
  expect(recordOf(ann).parked.filter(({ field }) => field === "jobTitle")).toEqual([]);
});

test("P4: a choice that HubSpot does not list is parked with HubSpot's words, and tried again later", async () => {
  const ann = await two.inHubspot.create("contacts", lead);
  await tell(ann);
  const hers = partnerOf(ann);
  await two.inSalesforce.edit(hers, { Status: "Nurturing", FirstName: "Anna", Title: "CEO" });
  await tell(hers);
  expect((await two.read()).hubspot.contacts).toMatchObject([
    { firstname: "Anna", jobtitle: "CEO" },
  ]);
  const [parked] = recordOf(ann).parked;
  expect(parked).toMatchObject({
    system: "hubspot",
    field: "leadStatus",
    value: "Nurturing",
    tries: 1,
  });
  expect(parked?.code).not.toBe("");
  expect(await tell(hers)).toBe(0);
  two.forward(2 * 3_600_000);
  await tell(hers);
  expect(recordOf(ann).parked).toMatchObject([
    { field: "leadStatus", tries: 2, since: parked?.since },
  ]);
});

test("P1: of two edits of one field the later one wins, and the earlier one stays readable", async () => {
  const ann = await two.inHubspot.create("contacts", lead);
  await tell(ann);
  const hers = partnerOf(ann);
  two.forward(60_000);
  await two.inHubspot.edit(ann, { firstname: "Anne" });
  two.forward(60_000);
  await two.inSalesforce.edit(hers, { FirstName: "Anna" });
  await tell(ann);
  const { hubspot, salesforce } = await two.read();
  expect([hubspot.contacts, salesforce.Lead]).toMatchObject([
    [{ firstname: "Anna" }],
    [{ FirstName: "Anna" }],
  ]);
  expect(recordOf(ann).conflicts.map(({ at, ...rest }) => rest)).toEqual([
    {
      fields: ["firstName"],
      hubspot: ["Anne"],
      salesforce: ["Anna"],
      winner: "salesforce",
      because: "policy",
    },
  ]);
});

test("P1: of two edits of one field the later one wins in HubSpot's favour too", async () => {
  const ann = await two.inHubspot.create("contacts", lead);
  await tell(ann);
  const hers = partnerOf(ann);
  two.forward(60_000);
  await two.inSalesforce.edit(hers, { FirstName: "Anna" });
  two.forward(60_000);
  await two.inHubspot.edit(ann, { firstname: "Anne" });
  await tell(hers, ann);
  expect((await two.read()).salesforce.Lead).toMatchObject([{ FirstName: "Anne" }]);
  expect(recordOf(ann).conflicts).toMatchObject([{ salesforce: ["Anna"], winner: "hubspot" }]);
});

test("P1: edits of different fields on both sides all land, and a cleared field is cleared", async () => {
  const ann = await two.inHubspot.create("contacts", {
    ...lead,
    phone: "555 0100",
    jobtitle: "CTO",
  });
  await tell(ann);
  const hers = partnerOf(ann);
  await two.inHubspot.edit(ann, { phone: "" });
  await two.inSalesforce.edit(hers, { FirstName: null, Title: "CEO" });
  await tell(ann, hers);
  const { hubspot, salesforce } = await two.read();
  expect([hubspot.contacts, salesforce.Lead]).toMatchObject([
    [{ phone: null, firstname: null, jobtitle: "CEO" }],
    [{ Phone: null, FirstName: null, Title: "CEO" }],
  ]);
  expect(recordOf(ann).conflicts).toEqual([]);
});

test("P1: a contact role that is added or removed is a deal's contact that is added or removed", async () => {
  const { bob, account, deal } = await makeScene(two, "t001x");
  await tell(account, bob, deal);
  const eve = await two.inSalesforce.create("Contact", {
    LastName: "Eve",
    Email: "eve@x.example",
    AccountId: account.id,
  });
  const role = { OpportunityId: deal.id, ContactId: eve.id };
  const added = await two.inSalesforce.create("OpportunityContactRole", role);
  await tellOfRelation(deal, eve, true);
  const persons = async () => {
    const { hubspot, salesforce } = await two.read();
    return [hubspot.deals[0]?.["persons"], salesforce.Opportunity[0]?.["persons"]];
  };
  expect(await persons()).toEqual(["Bob t001x,Eve", "Bob t001x,Eve"]);
  await two.inSalesforce.delete(added);
  await tellOfRelation(deal, eve, false);
  expect(await persons()).toEqual(["Bob t001x", "Bob t001x"]);
  await two.inHubspot.putOnDeal(partnerOf(deal).id, "contacts", partnerOf(eve).id);
  await tellOfRelation(partnerOf(deal), partnerOf(eve), true);
  expect(await persons()).toEqual(["Bob t001x,Eve", "Bob t001x,Eve"]);
  await two.inHubspot.takeOffDeal(partnerOf(deal).id, "contacts", partnerOf(bob).id);
  await tellOfRelation(partnerOf(deal), partnerOf(bob), false);
  expect(await persons()).toEqual(["Eve", "Eve"]);
});

test("P3: a lead that is converted stays one person, whichever record is told of first", async () => {
  for (const [index, first] of ["lead", "contact", "both"].entries()) {
    const email = `ann${index}@x.example`;
    const ann = await two.inHubspot.create("contacts", { ...lead, email, company: "Acme" });
    await tell(ann);
    const hers = partnerOf(ann);
    const id = recordOf(ann).id;
    const contact = await two.inSalesforce.convert(hers.id);
    await tell(...({ lead: [hers], contact: [contact], both: [contact, hers] }[first] ?? []));
    await tell(contact, hers, ann);
    await two.inHubspot.edit(ann, { jobtitle: "CEO" });
    await tell(ann);
    expect(partnerOf(ann)).toEqual(contact);
    expect(recordOf(ann)).toMatchObject({ id, status: "linked" });
    expect(recordOf(hers).id).toBe(id);
  }
  const { hubspot, salesforce } = await two.read();
  expect(hubspot.contacts.length).toBe(3);
  expect(salesforce.Contact).toMatchObject([{ Title: "CEO" }, { Title: "CEO" }, { Title: "CEO" }]);
  expect(salesforce.Lead.every(({ IsConverted }) => IsConverted === "true")).toBe(true);
  expect(office.store.records().filter(({ kind }) => kind === "person").length).toBe(3);
});

test("P2: a lead without an address that is converted keeps nobody waiting", async () => {
  const nobody = await two.inSalesforce.create("Lead", { LastName: "Nobody", Company: "Acme" });
  await tell(nobody);
  const contact = await two.inSalesforce.convert(nobody.id);
  await tell(contact);
  await tell(nobody);
  await tell(contact, nobody);
  const records = office.store.records().filter(({ kind }) => kind === "person");
  const holders = records.filter((record) => activeLink(record, "salesforce")?.id === contact.id);
  expect(holders.length).toBe(1);
});

test("P2: a lead that is converted into somebody who is known keeps nobody waiting", async () => {
  const ann = await two.inHubspot.create("contacts", { ...lead, company: "Acme" });
  await tell(ann);
  const hers = partnerOf(ann);
  const account = await two.inSalesforce.create("Account", { Name: "Acme" });
  const known = await two.inSalesforce.create("Contact", {
    LastName: "Lee",
    Email: "ann.lee@work.example",
    AccountId: account.id,
  });
  await tell(known);
  await two.inSalesforce.convert(hers.id, { accountId: account.id, contactId: known.id });
  await tell(hers);
  await tell(known);
  expect(partnerOf(ann)).toEqual(known);
  const holders = office.store
    .records()
    .filter((record) => activeLink(record, "salesforce")?.id === known.id);
  expect(holders.length).toBe(1);
});

test("P1: of two linked people who are merged in HubSpot, nobody's lead is taken for the other's", async () => {
  const ann = await two.inHubspot.create("contacts", lead);
  const eve = await two.inHubspot.create("contacts", { ...lead, email: "eve@x.example" });
  await tell(ann, eve);
  const [anns, eves] = [partnerOf(ann), partnerOf(eve)];
  await two.inHubspot.merge(ann, eve);
  await tell(ann, eve);
  const merged = partnerOf(anns);
  expect(recordOf(anns)).toMatchObject({ status: "linked", id: recordOf(ann).id });
  expect(recordOf(eves)).toMatchObject({ status: "ambiguous", candidates: [merged] });
  expect(partnerOf(merged)).toEqual(anns);
});

test("P1: a deleted partner is not created again, on either side", async () => {
  const { ann, account, bob, deal } = await makeScene(two, "t001x");
  await tell(ann, account, bob, deal);
  const [hers, dealsPartner] = [partnerOf(ann), partnerOf(deal)];
  await two.inSalesforce.delete(hers);
  await two.inHubspot.delete(dealsPartner);
  await tell(hers, dealsPartner);
  await two.inHubspot.edit(ann, { jobtitle: "CEO" });
  await two.inSalesforce.edit(deal, { Amount: "5.00" });
  expect(await tell(ann, deal)).toBe(0);
  const { hubspot, salesforce } = await two.read();
  expect([salesforce.Lead, hubspot.deals]).toEqual([[], []]);
  expect([recordOf(ann), recordOf(deal)]).toMatchObject([
    { status: "unlinked", fields: { jobTitle: { value: "CEO" } } },
    { status: "unlinked", fields: { amount: { value: "BRL 5.00" } } },
  ]);
});

test("P9: observing writes to neither CRM and shows what it would write; syncing then does it all", async () => {
  const scene = await makeScene(two, "t001x");
  const refs = Object.values(scene);
  office = { ...office, mode: "observe" };
  const before = [await two.read(), await two.writes()];
  expect(await tell(...refs)).toBe(0);
  expect(await tell(...refs)).toBe(0);
  expect([await two.read(), await two.writes()]).toEqual(before);
  expect(recordOf(scene.ann)).toMatchObject({ status: "excluded", lease: undefined });
  expect(recordOf(scene.ann).proposed).toEqual([
    "hubspot: update contacts accord_id",
    expect.stringMatching(/^salesforce: create Lead Company Email .*LastName/),
  ]);
  expect(recordOf(scene.account).proposed.length).toBe(2);
  office = { ...office, mode: "sync" };
  await sendHints(
    office,
    refs.map((ref) => ({ ref })),
  );
  await workThrough(office, two);
  await tell(...refs);
  expect(
    office.store
      .records()
      .map(({ kind, status, proposed }) => [kind, status, proposed])
      .sort(),
  ).toEqual([
    ["company", "linked", []],
    ["opportunity", "linked", []],
    ["person", "linked", []],
    ["person", "linked", []],
  ]);
});

test("P1, P9: an edit that was only observed is written once syncing goes on, however it is told", async () => {
  const ann = await two.inHubspot.create("contacts", lead);
  await tell(ann);
  office = { ...office, mode: "observe" };
  await two.inHubspot.edit(ann, { jobtitle: "CEO" });
  expect(await tell(ann)).toBe(0);
  expect(recordOf(ann).proposed).toEqual(["salesforce: update Lead Title"]);
  office = { ...office, mode: "sync" };
  await tell(ann);
  expect((await two.read()).salesforce.Lead).toMatchObject([{ Title: "CEO" }]);
  expect(recordOf(ann).proposed).toEqual([]);
});

test("P2, P3, R4: hints repeated, shuffled, split up and late all lead to one end, which asks for nothing", async () => {
  const ends: unknown[] = [];
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    const random = seeded(seed);
    const tag = `t00${seed}x`;
    const scene = await makeScene(two, tag);
    office = openOffice(two);
    const refs = Object.values(scene);
    const hints = [
      ...refs.map((ref) => ({ ref })),
      ...(await toldOf(two, refs)),
      ...(await toldOf(two, refs)),
    ];
    const watch = newWatch();
    const world = watched(office, watch);
    for (const hint of shuffled(hints, random))
      await office.queue.send([hint], {
        lane: random() < 0.5 ? "live" : "bulk",
        delaySeconds: Math.floor(random() * 20),
        attempt: 0,
      });
    await workThrough(office, two, {
      worlds: () => world,
      arrange: (due) => shuffled(due, random),
    });
    await hearEchoes(office, two, watch);
    const writes = watch.writes;
    await sendHints(
      office,
      [...watch.touched.values(), ...refs].map((ref) => ({ ref })),
    );
    await workThrough(office, two, { worlds: () => world });
    expect(watch.writes).toBe(writes);
    const all = JSON.stringify(await two.read());
    const count = (text: string) => all.split(text).length - 1;
    ends.push({
      ann: count(`Ann ${tag}`),
      bob: count(`"Bob ${tag}"`),
      acme: count(`Acme ${tag}`),
      deal: count(`Deal ${tag}`),
      records: office.store
        .records()
        .map(({ kind, status }) => `${kind} ${status}`)
        .sort(),
    });
  }
  expect(ends).toEqual(ends.map(() => ends[0]));
  expect(ends[0]).toEqual({
    ann: 2,
    bob: 4,
    acme: 4,
    deal: 2,
    records: ["company linked", "opportunity linked", "person linked", "person linked"],
  });
});

/** A small generator of its own, so that a seed is a run that can be had again (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}
