import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Queues, startQueues } from "../../infra/local/host/queues.ts";
import { openResources } from "../../infra/local/host/resources.ts";
import { DEAD_LETTERS } from "../../shared/config/dead-letters.ts";
import { sqsDeadLetters } from "../../shared/sqs/dead-letters.ts";
import { sqsQueueDepths } from "../../shared/sqs/queue-depths.ts";
import { contact, lead } from "../support/sync-builders.ts";

const SLOW = { timeout: 30_000 };
const dir = mkdtempSync(join(tmpdir(), "accord-queues-"));
const HOMES = ["live", "bulk", "runs"];
const NAMES = ["live", "bulk", "runs", "ledger", "polls"];
let queues: Queues;
let client: SQSClient;

beforeAll(async () => {
  queues = await startQueues({ dataDir: dir, filesDir: join(dir, "files") });
  const queue = { Type: "AWS::SQS::Queue" };
  const Resources = Object.fromEntries(
    HOMES.concat(NAMES.map((name) => `${name}-dead`)).map((QueueName, index) => [
      `Q${index}`,
      { ...queue, Properties: { QueueName } },
    ]),
  );
  const templates = new Map([["Queues", { Resources, Outputs: {} }]]);
  await queues.createQueues(
    openResources({ templates, assets: new Map() }, { queues: queues.url }),
  );
  client = new SQSClient({
    endpoint: queues.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}, 60_000);

afterAll(async () => {
  client.destroy();
  await queues.stop();
  rmSync(dir, { recursive: true, force: true });
});

const urlOf = (name: string) => `${queues.url}/000000000000/${name}`;

const opened = () =>
  sqsDeadLetters(
    DEAD_LETTERS.filter(({ name }) => NAMES.includes(name)),
    {
      dead: Object.fromEntries(NAMES.map((name) => [name, urlOf(`${name}-dead`)])),
      home: { live: urlOf("live"), bulk: urlOf("bulk"), runs: urlOf("runs") },
    },
    client,
  );

async function bodiesIn(queue: string): Promise<unknown[]> {
  const signal = AbortSignal.timeout(10_000);
  const found = await queues.receive({ queue, count: 10, waitSeconds: 1, signal });
  return found.map(({ Body }) => JSON.parse(Body));
}

test(
  "P1: dead letters are seen with the records that they name, and no value, as often as one looks",
  SLOW,
  async () => {
    const hints = [
      { ref: contact("7"), evidence: { email: "ann@x.example" } },
      { ref: lead("L1") },
    ];
    await queues.send("live-dead", JSON.stringify({ hints, attempt: 60 }));
    const header = { entityName: "Lead", recordIds: ["00Q000000000001AAA"] };
    const event = { detail: { payload: { ChangeEventHeader: header, Email: "ann@x.example" } } };
    await queues.send("live-dead", JSON.stringify(event));
    await queues.send("live-dead", "what is this");
    for (const _look of [1, 2]) {
      const lists = await opened().list();
      expect(lists.map(({ queue, count }) => [queue, count])).toEqual([
        ["live", 3],
        ["bulk", 0],
        ["runs", 0],
        ["ledger", 0],
        ["polls", 0],
      ]);
      const [{ messages = [], oldestAt } = {}] = lists;
      expect(new Set(messages.map(({ refs }) => refs))).toEqual(
        new Set([
          [contact("7"), lead("L1")],
          [{ system: "salesforce", object: "Lead", id: "00Q000000000001AAA" }],
          [],
        ]),
      );
      expect(oldestAt).toBe(messages[0]?.sentAt);
      expect(JSON.stringify(lists)).not.toContain("ann@x.example");
      await sleep(1100);
    }
  },
);

test(
  "P1: they go back to their queue with all their attempts, whatever they hold, and nothing is left",
  SLOW,
  async () => {
    await queues.send("bulk-dead", JSON.stringify({ hints: [{ ref: lead("é") }], attempt: 3 }));
    expect(await opened().retry(["bulk"])).toEqual({ retried: 1, left: 0 });
    expect(await bodiesIn("bulk")).toEqual([{ hints: [{ ref: lead("é") }], attempt: 0 }]);
    for (let index = 0; index < 20; index += 1)
      await queues.send("live-dead", JSON.stringify({ hints: [{ ref: lead(`${index}`) }] }));
    expect(await opened().retry(["live"])).toEqual({ retried: 23, left: 0 });
    const { live, ...depths } = await queues.depths();
    expect(live?.visible).toBe(23);
    expect(depths["live-dead"]).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  },
);

test("P1: a piece of a run is told by its run, and goes on where it stopped", SLOW, async () => {
  const piece = { step: "apply", run: "run-2026-11-22-1a2b3c", stage: 0, chain: "0", epoch: 1 };
  await queues.send("runs-dead", JSON.stringify({ ...piece, attempt: 60 }));
  const list = (await opened().list()).find(({ queue }) => queue === "runs");
  expect(list).toMatchObject({
    again: "they go back to the runs queue",
    messages: [{ refs: [], work: "apply of run-2026-11-22-1a2b3c" }],
  });
  await sleep(1100);
  expect(await opened().retry(["runs"])).toEqual({ retried: 1, left: 0 });
  expect(await bodiesIn("runs")).toEqual([{ ...piece, attempt: 0 }]);
});

test(
  "P1: what the ledger lacks is caught up with once, however many changes it could not post",
  SLOW,
  async () => {
    for (const shardId of ["1", "2", "3"])
      await queues.send("ledger-dead", JSON.stringify({ DDBStreamBatchInfo: { shardId } }));
    expect(await opened().retry(["ledger"])).toEqual({ retried: 3, left: 0 });
    expect(await bodiesIn("runs")).toEqual([{ step: "ledger-catch-up", attempt: 0 }]);
  },
);

test(
  "P1: a poll that was not begun is only taken away, since the next one asks for the same",
  SLOW,
  async () => {
    await queues.send("polls-dead", JSON.stringify({ system: "hubspot", object: "contacts" }));
    const list = (await opened().list()).find(({ queue }) => queue === "polls");
    expect(list?.again).toBe("a schedule asks for the same within five minutes");
    await sleep(1100);
    expect(await opened().retry(["polls"])).toEqual({ retried: 1, left: 0 });
    const { runs, live: _live, bulk: _bulk, ...dead } = await queues.depths();
    expect(runs?.visible).toBe(0);
    expect(Object.values(dead).map(({ visible }) => visible)).toEqual([0, 0, 0, 0, 0]);
  },
);

test("P1: the embedded queue takes whatever people type, as SQS does", SLOW, async () => {
  const event = { detail: { FirstName: "Zoë 🚀" } };
  await queues.send("bulk", JSON.stringify(event));
  expect(await bodiesIn("bulk")).toContainEqual(event);
});

test(
  "P7: what a queue holds is told as what waits, what is in hand and what is held back",
  SLOW,
  async () => {
    const depths = sqsQueueDepths(
      { live: urlOf("live"), bulk: urlOf("bulk"), runs: urlOf("runs") },
      client,
    );
    const before = await depths.of("runs");
    for (const step of ["a", "b", "c"]) await queues.send("runs", JSON.stringify({ step }));
    expect(await depths.of("runs")).toEqual({ ...before, waiting: before.waiting + 3 });
    const signal = AbortSignal.timeout(10_000);
    const taken = await queues.receive({ queue: "runs", count: 2, waitSeconds: 1, signal });
    expect(await depths.of("runs")).toEqual({
      ...before,
      waiting: before.waiting + 3 - taken.length,
      inHand: before.inHand + taken.length,
    });
  },
);
