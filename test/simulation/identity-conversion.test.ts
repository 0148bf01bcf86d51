import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Ref } from "../../shared/sync/ports.ts";
import { activeLink } from "../../shared/sync/record.ts";
import { type IdentityScene, mql, openScene } from "../support/identity-scene.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";

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

/** A contact with a lead, known since yesterday. */
async function annsLead() {
  const ann = await two.inHubspot.create("contacts", mql(mail("ann")));
  await scene.tell(ann);
  two.forward(86_400_000);
  return { ann, lead: scene.partnerOf(ann), before: scene.recordOf(ann) };
}

/** Converts with an opportunity, as salespeople do. */
async function convertWithDeal(lead: Ref, into: { contactId?: string; accountId?: string } = {}) {
  const contact = await two.inSalesforce.convert(lead.id, {
    ...into,
    doNotCreateOpportunity: false,
    opportunityName: `Deal ${story}`,
  });
  const { records } = await two.connection.query<{ Id: string }>(
    `SELECT Id FROM Opportunity WHERE Name = 'Deal ${story}'`,
  );
  const deal: Ref = { system: "salesforce", object: "Opportunity", id: records[0]?.Id ?? "" };
  return { contact, deal };
}

const firsts: [string, (told: Record<"lead" | "contact" | "deal", Ref>) => Ref[][]][] = [
  ["the lead", ({ lead, contact, deal }) => [[lead], [contact], [deal]]],
  ["the contact", ({ lead, contact, deal }) => [[contact], [deal], [lead]]],
  ["the opportunity", ({ lead, contact, deal }) => [[deal], [lead], [contact]]],
  ["all of them at once", ({ lead, contact, deal }) => [[deal, contact, lead]]],
  ["the opportunity alone", ({ deal }) => [[deal]]],
];

test.each(firsts)(
  "P2, I3: a person stays one through conversion, and the opportunity is theirs, told of %s",
  async (_first, arrange) => {
    const { ann, lead, before } = await annsLead();
    const { contact, deal } = await convertWithDeal(lead);
    for (const refs of arrange({ lead, contact, deal })) await scene.tell(...refs);
    const after = scene.recordOf(ann);
    expect(after.id).toBe(before.id);
    expect(scene.partnerOf(ann)).toEqual(contact);
    expect(after.createdAt).toBe(before.createdAt);
    expect(after.fields["firstSeen"]?.value).toBe(before.fields["firstSeen"]?.value);
    expect(after.fields["mqlDate"]?.value).toBe(before.fields["mqlDate"]?.value);
    expect(after.stages.slice(0, before.stages.length)).toEqual(before.stages);
    expect(scene.recordOf(deal).persons).toEqual([before.id]);
    expect(after.links.map(({ object, ended }) => `${object} ${ended?.because ?? ""}`)).toEqual([
      "contacts ",
      "Lead it lives on as another record",
      "Contact ",
    ]);
    const people = scene.office.store.records().filter(({ kind }) => kind === "person");
    expect(people.filter(({ status }) => status !== "merged").length).toBe(1);
  },
);

test("P2, I3: the contact of a lead without an address, known first by itself, is the lead's person", async () => {
  const lead = await two.inSalesforce.create("Lead", { LastName: "Nobody", Company: "Acme" });
  await scene.tell(lead);
  const { contact, deal } = await convertWithDeal(lead);
  await scene.tell(deal, contact);
  await scene.tell(lead);
  const [one, ...more] = scene.office.store
    .records()
    .filter((record) => activeLink(record, "salesforce")?.id === contact.id);
  expect(more).toEqual([]);
  expect(one?.links.map(({ object }) => object)).toEqual(
    expect.arrayContaining(["Lead", "Contact"]),
  );
  expect(scene.recordOf(deal).persons).toEqual([]);
});

test.each(["lead", "contact"])(
  "P2, I4, I5: a lead converted into a linked contact leaves its HubSpot contact listed, told of the %s first",
  async (first) => {
    const { ann, lead, before } = await annsLead();
    const account = await two.inSalesforce.create("Account", { Name: "Acme" });
    const known = await two.inSalesforce.create("Contact", {
      LastName: "Lee",
      Email: mail("lee"),
      AccountId: account.id,
    });
    const lee = await two.inHubspot.create("contacts", mql(mail("lee")));
    await scene.tell(known, lee);
    expect(scene.partnerOf(lee)).toEqual(known);
    const leeId = scene.recordOf(lee).id;
    const { deal } = await convertWithDeal(lead, { contactId: known.id, accountId: account.id });
    const told = first === "lead" ? [lead, known, deal] : [known, deal, lead];
    for (const ref of told) await scene.tell(ref);
    expect(scene.partnerOf(lee)).toEqual(known);
    expect(scene.recordOf(lee)).toMatchObject({ id: leeId, status: "linked" });
    expect(scene.byId(before.id)).toMatchObject({ status: "ambiguous", candidates: [known] });
    expect(activeLink(scene.recordOf(ann), "hubspot")?.id).toBe(ann.id);
    expect(scene.recordOf(deal).persons).toEqual([leeId]);
    // Nothing was created for Ann, and once HubSpot says that they are one, so do we.
    expect(await scene.tell(ann)).toBe(0);
    await two.inHubspot.merge(lee, ann);
    await scene.tell(ann);
    expect(scene.byId(before.id)).toMatchObject({ status: "merged", mergedInto: leeId });
    expect(scene.byId(leeId)).toMatchObject({ status: "linked" });
  },
);
