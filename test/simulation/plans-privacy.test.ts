import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoRunStore } from "../../shared/dynamodb/run-store.ts";
import { moveRun, startApply, startPlan, startUndo } from "../../shared/runs/control.ts";
import { pageOfItems } from "../../shared/runs/list-items.ts";
import { workOffRun } from "../../shared/runs/work-off.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import { workOff } from "../../shared/sync/work-off.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { mql } from "../support/identity-scene.ts";
import { granted, openRunOffice } from "../support/run-office.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { newWatch, sendHints, watched, watchedPort } from "../support/watched-world.ts";
import { openOffice, workThrough } from "../support/work-through.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ME = { by: "ann", because: "the first switch-on" };

let two: TwoCrms;
let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let story = 0;

beforeAll(async () => {
  [two, dynamo] = await Promise.all([openTwoCrms(), openDynamoTables()]);
}, 60_000);

beforeEach(() => two.forward(HOUR));

afterAll(async () => {
  await two?.stop();
  await dynamo?.stop();
});

/** One Accord on tables of DynamoDB, and a plan of somebody who is on one side alone, and of somebody else. */
async function openStory(isKnown: "known" | "unknown" = "unknown") {
  story += 1;
  const values = [`ann${story}@secret.example`, `Chief Secret ${story}`, `Secretly${story}`];
  const [email = "", jobtitle = "", lastname = ""] = values;
  const since = new Date(two.now()).toISOString();
  two.forward(1000);
  const ann = await two.inHubspot.create("contacts", mql(email, { jobtitle, lastname }));
  await two.inHubspot.create("contacts", mql(`bob${story}@x.example`));
  two.forward(HOUR);
  const memory = openOffice(two, "observe");
  const world = { ...memory, store: dynamoRecordStore(dynamo.db, dynamo.tables) };
  const runs = dynamoRunStore(dynamo.db, dynamo.tables.records);
  const office = openRunOffice(world, runs);
  const worked = () => workThrough(memory, two, { worlds: () => world });
  if (isKnown === "known") await sendHints(memory, [{ ref: ann, because: "it is new" }]);
  await worked();
  const plan = granted(
    await startPlan(office.desk, { kinds: ["person"], where: [], since, ...ME }),
  );
  await office.work();
  const told = () => sendHints(memory, [{ ref: ann, because: "contact.privacyDeletion" }]);
  return {
    ann,
    values,
    office,
    runs,
    plan,
    async heard() {
      await told();
      await worked();
    },
    /** Another worker hears of it, while a run's worker has its claims. */
    async heardMeanwhile() {
      await told();
      const deliveries = memory.queue.take();
      const { failed } = await workOff(world, deliveries);
      memory.queue.takeOff(deliveries.map(({ id }) => id).filter((id) => !failed.includes(id)));
      memory.queue.giveBack();
    },
    /** As the sweep of deletions finds it, where the webhook came before there was a record. */
    async swept() {
      await sendHints(memory, [{ ref: ann, because: "it is gone" }]);
      await worked();
    },
  };
}

type Story = Awaited<ReturnType<typeof openStory>>;

/** What the tables hold of these values: the rows that they stand in. */
async function rowsWith(values: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const TableName of Object.values(dynamo.tables)) {
    let start: Record<string, unknown> | undefined;
    do {
      const scan = new ScanCommand({ TableName, ...(start ? { ExclusiveStartKey: start } : {}) });
      const { Items = [], LastEvaluatedKey } = await dynamo.db.send(scan);
      const texts = Items.map((row) =>
        JSON.stringify(row, (_, one: unknown) => (one instanceof Set ? [...one] : one)),
      );
      found.push(...texts.filter((text) => values.some((value) => text.includes(value))));
      start = LastEvaluatedKey;
    } while (start);
  }
  return found;
}

async function itemsOf({ runs, plan }: Story) {
  const found = (await runs.loadPlan(plan.id)) ?? plan;
  return (await pageOfItems(runs, found, {})).items;
}

async function applied({ office, plan }: Story) {
  const run = granted(await startApply(office.desk, { plan: plan.id, limits: {}, ...ME }));
  await office.work();
  return run.id;
}

async function undone({ office, runs }: Story, run: string) {
  const undo = granted(await startUndo(office.desk, { run, limits: {}, ...ME }));
  await office.work();
  return await runs.loadRun(undo.id);
}

async function leadOf(email = "") {
  return (await two.read()).salesforce.Lead.find((lead) => lead["Email"] === email);
}

/** The lead that a run created of whom the story is about. */
async function createdBy(one: Story): Promise<Ref> {
  const items = await itemsOf(one);
  const hers = items.find(({ refs }) => refs.some(({ id }) => id === one.ann.id));
  const lead = hers?.journal?.done?.find(({ created }) => created);
  return { system: "salesforce", object: "Lead", id: lead?.id ?? "" };
}

const times: [string, (one: Story) => Promise<unknown>][] = [
  ["planned", async () => undefined],
  ["applied", applied],
  ["taken back", async (one) => undone(one, await applied(one))],
  [
    "taken back, but for what somebody edited",
    async (one) => {
      const run = await applied(one);
      await two.inSalesforce.edit(await createdBy(one), { Title: `${one.values[1]} again` });
      await undone(one, run);
    },
  ],
];

