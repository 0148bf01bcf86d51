import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mapping } from "../../shared/config/mapping.ts";
import { dynamoRunStore } from "../../shared/dynamodb/run-store.ts";
import type { Desk } from "../../shared/runs/control.ts";
import { offerPlans } from "../../shared/runs/offer-plans.ts";
import { apiWorld } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { mql } from "../support/identity-scene.ts";
import { memoryConfigurationStore } from "../support/memory-configuration-store.ts";
import { openRunOffice } from "../support/run-office.ts";
import { serveApi } from "../support/served-api.ts";
import { NOW_MS } from "../support/sync-builders.ts";
import { openTwoCrms, type TwoCrms } from "../support/two-crms.ts";
import { openOffice } from "../support/work-through.ts";

const LONG_MS = 60_000;

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let two: TwoCrms;
let desk: Desk;
let api: Awaited<ReturnType<typeof serveApi>>;

/** The API on real tables, with a worker beside it that does what is sent, as it is sent. */
beforeAll(async () => {
  [dynamo, two] = await Promise.all([openDynamoTables(), openTwoCrms()]);
  const runs = dynamoRunStore(dynamo.db, dynamo.tables.records);
  const office = openRunOffice(openOffice(two, "observe"), runs);
  const queue: typeof office.at.queue = {
    async send(messages, delaySeconds) {
      await office.at.queue.send(messages, delaySeconds);
      void office.work();
    },
  };
  desk = { ...office.desk, queue };
  const { world } = apiWorld(dynamo, { desk });
  api = await serveApi(world);
  for (const name of ["ann", "bob", "eve"])
    await two.inHubspot.create("contacts", mql(`${name}@x.example`));
  two.forward(3_600_000);
}, LONG_MS);

afterAll(async () => {
  await api?.stop();
  await two?.stop();
  await dynamo?.stop();
});

const nameIn = (text: string) => /(plan|run)-\d{4}-\d\d-\d\d-[0-9a-f]{6}/.exec(text)?.[0] ?? "";
const leads = async () => (await two.read()).salesforce.Lead.map(({ Email }) => Email);

describe("an operator at the terminal", { timeout: LONG_MS }, () => {
  test("plans, looks, does it in small steps, and takes it back", async () => {
    const planned = await api.accord(
      "plan backfill --object person --where lifecycleStage=mql --because 'to begin'",
    );
    expect([planned.code, planned.err]).toEqual([0, ""]);
    expect(planned.out).toMatch(/^ {2}create {11}3 salesforce Lead$/m);
    expect(planned.out).toMatch(/^salesforce {2}email +3$/m);
    expect(await leads()).toEqual([]);
    const plan = nameIn(planned.out);
    expect(planned.out).toMatch(/^ {2}undo until +\d{4}-\d\d-\d\d$/m);
    const slowly = await api.accord(`plan show ${plan} --creates-per-minute 1`);
    expect(slowly.out).toMatch(/^ {2}calls, about .*; 3 min;/m);
    const file = join(api.home, "plan.csv");
    await api.accord(`plan items ${plan} --format csv --out ${file}`);
    expect(readFileSync(file, "utf8")).toMatch(/^kind,record,.*\r\nperson,.*,Email|email,/);
    const stopped = await api.accord(`apply ${plan} --limit creates=2 --because 'two of them'`);
    expect(stopped.code).toBe(1);
    expect(stopped.err).toMatch(/is stopped: its limit of 2 creates is reached; go on with/);
    expect(await leads()).toHaveLength(2);
    const run = nameIn(stopped.err.replace(/plan\S+/g, ""));
    const resume = `runs resume ${run} --limit none --because 'looks fine'`;
    await api.accord(`${resume} --creates-per-minute 600`);
    expect((await api.accord(`runs show ${run}`)).out).toMatch(
      /^ {2}pace +600 creates a minute; [01] in the last one$/m,
    );
    const ended = await api.accord(`runs watch ${run}`);
    expect([ended.code, ended.out]).toEqual([0, expect.stringMatching(/records +3: 3 done/)]);
    expect(await leads()).toHaveLength(3);
    const undone = await api.accord(`undo ${run} --because 'the wrong list'`);
    expect([undone.code, undone.out]).toEqual([0, expect.stringMatching(/records +3: 3 undone/)]);
    expect(await leads()).toEqual([]);
    expect((await api.accord("runs list")).out).toMatch(/undo run-\S+ +done +3/);
  });

  test("is offered a plan where the mapping was changed, and told why", async () => {
    const configurations = memoryConfigurationStore();
    const asking = mapping.kinds.map((kind) => ({
      ...kind,
      fields: kind.fields.map((field) =>
        field.name === "phone" ? ({ ...field, policy: "ask" } as const) : field,
      ),
    }));
    const before = { mapping: { ...mapping, kinds: asking }, now: () => NOW_MS };
    await offerPlans({ ...desk, configurations, world: before });
    const [offer] = await offerPlans({ ...desk, configurations });
    const why = "the policy of phone of person was ask and is latest since 2026-11-21";
    expect((await api.accord("status")).out).toMatch(
      new RegExp(`^${offer?.id}: offered, \\w+: ${why}$`, "m"),
    );
    expect((await api.accord("plan list")).out).toMatch(
      new RegExp(`${offer?.id} +\\w+, offered +person .* accord +${why}`),
    );
    await api.accord(`plan cancel ${offer?.id} --because 'not now'`);
    expect((await api.accord("status")).out).not.toContain(offer?.id);
  });

  test.each<[string, string, number, RegExp]>([
    ["an unknown object", "plan backfill --object lead --because x", 1, /there is no object lead/],
    [
      "a future",
      "plan backfill --object person --since 2999-01-01 --because x",
      1,
      /in the future/,
    ],
    [
      "no condition",
      "plan backfill --object person --where stage --because x",
      2,
      /expected field=/,
    ],
    ["no plan", "apply plan-1 --because x", 1, /there is no plan plan-1/],
    ["no limit", "apply plan-1 --limit many --because x", 2, /--limit is 'many'; expected/],
    [
      "no pace",
      "apply plan-1 --creates-per-minute slow --because x",
      2,
      /--creates-per-minute is 'slow'; expected a whole number/,
    ],
    ["no run", "undo run-1 --because x", 1, /there is no run run-1/],
    ["no reason", "undo run-1", 2, /--because/],
  ])("is told in one line that %s makes no sense", async (_what, line, code, reason) => {
    const said = await api.accord(line);
    expect([said.code, said.err]).toEqual([code, expect.stringMatching(reason)]);
    expect(said.err.trim().split("\n")).toHaveLength(1);
  });
});
