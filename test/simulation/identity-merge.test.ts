import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Ref } from "../../shared/sync/ports.ts";
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

/** Two people, each a contact with a lead of its own. */
async function twoPeople() {
  const ann = await two.inHubspot.create("contacts", mql(mail("ann")));
  await scene.tell(ann);
  two.forward(60_000);
  const eve = await two.inHubspot.create("contacts", mql(mail("eve")));
  await scene.tell(eve);
  const { partnerOf, recordOf } = scene;
  const of = (ref: Ref) => ({ ref, lead: partnerOf(ref), id: recordOf(ref).id });
  return { ann: of(ann), eve: of(eve) };
}

/** The one that lives on, as a search or a poll comes upon it. */
async function mergedOf(ref: Ref): Promise<Ref> {
  const seen = (await two.crms.hubspot.observe([ref])).get(`hubspot#contacts#${ref.id}`);
  if (!seen?.continuedAs) throw new Error(`${ref.id} was not merged`);
  return seen.continuedAs;
}

const orders: [string, (refs: { old: Ref[]; merged: Ref }) => Ref[][]][] = [
  ["all at once", ({ old, merged }) => [[...old, merged]]],
  ["the loser first", ({ old: [one, other], merged }) => [[other], [one], [merged]] as Ref[][]],
  ["the new record first", ({ old, merged }) => [[merged], old]],
  ["the new record alone, as a poll does", ({ merged }) => [[merged]]],
];

test.each(orders)(
  "P2, I3, I4, I5: two linked people merged in HubSpot are one, told of %s",
  async (_how, arrange) => {
    const { ann, eve } = await twoPeople();
    await two.inHubspot.merge(ann.ref, eve.ref);
    const merged = await mergedOf(eve.ref);
    for (const refs of arrange({ old: [ann.ref, eve.ref], merged })) await scene.tell(...refs);
    expect(scene.partnerOf(merged)).toEqual(ann.lead);
    expect(scene.byId(ann.id)).toMatchObject({ status: "linked" });
    expect(scene.byId(eve.id)).toMatchObject({
      status: "ambiguous",
      candidates: [merged],
      statusReason: expect.stringContaining(
        `merge Salesforce Lead ${eve.lead.id} with Salesforce Lead ${ann.lead.id}, or unlink it`,
      ),
      belongsTo: ann.id,
    });
    // What the CRM says of them later is still one story: nothing is linked anew, nothing is created.
    await two.inSalesforce.edit(eve.lead, { Title: "CEO" });
    expect(await scene.tell(eve.lead)).toBe(0);
    expect(scene.byId(eve.id)).toMatchObject({ status: "ambiguous", candidates: [merged] });
    await two.inSalesforce.merge(ann.lead, eve.lead);
    await scene.tell(eve.lead, ann.lead);
    expect(scene.byId(eve.id)).toMatchObject({
      status: "merged",
      mergedInto: ann.id,
      statusReason: `record ${ann.id} goes on in its place`,
      fields: { email: { value: mail("eve") } },
    });
    expect(scene.byId(eve.id)?.links.every(({ ended }) => ended)).toBe(true);
    const held = scene.byId(ann.id)?.links.map(({ id }) => id);
    expect(held).toEqual(expect.arrayContaining([ann.ref.id, eve.ref.id, merged.id, eve.lead.id]));
    expect(await scene.tell(merged, ann.lead, eve.lead)).toBe(0);
  },
);

test("P1, I4: the person who goes on keeps the stages that both went through, in order", async () => {
  const { ann, eve } = await twoPeople();
  two.forward(60_000);
  await two.inHubspot.edit(eve.ref, { lifecyclestage: "opportunity" });
  await scene.tell(eve.ref);
  const theirs = scene.byId(eve.id)?.stages ?? [];
  await two.inHubspot.merge(ann.ref, eve.ref);
  const merged = await mergedOf(eve.ref);
  await scene.tell(merged, ann.ref, eve.ref);
  const stages = scene.byId(ann.id)?.stages ?? [];
  expect(stages.map(({ at }) => at)).toEqual(stages.map(({ at }) => at).sort());
  for (const { stage, at } of theirs)
    expect(stages).toContainEqual(expect.objectContaining({ stage, at }));
  const firstSeen = (id: string) => scene.byId(id)?.fields["firstSeen"]?.value ?? "";
  expect(firstSeen(ann.id) < firstSeen(eve.id)).toBe(true);
});

