import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { moveRun, startApply, startPlan, startUndo } from "../../shared/runs/control.ts";
import { workOffRun } from "../../shared/runs/work-off.ts";
import { mql } from "../support/identity-scene.ts";
import { granted, openRunOffice } from "../support/run-office.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import {
  newWatch,
  sendHints,
  toldOf,
  type Watch,
  watched,
  watchedPort,
} from "../support/watched-world.ts";
import { LEASE_MS, openOffice, workThrough } from "../support/work-through.ts";

const HOUR = 3_600_000;
const ME = { by: "ann", because: "to see it die" };

/** Every second call is one to die at. */
const STEP = 2;

let two: TwoCrms;

beforeAll(async () => {
  two = await openTwoCrms();
}, 60_000);

beforeEach(() => two.forward(HOUR));

afterAll(() => two?.stop());

type RunOffice = ReturnType<typeof openRunOffice>;

/** A worker of runs under watch. */
function watchedWorker({ at }: RunOffice, watch: Watch, diesAt?: number): RunOffice["at"] {
  const port = watchedPort(watch, diesAt);
  const world = watched(at.world, watch, diesAt);
  return { ...at, world, runs: port(at.runs), queue: port(at.queue) };
}

/** Works until nothing is left. The first worker dies at one of its calls; its message comes again. */
async function workAndDie(office: RunOffice, diesAt?: number): Promise<number> {
  const watch = newWatch();
  let at = watchedWorker(office, watch, diesAt);
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

async function planFor(tag: string) {
  const since = new Date(two.now()).toISOString();
  two.forward(1000);
  const live = openOffice(two, "observe");
  const office = openRunOffice(live);
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
  return { live, office, plan: plan.id };
}

test("P2, P3: a worker may die at any call of a run: each item is done and counted once, each is done, and can be taken back", async () => {
  const applied = async (tag: string, diesAt?: number) => {
    const { office, plan } = await planFor(tag);
    const run = granted(await startApply(office.desk, { plan, limits: {}, ...ME }));
    const calls = await workAndDie(office, diesAt);
    const ended = await office.runs.loadRun(run.id);
    const { creates, updates } = ended?.used ?? {};
    const used = `${creates} creates, ${updates} updates`;
    const people = await seen(tag);
    const undo = granted(await startUndo(office.desk, { run: run.id, limits: {}, ...ME }));
    await office.work();
    const left = (await office.runs.loadRun(undo.id))?.counts.left;
    const end = `${ended?.state} ${ended?.counts.done} ${used}, ${left} left by an undo\n${people}`;
    return { calls, end };
  };
  const whole = await applied("whole.example");
  expect(whole.end).toMatch(/^done 2 1 creates, 3 updates, 0 left by an undo\n/);
  const different: string[] = [];
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += STEP) {
    const { end } = await applied(`d${diesAt}.example`, diesAt);
    if (end !== whole.end) different.push(`death at call ${diesAt}: ${end}`);
  }
  expect(different).toEqual([]);
  expect(whole.calls).toBeGreaterThan(40);
}, 120_000);

test("P2, P3: live sync may look at any moment at what a dead worker of a run left half done: each item is done", async () => {
  const applied = async (tag: string, lookAt: number) => {
    const { live, office, plan } = await planFor(tag);
    const run = granted(await startApply(office.desk, { plan, limits: {}, ...ME }));
    const dying = newWatch();
    // It dies as soon as it has written to a CRM.
    dying.before = async () => {
      dying.isDead = dying.touched.size > 0;
    };
    const [message] = office.messages;
    if (!message) throw new Error("the run has nothing to do");
    await workOffRun(watchedWorker(office, dying), message).catch(() => undefined);
    two.forward(LEASE_MS + 1);
    const next = newWatch();
    next.before = async (call) => {
      if (call !== lookAt) return;
      await sendHints(live, await toldOf(two, [...dying.touched.values()]));
      await workThrough(live, two);
    };
    const at = watchedWorker(office, next);
    while (office.messages[0]) {
      await workOffRun(at, office.messages[0]);
      office.messages.shift();
      two.forward(2000);
    }
    const ended = await office.runs.loadRun(run.id);
    return { calls: next.calls, end: `${JSON.stringify(ended?.counts)}\n${await seen(tag)}` };
  };
  const alone = await applied("alone.example", 0);
  expect(alone.end).toMatch(/"done":2,"refused":0/);
  const different: string[] = [];
  for (let lookAt = 1; lookAt <= alone.calls; lookAt += STEP) {
    const { end } = await applied(`l${lookAt}.example`, lookAt);
    if (end !== alone.end) different.push(`looked at before call ${lookAt}: ${end}`);
  }
  expect(different).toEqual([]);
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
  for (let diesAt = 1; diesAt <= whole.calls; diesAt += STEP) {
    const { end } = await undone(`u${diesAt}.example`, diesAt);
    if (end !== whole.end) different.push(`death at call ${diesAt}: ${end}`);
  }
  expect(different).toEqual([]);
}, 120_000);

test("P1: what a worker did that died in a run is taken back with it, where the run is cancelled instead of resumed", async () => {
  const undone = async (tag: string, diesAt: number) => {
    const { live, office, plan } = await planFor(tag);
    const before = await seen(tag);
    const { id } = granted(await startApply(office.desk, { plan, limits: {}, ...ME }));
    const dying = newWatch();
    const [message] = office.messages;
    if (!message) throw new Error("the run has nothing to do");
    await workOffRun(watchedWorker(office, dying, diesAt), message).catch(() => undefined);
    two.forward(LEASE_MS + 1);
    await sendHints(live, await toldOf(two, [...dying.touched.values()]));
    await workThrough(live, two);
    await moveRun(office.desk, { run: id, move: "cancel" });
    const undo = granted(await startUndo(office.desk, { run: id, limits: {}, ...ME }));
    await office.work();
    const ended = await office.runs.loadRun(undo.id);
    const isBack = (await seen(tag)) === before;
    return { calls: dying.calls, end: `${ended?.state} ${ended?.counts.left} ${isBack}` };
  };
  const { calls } = await undone("c0.example", Number.POSITIVE_INFINITY);
  const different: string[] = [];
  for (let diesAt = 1; diesAt <= calls; diesAt += STEP) {
    const { end } = await undone(`c${diesAt}.example`, diesAt);
    if (end !== "done 0 true") different.push(`death at call ${diesAt}: ${end}`);
  }
  expect(different).toEqual([]);
}, 120_000);
