import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { mapping } from "../../shared/config/mapping.ts";
import { type Ref, refKey } from "../../shared/sync/ports.ts";
import { activeLink } from "../../shared/sync/record.ts";
import { type IdentityScene, mql, openScene } from "../support/identity-scene.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { sendHints } from "../support/watched-world.ts";
import { openOffice, workThrough } from "../support/work-through.ts";

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

const mail = () => `ann${story}@secret.example`;

const PERSONAL = { phone: "555-0199", jobtitle: "Chief Secret", lastname: "Secretly" };

async function linked() {
  const ann = await two.inHubspot.create("contacts", mql(mail(), PERSONAL));
  await scene.tell(ann);
  await two.inHubspot.edit(ann, { phone: "555-0188" });
  await scene.tell(ann);
  return { ann, lead: scene.partnerOf(ann), id: scene.recordOf(ann).id };
}

/** Everything that is kept of anybody, as text. */
function allThatIsKept(): string {
  const { store, queue } = scene.office;
  const { findings, planned } = store;
  const beside = [[...findings], [...planned]];
  return JSON.stringify([store.records(), store.history(), store.held(), beside, queue.messages()]);
}

const leadOf = async (lead: Ref) => {
  const seen = await two.crms.salesforce.observe([lead]);
  return [...seen.values()][0]?.properties ?? {};
};

const ways: [string, (ann: Ref) => Promise<unknown>][] = [
  [
    "by its webhook",
    async (ann) => {
      await sendHints(scene.office, [{ ref: ann, because: "contact.privacyDeletion" }]);
      await workThrough(scene.office, two);
    },
  ],
  ["when its webhook was missed", (ann) => scene.tell(ann)],
];

test.each(ways)(
  "P1, I11: a person who is deleted for privacy is forgotten, told of %s; the lead is left and listed",
  async (_how, tell) => {
    const { ann, lead, id } = await linked();
    const before = await leadOf(lead);
    // A sweep found that both sides differ, and a plan would write what differs.
    for (const ref of [ann, lead]) {
      scene.office.store.findings.set(refKey(ref), PERSONAL);
      scene.office.store.planned.set(refKey(ref), PERSONAL);
    }
    await two.inHubspot.forget(ann);
    await tell(ann);
    expect(scene.byId(id)).toMatchObject({
      status: "forgotten",
      statusReason: `HubSpot deleted it for privacy; Salesforce Lead ${lead.id} is left as it is, for a person to decide`,
      fields: { source: expect.anything() },
    });
    expect(scene.byId(id)?.links.map(({ ended }) => ended?.because)).toEqual([
      "HubSpot deleted it for privacy",
      undefined,
    ]);
    expect(scene.byId(id)?.stages.length).toBeGreaterThan(0);
    const kept = allThatIsKept();
    for (const value of [mail(), "555-0199", "555-0188", "Chief Secret", "Secretly"])
      expect(kept).not.toContain(value);
    // What Salesforce still says is not learnt again, and nobody is made of it in HubSpot.
    await two.inSalesforce.edit(lead, { Title: "Secret again" });
    expect(await scene.tell(lead)).toBe(0);
    expect(allThatIsKept()).not.toContain("Secret again");
    expect(await leadOf(lead)).toEqual({ ...before, Title: "Secret again" });
  },
);

test("I11: who was deleted first, and for privacy later, is forgotten then; until then no value is lost", async () => {
  const { ann, id } = await linked();
  await two.inHubspot.delete(ann);
  await scene.tell(ann);
  expect(scene.byId(id)?.status).toBe("unlinked");
  expect(allThatIsKept()).toContain(mail());
  await two.inHubspot.forget(ann);
  await sendHints(scene.office, [{ ref: ann, because: "contact.privacyDeletion" }]);
  await workThrough(scene.office, two);
  expect(scene.byId(id)?.status).toBe("forgotten");
  for (const value of [mail(), "555-0199", "555-0188", "Chief Secret", "Secretly"])
    expect(allThatIsKept()).not.toContain(value);
});

test("I11: under the policy 'erase' the lead's mapped personal fields are blanked, once, and the link ends", async () => {
  const kinds = mapping.kinds.map((kind) => ({ ...kind, whenForgotten: "erase" as const }));
  scene = openScene(two, { ...openOffice(two), mapping: { ...mapping, kinds } });
  const { ann, lead, id } = await linked();
  await two.inHubspot.forget(ann);
  expect(await scene.tell(ann)).toBe(1);
  const { LastName, Company, Email, Phone, Title, FirstName, Lifecycle_Stage__c } =
    await leadOf(lead);
  expect({ LastName, Company, Email, Phone, Title, FirstName }).toEqual({
    LastName: "[not provided]",
    Company: "[not provided]",
    Email: null,
    Phone: null,
    Title: null,
    FirstName: null,
  });
  expect(Lifecycle_Stage__c).not.toBeNull();
  const record = scene.byId(id);
  expect(record).toMatchObject({
    status: "forgotten",
    statusReason: "HubSpot deleted it for privacy",
  });
  expect(record && activeLink(record, "salesforce")).toBeUndefined();
  expect(await scene.tell(ann, lead)).toBe(0);
  expect(allThatIsKept()).not.toContain("Secret");
});

test("I11: what was known of a person by another record is forgotten with the person", async () => {
  const { ann, id } = await linked();
  const eve = await two.inHubspot.create("contacts", {
    email: `eve${story}@secret.example`,
    lastname: "Verborgen",
  });
  await scene.tell(eve);
  await two.inHubspot.merge(ann, eve);
  await scene.tell(ann, eve);
  const merged = activeLink(scene.recordOf(ann), "hubspot");
  expect(scene.byId(id)?.mergedFrom?.length).toBe(1);
  expect(allThatIsKept()).toContain("Verborgen");
  if (merged) {
    await two.inHubspot.forget(merged);
    await scene.tell(merged);
  }
  expect(allThatIsKept()).not.toContain("Verborgen");
  expect(allThatIsKept()).not.toContain("@secret.example");
});

test("I11, P1: a portal that has lost everybody at once is no wish of theirs: nothing is forgotten", async () => {
  const all = await Promise.all(
    Array.from({ length: 22 }, (_, index) =>
      two.inHubspot.create("contacts", { email: `p${story}-${index}@x.example`, lastname: "Lee" }),
    ),
  );
  await scene.tell(...all);
  for (const ref of all) await two.inHubspot.forget(ref);
  await scene.tell(...all);
  const statuses = scene.office.store.records().map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set(["unlinked"]));
});