test.each(times)(
  "I11: who is forgotten once a plan is %s is in no table any more, and others are",
  async (_when, until) => {
    const told = await openStory();
    await until(told);
    expect((await rowsWith(told.values)).length).toBeGreaterThan(0);
    await two.inHubspot.forget(told.ann);
    await told.heard();
    expect(await rowsWith(told.values)).toEqual([]);
    expect(await rowsWith([`bob${story}@x.example`])).not.toEqual([]);
    const gone = (await itemsOf(told)).filter(({ forgotten }) => forgotten);
    expect(gone.map(({ reason }) => reason)).toEqual(["the person was forgotten"]);
  },
);

test("I11: a run writes nothing for whom is forgotten before it comes to them, and does the others", async () => {
  const told = await openStory();
  await two.inHubspot.forget(told.ann);
  await told.heard();
  const run = await applied(told);
  expect(await told.runs.loadRun(run)).toMatchObject({
    state: "done",
    counts: { done: 1, refused: 1 },
  });
  expect(await leadOf(told.values[0])).toBeUndefined();
});

test("I11, P1: an undo leaves what it wrote of whom was forgotten, names it, and takes back the others", async () => {
  const told = await openStory();
  const run = await applied(told);
  const [lead, { id }] = [await leadOf(told.values[0]), await createdBy(told)];
  await two.inHubspot.forget(told.ann);
  await told.heard();
  expect(await undone(told, run)).toMatchObject({ state: "done", counts: { undone: 1, left: 1 } });
  const left = (await itemsOf(told)).find(({ state }) => state === "left");
  expect(left?.reason).toMatch(/^the person was forgotten: what the run wrote stays in /);
  expect(left?.reason).toContain(`Lead ${id}, which it created`);
  expect(await leadOf(told.values[0])).toEqual(lead);
  const [record] = (
    await told.office.at.world.store.load([{ kind: "person", id: left?.journal?.recordId ?? "" }])
  ).values();
  expect(record).toMatchObject({ status: "forgotten", forgotten: expect.anything() });
  expect(record?.heldBy).toBeUndefined();
  expect(await rowsWith(told.values)).toEqual([]);
});

/** Before every so many calls somebody is forgotten. */
const STEP = 5;

test.each<[string, "known" | "unknown", (told: Story) => Promise<unknown>]>([
  [
    "a run",
    "unknown",
    ({ office, plan }) => startApply(office.desk, { plan: plan.id, limits: {}, ...ME }),
  ],
  [
    "an undo",
    "known",
    async (told) => startUndo(told.office.desk, { run: await applied(told), limits: {}, ...ME }),
  ],
])(
  "I11, P1: somebody may be forgotten before any call of the worker of %s: no table has a value of them at its end",
  async (_what, isKnown, begin) => {
    const forgottenAt = async (at: number) => {
      const told = await openStory(isKnown);
      const { office } = told;
      await begin(told);
      const watch = newWatch();
      watch.before = async (call) => {
        if (call !== at) return;
        await two.inHubspot.forget(told.ann);
        await told.heardMeanwhile();
      };
      const port = watchedPort(watch);
      const worker = {
        ...office.at,
        world: watched(office.at.world, watch),
        runs: port(office.runs),
        queue: port(office.at.queue),
      };
      for (let message = office.messages.shift(); message; message = office.messages.shift())
        await workOffRun(worker, message);
      if (at > 0) await told.swept();
      return { calls: watch.calls, rows: await rowsWith(told.values) };
    };
    const { calls } = await forgottenAt(0);
    const found: string[] = [];
    for (let at = 1; at <= calls; at += STEP) {
      const { rows } = await forgottenAt(at);
      found.push(...rows.map((row) => `forgotten before call ${at}: ${row}`));
    }
    expect(found).toEqual([]);
    expect(calls).toBeGreaterThan(15);
  },
  120_000,
);

test("a run can be taken back for 90 days from its plan's making, and works no longer itself", async () => {
  const told = await openStory();
  const run = await applied(told);
  const plan = await told.runs.loadPlan(told.plan.id);
  const made = Date.parse(plan?.createdAt ?? "");
  two.forward(made + 90 * DAY - two.now());
  const until = new Date(made + 90 * DAY).toISOString().slice(0, 10);
  const reason = `what ${told.plan.id} wrote could be taken back until ${until}`;
  expect(await startUndo(told.office.desk, { run, limits: {}, ...ME })).toEqual({
    refused: "impossible",
    reason,
  });
  const later = await openStory();
  const slow = granted(
    await startApply(later.office.desk, { plan: later.plan.id, limits: {}, ...ME }),
  );
  two.forward(90 * DAY);
  await later.office.work();
  expect(await later.runs.loadRun(slow.id)).toMatchObject({
    state: "stopped",
    counts: { planned: 2 },
    reason: expect.stringContaining("could be taken back until"),
  });
});

test("an undo that begins in time has another 30 days to end, and then stops instead of passing over what is gone", async () => {
  const told = await openStory();
  const run = await applied(told);
  two.forward(89 * DAY);
  const undo = granted(await startUndo(told.office.desk, { run, limits: {}, ...ME }));
  granted(await moveRun(told.office.desk, { run: undo.id, move: "pause" }));
  two.forward(29 * DAY);
  granted(await moveRun(told.office.desk, { run: undo.id, move: "resume" }));
  two.forward(2 * DAY);
  await told.office.work();
  expect(await told.runs.loadRun(undo.id)).toMatchObject({
    state: "stopped",
    reason: expect.stringMatching(`what ${told.plan.id} holds was kept until `),
  });
});
