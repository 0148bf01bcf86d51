import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../shared/parity/finding.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import { type IdentityScene, mql, openScene } from "../support/identity-scene.ts";
import { openParityOffice, unbalanced } from "../support/parity-office.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { sendHints } from "../support/watched-world.ts";
import { workThrough } from "../support/work-through.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

let two: TwoCrms;
let scene: IdentityScene;
let parity: ReturnType<typeof openParityOffice>;

beforeAll(async () => {
  two = await openTwoCrms();
  scene = openScene(two);
  parity = openParityOffice(scene.office, two);
}, 60_000);

afterAll(() => two?.stop());

/** As many persons on both sides, tied and settled. */
async function persons(names: readonly string[]) {
  const contacts = [];
  for (const name of names)
    contacts.push(await two.inHubspot.create("contacts", mql(`${name}@x.example`)));
  await scene.tell(...contacts);
  return contacts;
}

async function opportunity(name: string) {
  const account = await two.inSalesforce.create("Account", {
    Name: name,
    Website: `${name}.example`,
  });
  const person = await two.inSalesforce.create("Contact", {
    LastName: name,
    Email: `buyer@${name}.example`,
    AccountId: account.id,
  });
  const deal = await two.inSalesforce.create("Opportunity", {
    Name: name,
    StageName: "Prospecting",
    CloseDate: "2027-01-31",
    Amount: "1000",
    AccountId: account.id,
  });
  await two.connection
    .sobject("OpportunityContactRole")
    .create({ OpportunityId: deal.id, ContactId: person.id });
  await scene.tell(account, person);
  await scene.tell(deal);
  await scene.tell(account, person, deal);
  return { account, person, deal };
}

const briefly = ({ kind, field, refs }: Finding) =>
  [kind, field, ...refs.map(({ id }) => id).sort()].filter((part) => part !== undefined).join(" ");

/** Our record, as somebody with a screwdriver leaves it. */
async function tamper(ref: { id: string }, change: (record: AccordRecord) => AccordRecord) {
  await scene.office.store.save(change(scene.recordOf(ref)));
}

/** Two simulators and a worker, on a machine that others use as well. */
const SLOW_MS = 60_000;

