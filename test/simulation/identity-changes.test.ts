import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { mapping } from "../../shared/config/mapping.ts";
import type { MappedObject, Mapping } from "../../shared/core/mapping/mapping.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { activeLink } from "../../shared/sync/record.ts";
import { type IdentityScene, mql, openScene } from "../support/identity-scene.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { openOffice } from "../support/work-through.ts";

let two: TwoCrms;
let scene: IdentityScene;
let story = 0;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

beforeEach(() => {
  scene = openScene(two);
  story += 1;
});

afterAll(() => two?.stop());

const mail = (name: string) => `${name}${story}@x.example`;

async function linked(name: string) {
  const ref = await two.inHubspot.create("contacts", mql(mail(name)));
  await scene.tell(ref);
  return { ref, lead: scene.partnerOf(ref), id: scene.recordOf(ref).id };
}

const leadOf = (name: string) =>
  two.inSalesforce.create("Lead", { LastName: "Lee", Company: "Acme", Email: mail(name) });

const contactOf = (name: string) =>
  two.inHubspot.create("contacts", { email: mail(name), lastname: "Lee" });

test("I6: a changed address moves with the person, and the old one is free for the next", async () => {
  const ann = await linked("ann");
  await two.inSalesforce.edit(ann.lead, { Email: mail("anna") });
  await scene.tell(ann.lead);
  expect(scene.recordOf(ann.ref).fields["email"]?.value).toBe(mail("anna"));
  const [lead, contact] = [await leadOf("ann"), await contactOf("ann")];
  await scene.tell(lead);
  await scene.tell(contact);
  expect(scene.partnerOf(contact)).toEqual(lead);
  expect(scene.recordOf(contact).id).not.toBe(ann.id);
});

test("I1, I6: somebody alone whose address comes to be another's is one with them from then on", async () => {
  const [contact, lead] = [await contactOf("ann"), await leadOf("eve")];
  await scene.tell(contact);
  await scene.tell(lead);
  await two.inSalesforce.edit(lead, { Email: mail("ann") });
  await scene.tell(lead);
  expect(scene.partnerOf(contact)).toEqual(lead);
  const ours = scene.office.store.records();
  expect(ours.map(({ status }) => status).sort()).toEqual(["linked", "merged"]);
});

test("P3, I1: a lead with a contact's secondary address is that contact's partner, and no contact is made", async () => {
  const [ann, eve] = [await contactOf("ann"), await contactOf("eve")];
  await two.inHubspot.merge(ann, eve);
  const lead = await leadOf("eve");
  await scene.tell(lead);
  const contact = scene.partnerOf(lead);
  expect(scene.recordOf(contact).status).toBe("linked");
  const { hubspot } = await two.read();
  expect(hubspot.contacts.filter(({ email }) => email?.includes(`${story}@`)).length).toBe(1);
});

test("I2, I10: a second lead of a linked person is listed, and free once the person's address is another", async () => {
  const ann = await linked("ann");
  const second = await leadOf("ann");
  await scene.tell(second);
  expect(scene.recordOf(second)).toMatchObject({
    status: "ambiguous",
    candidates: [ann.ref],
    statusReason: "its identifying value belongs to a record that is already linked",
  });
  expect(scene.partnerOf(ann.ref)).toEqual(ann.lead);
  await two.inHubspot.edit(ann.ref, { email: mail("anna") });
  await scene.tell(ann.ref);
  expect(scene.recordOf(second)).toMatchObject({ status: "excluded", candidates: [] });
});

test("I7: what is deleted leaves its link as a tombstone, and the other side is left as it is", async () => {
  const ann = await linked("ann");
  await two.inHubspot.delete(ann.ref);
  await scene.tell(ann.ref);
  const record = scene.byId(ann.id);
  expect(record).toMatchObject({ status: "unlinked", statusReason: "its partner was deleted" });
  expect(record?.links.find(({ id }) => id === ann.ref.id)?.ended).toMatchObject({
    because: "deleted there",
  });
  expect(await scene.tell(ann.lead)).toBe(0);
  const { salesforce } = await two.read();
  expect(salesforce.Lead.some(({ Email }) => Email === mail("ann"))).toBe(true);
});

