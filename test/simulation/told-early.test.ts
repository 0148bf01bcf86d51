import { afterAll, beforeAll, expect, test } from "vitest";
import { workOff } from "../../shared/sync/work-off.ts";
import { mql } from "../support/identity-scene.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { newWatch, sendHints, watched } from "../support/watched-world.ts";
import { openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

afterAll(() => two?.stop());

test("P3, P8: what a CRM tells of a record that a worker is still creating waits for that worker, and costs no call", async () => {
  const office = openOffice(two);
  const ref = await two.inHubspot.create("contacts", mql("ann@early.example"));
  const watch = newWatch();
  const made = () => two.crms.hubspot.callsMade() + two.crms.salesforce.callsMade();
  let looked = 0;
  let cost = 0;
  watch.before = async () => {
    const lead = [...watch.touched.values()].find(({ object }) => object === "Lead");
    if (!lead || looked > 0) return;
    looked += 1;
    const [seen] = (await two.crms.salesforce.observe([lead])).values();
    // As change events of creations tell it.
    const evidence = { ...seen?.properties, Accord_Id__c: seen?.accordId ?? null };
    const hint = { ref: lead, evidence };
    const before = made();
    await workOff(office, [{ id: "told", lane: "live", hints: [hint], attempt: 0 }]);
    cost += made() - before;
  };
  await sendHints(office, [{ ref }]);
  let first = true;
  const worlds = () => {
    const world = first ? watched(office, watch) : office;
    first = false;
    return world;
  };
  await workThrough(office, two, { worlds });
  expect({ looked, cost }).toEqual({ looked: 1, cost: 0 });
  const { salesforce } = await two.read();
  expect(salesforce.Lead.filter(({ Email }) => Email === "ann@early.example")).toHaveLength(1);
});