test("P1, I4, I5: of two linked leads that are merged the master's person goes on, and HubSpot's other contact is listed", async () => {
  const { ann, eve } = await twoPeople();
  await two.inSalesforce.merge(eve.lead, ann.lead);
  await scene.tell(ann.lead);
  expect(scene.partnerOf(eve.lead)).toEqual(eve.ref);
  expect(scene.byId(ann.id)).toMatchObject({ status: "ambiguous", candidates: [eve.lead] });
  await two.inHubspot.merge(eve.ref, ann.ref);
  await scene.tell(ann.ref, eve.ref, await mergedOf(ann.ref));
  expect(scene.byId(ann.id)).toMatchObject({ status: "merged", mergedInto: eve.id });
  expect(scene.byId(eve.id)).toMatchObject({ status: "linked" });
});

test("I3: merges of merges are followed to their end, though only the end is told of", async () => {
  const { ann, eve } = await twoPeople();
  const bob = await two.inHubspot.create("contacts", { email: mail("bob"), lastname: "Bob" });
  await scene.tell(bob);
  const bobs = scene.recordOf(bob).id;
  await two.inHubspot.merge(ann.ref, bob);
  const first = await mergedOf(bob);
  await two.inHubspot.merge(eve.ref, first);
  const last = await mergedOf(first);
  await scene.tell(last);
  expect(scene.byId(bobs)).toMatchObject({ status: "merged" });
  const [one, other] = [scene.byId(ann.id), scene.byId(eve.id)];
  expect([one?.status, other?.status].sort()).toEqual(["ambiguous", "linked"]);
  await two.inSalesforce.merge(ann.lead, eve.lead);
  await scene.tell(eve.lead);
  expect([scene.byId(ann.id)?.status, scene.byId(eve.id)?.status].sort()).toEqual([
    "linked",
    "merged",
  ]);
});

test("I3: a lead that was merged into one that was converted is that contact from then on", async () => {
  const { ann, eve } = await twoPeople();
  await two.inSalesforce.merge(ann.lead, eve.lead);
  const contact = await two.inSalesforce.convert(ann.lead.id);
  await scene.tell(eve.lead);
  expect(scene.partnerOf(contact)).toEqual(ann.ref);
  expect(scene.byId(eve.id)).toMatchObject({ status: "ambiguous", candidates: [contact] });
});

test("I10: who belongs to another takes the empty place, once the other's partner is deleted", async () => {
  const { ann, eve } = await twoPeople();
  await two.inHubspot.merge(ann.ref, eve.ref);
  const merged = await mergedOf(eve.ref);
  await scene.tell(merged);
  await two.inSalesforce.delete(ann.lead);
  await scene.tell(ann.lead);
  expect(scene.partnerOf(merged)).toEqual(eve.lead);
  expect(scene.byId(eve.id)).toMatchObject({ status: "merged", mergedInto: ann.id });
});

test("I4: two deals that are merged in HubSpot are one opportunity's, and the other opportunity is listed", async () => {
  const deal = (name: string) =>
    two.inSalesforce.create("Opportunity", {
      Name: `${name} ${story}`,
      StageName: "Closed Won",
      CloseDate: "2026-11-20",
      Amount: "10.00",
    });
  const [one, other] = [await deal("one"), await deal("other")];
  await scene.tell(one, other);
  const [first, second] = [scene.partnerOf(one), scene.partnerOf(other)];
  await two.inHubspot.merge(first, second);
  await scene.tell(first, second);
  const statuses = [one, other].map((ref) => scene.recordOf(ref).status);
  expect(statuses.sort()).toEqual(["ambiguous", "linked"]);
});
