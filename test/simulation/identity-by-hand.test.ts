import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Ref } from "../../shared/sync/ports.ts";
import { link, unlink } from "../../shared/sync/tie-by-hand.ts";
import { type IdentityScene, mql, openScene } from "../support/identity-scene.ts";
import { kindNamed } from "../support/sync-builders.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { newWatch, watched } from "../support/watched-world.ts";
import { workThrough } from "../support/work-through.ts";

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

const person = kindNamed("person");
const word = { by: "olga@ops.example", because: "two people share the address" };
const mail = (name: string) => `${name}${story}@x.example`;

async function linked() {
  const ann = await two.inHubspot.create("contacts", mql(mail("ann")));
  await scene.tell(ann);
  return { ann, lead: scene.partnerOf(ann), id: scene.recordOf(ann).id };
}

/** Works off what a person's word has queued. Answers how many writes it took. */
async function work(): Promise<number> {
  const watch = newWatch();
  const world = watched(scene.office, watch);
  await workThrough(scene.office, two, { worlds: () => world });
  return watch.writes;
}

const unlinkIt = (id: string) => unlink(scene.office, person, { id, ...word });
const linkIt = (id: string, ref: Ref) => link(scene.office, person, { id, ref, ...word });

const saidOf = (id: string) =>
  scene.office.store
    .history()
    .filter(({ recordId }) => recordId === id)
    .flatMap(({ events }) => events.filter(({ by }) => by === word.by));

test("I9, P3: who is unlinked stays so, both sides as they are, whatever is told of them", async () => {
  const { ann, lead, id } = await linked();
  expect(await unlinkIt(id)).toMatchObject({ answer: "done" });
  expect(await work()).toBe(0);
  await two.inHubspot.edit(ann, { jobtitle: "CEO" });
  expect(await scene.tell(ann, lead)).toBe(0);
  const reason = (ref: string) => `olga@ops.example keeps it apart from ${ref}: ${word.because}`;
  expect(scene.recordOf(ann)).toMatchObject({
    id,
    status: "unlinked",
    statusReason: reason(`Salesforce Lead ${lead.id}`),
    candidates: [],
  });
  expect(scene.recordOf(lead)).toMatchObject({
    status: "unlinked",
    statusReason: reason(`HubSpot contacts ${ann.id}`),
  });
  expect(scene.recordOf(lead).id).not.toBe(id);
  expect(saidOf(id)).toMatchObject([{ what: "unlinked", ...word }]);
});

test("I9: neither a conversion nor our id on the lead brings together who is kept apart", async () => {
  const { ann, lead, id } = await linked();
  await unlinkIt(id);
  await work();
  const contact = await two.inSalesforce.convert(lead.id);
  await scene.tell(contact);
  await scene.tell(lead);
  expect(() => scene.partnerOf(ann)).toThrow("has no partner");
  expect(scene.recordOf(contact)).toMatchObject({ status: "unlinked" });
});

test("I9, P1: who is linked again agrees again: what either side had meanwhile travels", async () => {
  const { ann, lead, id } = await linked();
  await unlinkIt(id);
  await work();
  const apart = scene.recordOf(lead).id;
  await two.inHubspot.edit(ann, { jobtitle: "CEO" });
  await two.inSalesforce.edit(lead, { Phone: "555 0100" });
  await scene.tell(ann, lead);
  expect(await linkIt(id, lead)).toMatchObject({ answer: "done" });
  await work();
  expect(scene.recordOf(ann)).toMatchObject({ id, status: "linked", candidates: [] });
  expect(scene.byId(apart)).toMatchObject({ status: "merged", mergedInto: id });
  const { hubspot, salesforce } = await two.read();
  expect(hubspot.contacts.find(({ email }) => email === mail("ann"))?.["phone"]).toBe("555 0100");
  expect(salesforce.Lead.find(({ Email }) => Email === mail("ann"))?.["Title"]).toBe("CEO");
  expect(saidOf(id).map(({ what }) => what)).toEqual(["unlinked", "linked"]);
});

test("I9: either word said twice is said once", async () => {
  const { lead, id } = await linked();
  await unlinkIt(id);
  expect(await unlinkIt(id)).toMatchObject({ answer: "was-so" });
  await work();
  await linkIt(id, lead);
  expect(await linkIt(id, lead)).toMatchObject({ answer: "was-so" });
  await work();
  expect(saidOf(id).length).toBe(2);
});

test("I9, P2: an unlink that was cut short anywhere is carried on when it is said again", async () => {
  for (let diesAt = 1; diesAt <= 9; diesAt += 1) {
    story += 1;
    const { ann, lead, id } = await linked();
    const dying = watched(scene.office, newWatch(), diesAt);
    await unlink(dying, person, { id, ...word }).catch(() => undefined);
    await unlinkIt(id);
    await work();
    await scene.tell(lead, ann);
    expect(scene.recordOf(ann)).toMatchObject({ id, status: "unlinked" });
    expect(scene.recordOf(lead)).toMatchObject({ status: "unlinked" });
    const people = scene.office.store.records().filter(({ status }) => status === "unlinked");
    expect(people.length).toBe(diesAt * 2);
  }
}, 20_000);

test("I9: an ambiguous record that a person unlinks is nobody's candidate any more", async () => {
  const { ann, id } = await linked();
  const second = await two.inSalesforce.create("Lead", {
    LastName: "Lee",
    Company: "Acme",
    Email: mail("ann"),
  });
  await scene.tell(second);
  const theirs = scene.recordOf(second);
  expect(theirs.status).toBe("ambiguous");
  expect(await unlinkIt(theirs.id)).toMatchObject({ answer: "done" });
  await work();
  expect(scene.recordOf(second)).toMatchObject({
    id: theirs.id,
    status: "unlinked",
    candidates: [],
  });
  expect(scene.recordOf(ann)).toMatchObject({ id, status: "linked" });
});

test("I9: what cannot be tied is refused with what to do first", async () => {
  const one = await linked();
  story += 1;
  const other = await linked();
  const alone = await two.inHubspot.create("contacts", { email: mail("bob"), lastname: "Bob" });
  await scene.tell(alone);
  const bob = scene.recordOf(alone).id;
  const account: Ref = { system: "salesforce", object: "Account", id: "001" };
  const answers = [
    await linkIt(one.id, other.lead),
    await linkIt(bob, other.lead),
    await linkIt(bob, account),
    await linkIt("nobody", other.lead),
    await unlinkIt(bob),
    await unlinkIt("nobody"),
  ];
  expect(answers).toEqual([
    {
      answer: "impossible",
      reason: `it is linked with Salesforce Lead ${one.lead.id}; unlink that first`,
    },
    {
      answer: "impossible",
      reason: `Salesforce Lead ${other.lead.id} is linked with HubSpot contacts ${other.ann.id}, in record ${other.id}; unlink that first`,
    },
    { answer: "impossible", reason: "no person is a salesforce Account" },
    { answer: "unknown", reason: "no person has the id nobody" },
    { answer: "impossible", reason: `person ${bob} is linked with nobody` },
    { answer: "unknown", reason: "no person has the id nobody" },
  ]);
});