describe("a sweep", { timeout: SLOW_MS }, () => {
  test("P1: finds every silent fault of seventeen kinds and nothing else; once repaired, nothing", async () => {
    const names = [..."abcdefghijklm"].map((letter) => `p${letter}`);
    const all = await persons(names);
    const person = (letter: string) => {
      const contact = all[letter.charCodeAt(0) - "a".charCodeAt(0)];
      if (!contact) throw new Error(letter);
      return { contact, lead: scene.partnerOf(contact), id: scene.recordOf(contact).id };
    };
    const acme = await opportunity("acme");
    const beta = await opportunity("beta");
    const gamma = await opportunity("gamma");
    const eve = await two.inHubspot.create("contacts", { email: "eve@x.example", lastname: "E" });
    await scene.tell(eve);
    two.forward(HOUR);
    const clean = await parity.sweep();
    expect([clean.state, clean.findings, unbalanced(clean)]).toEqual(["done", [], []]);

    const expected: string[] = [];
    const plant = (kind: string, field: string, ...refs: { id: string }[]) =>
      expected.push(
        [kind, ...(field ? [field] : []), ...refs.map(({ id }) => id).sort()].join(" "),
      );
    const { inHubspot, inSalesforce } = two;

    const a = person("a");
    await inHubspot.edit(a.contact, { jobtitle: "Chief" });
    plant("value-differs", "jobTitle", a.contact, a.lead);
    const b = person("b");
    await inSalesforce.edit(b.lead, { Phone: "+49 30 1" });
    plant("value-differs", "phone", b.contact, b.lead);
    const c = person("c");
    await inHubspot.edit(c.contact, { company: "Acme International Holdings" });
    await inSalesforce.edit(c.lead, { Company: "Acme International H" });
    plant("value-differs", "company", c.contact, c.lead);
    const d = person("d");
    await inHubspot.edit(d.contact, { lastname: "" });
    plant("value-differs", "lastName", d.contact, d.lead);
    const e = person("e");
    await inSalesforce.delete(e.lead);
    plant("missing-on-far-side", "", e.contact, e.lead);
    const f = person("f");
    await inHubspot.delete(f.contact);
    plant("missing-on-far-side", "", f.contact, f.lead);
    const g = person("g");
    await inHubspot.edit(g.contact, { accord_id: "somebody" });
    plant("accord-id-wrong", "accord_id", g.contact, g.lead);
    const h = person("h");
    await inSalesforce.edit(h.lead, { Accord_Id__c: "" });
    plant("accord-id-wrong", "Accord_Id__c", h.contact, h.lead);
    const i = person("i");
    await tamper(i.contact, (record) => ({
      ...record,
      status: "excluded",
      links: record.links.filter(({ system }) => system === "hubspot"),
    }));
    await scene.office.store.letGo({ ref: i.lead }, i.id);
    plant("not-linked", "", i.contact, i.lead);
    const j = person("j");
    await tamper(j.contact, (record) => {
      const { firstName, ...fields } = record.fields;
      if (!firstName) throw new Error("she has no name");
      return { ...record, fields: { ...fields, firstName: { ...firstName, value: "Bea" } } };
    });
    plant("stale-record", "firstName", j.contact, j.lead);
    const k = person("k");
    await inHubspot.edit(k.contact, { jobtitle: "Same" });
    await inSalesforce.edit(k.lead, { Title: "Same" });
    plant("stale-record", "jobTitle", k.contact, k.lead);
    const stranger = await inHubspot.create("contacts", { email: "new@x.example" });
    plant("unknown-to-accord", "", stranger);
    const twin = await inSalesforce.create("Lead", {
      LastName: "Lee",
      Company: "Acme",
      Email: "pl@x.example",
    });
    plant("duplicate", "", twin);
    const m = person("m");
    const converted = await inSalesforce.convert(m.lead.id);
    plant("link-broken", "", m.contact, converted);
    const { AccountId } = await two.connection.sobject("Contact").retrieve(converted.id);
    plant("unknown-to-accord", "", { id: String(AccountId) });
    await inHubspot.edit(eve, { lifecyclestage: "marketingqualifiedlead" });
    plant("missing-on-far-side", "", eve);
    await inHubspot.edit(scene.partnerOf(acme.deal), { amount: "999.99" });
    plant("value-differs", "amount", acme.deal, scene.partnerOf(acme.deal));
    const role = await two.connection
      .sobject("OpportunityContactRole")
      .findOne({ OpportunityId: beta.deal.id });
    await two.connection.sobject("OpportunityContactRole").destroy(String(role?.["Id"]));
    const buyer = scene.partnerOf(beta.person);
    plant("relation-differs", `person ${buyer.id}`, beta.deal, scene.partnerOf(beta.deal));
    const gammaDeal = scene.partnerOf(gamma.deal);
    const gammaCompany = scene.partnerOf(gamma.account);
    await inHubspot.takeOffDeal(gammaDeal.id, "companies", gammaCompany.id);
    plant("relation-differs", `company ${gammaCompany.id}`, gamma.deal, gammaDeal);
    two.forward(HOUR);

    const swept = await parity.sweep();
    expect(swept.findings.map(briefly).sort()).toEqual(expected.sort());
    expect(unbalanced(swept)).toEqual([]);
    expect(swept.tallies["person"]?.salesforce).toMatchObject({ duplicate: 1, "not-linked": 2 });

    await workThrough(scene.office, two);
    two.forward(HOUR);
    const after = await parity.sweep();
    expect(after.findings).toEqual([]);
    expect(unbalanced(after)).toEqual([]);
    expect(scene.office.queue.messages()).toEqual([]);
  });

  test("an edit of a moment ago is looked at once more when it has settled, and told of only then", async () => {
    const [contact] = await persons(["young"]);
    if (!contact) throw new Error("nobody was created");
    const edit = async (jobtitle: string) => {
      two.forward(HOUR);
      await two.inHubspot.edit(contact, { jobtitle });
      // HubSpot's search knows it by then; a hint may still be under way.
      two.forward(MINUTE);
    };
    await edit("Chief");
    const refs = [contact.id, scene.partnerOf(contact).id].sort().join(" ");
    const lost = await parity.sweep({ kinds: ["person"], repair: false });
    expect(lost.findings.map(briefly)).toEqual([`value-differs jobTitle ${refs}`]);
    expect(scene.office.queue.messages()).toEqual([]);

    await edit("Boss");
    const hinted = await parity.sweep({
      kinds: ["person"],
      whileWaiting: () => scene.tell(contact),
    });
    expect([hinted.state, hinted.findings]).toEqual(["done", []]);
  });

  test("a relation or a deletion of a moment ago is told of only where it outlasts a second look", async () => {
    const delta = await opportunity("delta");
    const [gone] = await persons(["gone"]);
    if (!gone) throw new Error("nobody was created");
    const deal = scene.partnerOf(delta.deal);
    const buyer = scene.partnerOf(delta.person);
    const partner = scene.partnerOf(gone);
    two.forward(HOUR);
    await two.inHubspot.takeOffDeal(deal.id, "contacts", buyer.id);
    await two.inHubspot.delete(gone);
    two.forward(MINUTE);
    const lost = await parity.sweep({ repair: false });
    expect(lost.findings.map(briefly).sort()).toEqual(
      [
        ["missing-on-far-side", ...[gone.id, partner.id].sort()].join(" "),
        [`relation-differs person ${delta.person.id}`, ...[delta.deal.id, deal.id].sort()].join(
          " ",
        ),
      ].sort(),
    );
    expect(unbalanced(lost)).toEqual([]);

    const told = await parity.sweep({
      repair: false,
      async whileWaiting() {
        await sendHints(scene.office, [{ ref: deal }, { ref: gone }]);
        await workThrough(scene.office, two);
      },
    });
    expect([told.findings, unbalanced(told)]).toEqual([[], []]);
    expect(told.tallies["opportunity"]?.fields["relations"]).toMatchObject({ explained: 0 });

    await two.inHubspot.putOnDeal(deal.id, "contacts", buyer.id);
    let hasWaited = false;
    const early = await parity.sweep({
      kinds: ["opportunity"],
      repair: false,
      async whileWaiting() {
        if (hasWaited) return;
        hasWaited = true;
        await two.inHubspot.takeOffDeal(deal.id, "companies", scene.partnerOf(delta.account).id);
      },
    });
    expect(early.findings.map(({ kind, field }) => [kind, field])).toEqual([
      ["relation-differs", `person ${delta.person.id}`],
    ]);
    expect(unbalanced(early)).toEqual([]);
  });
});
