import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startApply, startPlan, startUndo } from "../../shared/runs/control.ts";
import { workOffRun } from "../../shared/runs/work-off.ts";
import { mql } from "../support/identity-scene.ts";
import { granted, openRunOffice } from "../support/run-office.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { newWatch, watched, watchedPort } from "../support/watched-world.ts";
import { LEASE_MS, openOffice } from "../support/work-through.ts";

const HOUR = 3_600_000;
const ME = { by: "ann", because: "to see it die" };

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

beforeEach(() => two.forward(HOUR));

afterAll(() => two?.stop());

type RunOffice = ReturnType<typeof openRunOffice>;

/** Works until nothing is left. The first worker dies at one of its calls; its message comes again. */
async function workAndDie(office: RunOffice, diesAt?: number): Promise<number> {
  const watch = newWatch();
  const port = watchedPort(watch, diesAt);
  let at = { ...office.at, world: watched(office.at.world, watch, diesAt) };
  at = { ...at, runs: port(office.at.runs), queue: port(office.at.queue) };
  while (office.messages[0]) {
    const [message] = office.messages;
    try {
      await workOffRun(at, message);
      office.messages.splice(office.messages.indexOf(message), 1);
    } catch {
      // Its claims end, and somebody else gets the message.
      two.forward(LEASE_MS + 1);
      at = office.at;
    }
  }
  return watch.calls;
}

/** People of a tag on both sides, as somebody sees them. */
async function seen(tag: string): Promise<string> {
  const { hubspot, salesforce } = await two.read();
  const ours = (rows: readonly object[]) =>
    rows.map((row) => JSON.stringify(row)).filter((row) => row.includes(tag));
  const all = [...ours(hubspot.contacts), ...ours(salesforce.Lead)];
  return all.join("\n").replaceAll(tag, "#");
}

async function planFor(tag: string): Promise<{ office: RunOffice; plan: string }> {
  const since = new Date(two.now()).toISOString();
  two.forward(1000);
  const office = openRunOffice(openOffice(two, "observe"));
  await two.inHubspot.create("contacts", mql(`ann@${tag}`, { jobtitle: "Chief" }));
  await two.inSalesforce.create("Lead", {
    LastName: "Lee",
    FirstName: "Ann",
    Company: "Acme",
    Email: `ann@${tag}`,
    Phone: "+49 30 1234567",
  });
  await two.inHubspot.create("contacts", mql(`bob@${tag}`));
  two.forward(HOUR);
  const asked = { kinds: ["person"], where: [], since, ...ME };
  const plan = granted(await startPlan(office.desk, asked));
  await office.work();
  return { office, plan: plan.id };
}

test("P2, P3: a worker may die at any call of a run: each item is done once, and each is done", async () => {
  const applied = async (tag: string, diesAt?: number) => {
    const { office, plan } = await planFor(tag);
    const run = granted(await startApply(office.desk, { plan, limits: {}, ...ME }));
    const calls = await workAndDie(office, diesAt);
    const ended = await office.runs.loadRun(run.id);
    return { calls, end: `${ended?.state} ${ended?.counts.done}\n${await seen(tag)}` };
  };
  const whole = await applied("whole.example");
  expect(whole.end).toMatch(/^done 2\n/);
  const different: string[] = [];
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += 1) {
    const { end } = await applied(`d${diesAt}.example`, diesAt);
    if (end !== whole.end) different.push(`death at call ${diesAt}: ${end}`);
  }
  expect(different).toEqual([]);
  expect(whole.calls).toBeGreaterThan(40);
}, 120_000);

test("P2, P3: a worker may die at any call of an undo: everything is as it was before the run", async () => {
  const undone = async (tag: string, diesAt?: number) => {
    const { office, plan } = await planFor(tag);
    const before = await seen(tag);
    const run = granted(await startApply(office.desk, { plan, limits: {}, ...ME }));
    await office.work();
    const undo = granted(await startUndo(office.desk, { run: run.id, limits: {}, ...ME }));
    const calls = await workAndDie(office, diesAt);
    const ended = await office.runs.loadRun(undo.id);
    const isBack = (await seen(tag)) === before;
    return { calls, end: `${ended?.state} ${ended?.counts.undone} ${isBack}` };
  };
  const whole = await undone("undo.example");
  expect(whole.end).toBe("done 2 true");
  const different: string[] = [];
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += 1) {
    const { end } = await undone(`u${diesAt}.example`, diesAt);
    if (end !== whole.end) different.push(`death at call ${diesAt}: ${end}`);
  }
  expect(different).toEqual([]);
}, 120_000);