test("I8: a contact that is restored is linked again, and what happened meanwhile travels", async () => {
  const ann = await linked("ann");
  await two.inHubspot.delete(ann.ref);
  await scene.tell(ann.ref);
  await two.inSalesforce.edit(ann.lead, { Title: "CEO" });
  await scene.tell(ann.lead);
  await two.inHubspot.restore(ann.ref);
  await scene.tell(ann.ref);
  expect(scene.byId(ann.id)).toMatchObject({ status: "linked", statusReason: "" });
  expect(scene.partnerOf(ann.ref)).toEqual(ann.lead);
  const { hubspot } = await two.read();
  expect(hubspot.contacts.find(({ email }) => email === mail("ann"))?.["jobtitle"]).toBe("CEO");
});

test("I8: a lead that is undeleted is linked again", async () => {
  const ann = await linked("ann");
  await two.inSalesforce.delete(ann.lead);
  await scene.tell(ann.lead);
  await two.inSalesforce.undelete(ann.lead);
  await scene.tell(ann.lead);
  expect(scene.partnerOf(ann.ref)).toEqual(ann.lead);
});

test("P1, I7: a new lead in the place of a deleted one takes what it lacks, and clears nothing", async () => {
  const ann = await linked("ann");
  await two.inHubspot.edit(ann.ref, { phone: "+55 11 5555-0100" });
  await scene.tell(ann.ref);
  await two.inSalesforce.delete(ann.lead);
  await scene.tell(ann.lead);
  const next = await two.inSalesforce.create("Lead", {
    LastName: "Lee",
    Company: "Acme",
    Email: mail("ann"),
    Title: "CEO",
  });
  await scene.tell(next);
  expect(scene.partnerOf(ann.ref)).toEqual(next);
  const { hubspot, salesforce } = await two.read();
  const same = { firstname: "Ann", phone: "+55 11 5555-0100", jobtitle: "CEO" };
  expect(hubspot.contacts.find(({ email }) => email === mail("ann"))).toMatchObject(same);
  expect(salesforce.Lead.find(({ Email }) => Email === mail("ann"))).toMatchObject({
    FirstName: "Ann",
    Phone: "+55 11 5555-0100",
    Title: "CEO",
  });
});

/** The default mapping, but for what it says of one object. */
function mappingWith(object: string, more: Partial<MappedObject>): Mapping {
  const change = (mapped: MappedObject) =>
    mapped.object === object ? { ...mapped, ...more } : mapped;
  const kinds = mapping.kinds.map((kind) => ({ ...kind, objects: kind.objects.map(change) }));
  return { ...mapping, kinds };
}

test("I7: under the policy 'recreate' a deleted lead is made again, once, from the contact that lives", async () => {
  const changed = mappingWith("Lead", { whenGone: "recreate" });
  scene = openScene(two, { ...openOffice(two), mapping: changed });
  const ann = await linked("ann");
  await two.inSalesforce.delete(ann.lead);
  expect(await scene.tell(ann.lead)).toBeGreaterThan(0);
  const again: Ref = scene.partnerOf(ann.ref);
  expect(again.id).not.toBe(ann.lead.id);
  expect(await scene.tell(ann.lead, ann.ref, again)).toBe(0);
  const { salesforce } = await two.read();
  expect(salesforce.Lead.filter(({ Email }) => Email === mail("ann"))).toMatchObject([
    { FirstName: "Ann", Company: "Acme" },
  ]);
  expect(activeLink(scene.recordOf(ann.ref), "salesforce")?.because).toBe(
    "its partner was deleted, and is made again",
  );
});

test.each([["HubSpot's first"], ["Salesforce's first"]])(
  "P3, I1: an Accord that has lost its tables knows a pair by the id on both, told of in one batch: %s",
  async (order) => {
    const opportunity = await two.inSalesforce.create("Opportunity", {
      Name: `Deal ${story}`,
      StageName: "Prospecting",
      CloseDate: "2027-01-31",
    });
    await scene.tell(opportunity);
    const [deal, { id }] = [scene.partnerOf(opportunity), scene.recordOf(opportunity)];
    const anew = openScene(two);
    const refs = order.startsWith("HubSpot") ? [deal, opportunity] : [opportunity, deal];
    expect(await anew.tell(...refs)).toBe(0);
    expect(anew.partnerOf(opportunity)).toEqual(deal);
    expect(anew.recordOf(opportunity).id).toBe(id);
  },
);
