import { afterAll, beforeAll, expect, test } from "vitest";
import { activeLink } from "../../shared/sync/record.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { hearEchoes, newWatch, sendHints, toldOf, watched } from "../support/watched-world.ts";
import { openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

afterAll(() => two?.stop());

/** Two edits of one field cross, and the worker that decides between them dies at a call of its. */
async function crossAndDie(run: number, diesAt: number) {
  const office = openOffice(two);
  const email = `ann${run}@crossed.example`;
  const ann = await two.inHubspot.create("contacts", {
    email,
    lastname: "Lee",
    lifecyclestage: "marketingqualifiedlead",
  });
  await sendHints(office, [{ ref: ann }]);
  await workThrough(office, two);
  const recordOf = () =>
    office.store.records().find(({ links }) => links.some(({ id }) => id === ann.id));
  const record = recordOf();
  const link = record && activeLink(record, "salesforce");
  if (!link) throw new Error("Ann has no lead");
  const lead = { system: link.system, object: link.object, id: link.id };
  await two.inHubspot.edit(ann, { firstname: "Anne" });
  two.forward(60_000);
  await two.inSalesforce.edit(lead, { FirstName: "Anna" });
  const mortal = newWatch();
  const heir = { ...newWatch(), touched: mortal.touched };
  const [first, next] = [watched(office, mortal, diesAt), watched(office, heir)];
  await sendHints(office, await toldOf(two, [ann, lead]));
  await workThrough(office, two, { worlds: () => (mortal.isDead ? next : first) });
  await hearEchoes(office, two, heir);
  const kept = recordOf()?.conflicts.map(({ at, ...conflict }) => conflict);
  return { calls: mortal.calls, kept, value: recordOf()?.fields["firstName"]?.value };
}

test("P1, P2: a worker may die at any call while two edits of one field cross: the loser is kept, once", async () => {
  const whole = await crossAndDie(0, Number.POSITIVE_INFINITY);
  expect(whole).toMatchObject({
    value: "Anna",
    kept: [
      { fields: ["firstName"], hubspot: ["Anne"], salesforce: ["Anna"], winner: "salesforce" },
    ],
  });
  expect(whole.calls).toBeGreaterThan(5);
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += 1) {
    const { kept, value } = await crossAndDie(diesAt, diesAt);
    expect({ diesAt, kept, value }).toEqual({ diesAt, kept: whole.kept, value: "Anna" });
  }
}, 60_000);
