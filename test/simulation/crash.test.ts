import { afterAll, beforeAll, expect, test } from "vitest";
import type { Hint } from "../../shared/sync/ports.ts";
import { activeLink } from "../../shared/sync/record.ts";
import { makeScene, ofTag, tagOf } from "../support/tagged.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { hearEchoes, newWatch, sendHints, toldOf, watched } from "../support/watched-world.ts";
import { type Office, openOffice, workThrough } from "../support/work-through.ts";

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

afterAll(() => two?.stop());

/**
 * Works the hints off with a worker that dies at the end of its call number `diesAt`; then others
 * take over, and the echoes of all that was written come in.
 *
 * @returns How many calls the first worker made.
 */
async function workAndDie(office: Office, batches: readonly Hint[][], diesAt?: number) {
  const mortal = newWatch();
  const heir = { ...newWatch(), touched: mortal.touched };
  const [first, next] = [watched(office, mortal, diesAt), watched(office, heir)];
  for (const hints of batches) {
    await sendHints(office, hints);
    await workThrough(office, two, { worlds: () => (mortal.isDead ? next : first) });
  }
  await hearEchoes(office, two, heir);
  return mortal.calls;
}

/** What each run left behind, with the numbers of the runs that left it. */
async function outcomes(runs: readonly number[]): Promise<Map<string, number[]>> {
  const all = await two.read();
  const found = new Map<string, number[]>();
  for (const run of runs) {
    const left = JSON.stringify(ofTag(all, tagOf(run)), null, 1);
    found.set(left, [...(found.get(left) ?? []), run]);
  }
  return found;
}

/** Records, and the values they hold, without the ids and times that differ from run to run. */
function recordsOf(office: Office, tag: string) {
  const records = office.store
    .records()
    .map(({ kind, status, statusReason, fields, links, persons, companies, lease, ...rest }) => ({
      kind,
      status,
      statusReason,
      fields: Object.entries(fields)
        .map(([name, { value, baseline }]) => `${name}: ${value} ${baseline}`)
        .sort(),
      links: links.map(({ object, ended }) => `${object}${ended ? " ended" : ""}`).sort(),
      related: persons.length + companies.length,
      waiting: rest.waiting.length,
      parked: rest.parked.map(({ field, code }) => `${field} ${code}`),
      conflicts: rest.conflicts.length,
      stages: rest.stages.map(({ stage }) => stage),
      lease,
    }))
    .map((record) => JSON.stringify(record));
  const keys = office.store.held().filter((name) => /^(person|company)#/.test(name));
  return [...records, ...keys]
    .map((text) => text.replaceAll(tag, "#").replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "then"))
    .sort();
}

type Scenario = (run: number, diesAt?: number) => Promise<{ calls: number; records: string[] }>;

/** Every second call is one to die at: `npm run simulate` dies at all the others. */
const STEP = 2;

/** Runs a scenario whole, and then for its calls with a worker that dies there. */
async function dieEverywhere(scenario: Scenario, firstRun: number) {
  const whole = await scenario(firstRun);
  const runs = [firstRun];
  const different: string[] = [];
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += STEP) {
    const run = firstRun + diesAt;
    runs.push(run);
    const { records } = await scenario(run, diesAt);
    const isSame = records.join() === whole.records.join();
    const others = records.filter((record) => !whole.records.includes(record));
    if (!isSame) different.push(`death at call ${diesAt}: ${others.join() || "too few"}`);
  }
  return { calls: whole.calls, runs, different, outcomes: [...(await outcomes(runs)).values()] };
}

test("P2, P3: a worker may die at any call of a first meeting: all is made, and made once", async () => {
  const firstMeeting: Scenario = async (run, diesAt) => {
    const office = openOffice(two);
    const { ann, account, bob, deal } = await makeScene(two, tagOf(run));
    const told = await toldOf(two, [ann, account, bob]);
    const calls = await workAndDie(office, [[{ ref: deal }], told], diesAt);
    return { calls, records: recordsOf(office, tagOf(run)) };
  };
  const { calls, runs, different, outcomes: found } = await dieEverywhere(firstMeeting, 0);
  expect({ different, found }).toEqual({ different: [], found: [runs] });
  expect(calls).toBeGreaterThan(80);
}, 120_000);

test("P1, P2: a worker may die at any call while edits of both sides cross: all of them arrive", async () => {
  const edits: Scenario = async (run, diesAt) => {
    const office = openOffice(two);
    const tag = tagOf(run);
    const { ann, account, bob, deal } = await makeScene(two, tag);
    await workAndDie(office, [[{ ref: account }, { ref: bob }, { ref: deal }, { ref: ann }]]);
    const partner = (id: string, system: "hubspot" | "salesforce") => {
      const record = office.store
        .records()
        .find(({ links }) => links.some((link) => link.id === id));
      const link = record && activeLink(record, system);
      if (!link) throw new Error(`${id} has no partner`);
      return { system, object: link.object, id: link.id };
    };
    const [lead, hubspotBob] = [partner(ann.id, "salesforce"), partner(bob.id, "hubspot")];
    const hubspotDeal = partner(deal.id, "hubspot");
    await two.inHubspot.edit(ann, { email: `anna@${tag}.example`, phone: "" });
    await two.inSalesforce.edit(lead, { Title: "CEO", FirstName: "Anna" });
    await two.inHubspot.edit(hubspotDeal, { amount: "99.99" });
    await two.inSalesforce.edit(deal, { CloseDate: "2026-11-30" });
    await two.inHubspot.takeOffDeal(hubspotDeal.id, "contacts", hubspotBob.id);
    const told = await toldOf(two, [ann, lead, hubspotDeal, deal]);
    const calls = await workAndDie(office, [told], diesAt);
    return { calls, records: recordsOf(office, tag) };
  };
  const { calls, runs, different, outcomes: found } = await dieEverywhere(edits, 300);
  expect({ different, found }).toEqual({ different: [], found: [runs] });
  expect(calls).toBeGreaterThan(15);
}, 120_000);
