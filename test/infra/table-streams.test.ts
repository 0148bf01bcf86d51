import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AwsJson, awsJson } from "../../infra/local/host/aws-json.ts";
import { type DynamoDb, startDynamoDb } from "../../infra/local/host/dynamodb.ts";
import { DYNAMODB_TARGET } from "../../infra/local/host/place.ts";
import type { Queues } from "../../infra/local/host/queues.ts";
import { openStreamLog } from "../../infra/local/host/stream-log.ts";
import { runStreamSource, type StreamSource } from "../../infra/local/host/stream-sources.ts";
import type { Streams } from "../../infra/local/host/streams.ts";

const LONG_MS = 60_000;
const home = mkdtempSync(join(tmpdir(), "accord-streams-"));

let dynamoDb: DynamoDb;
let aws: AwsJson;
let streams: Streams;

async function open() {
  dynamoDb = await startDynamoDb(join(home, "dynamodb"));
  aws = awsJson(dynamoDb.url, DYNAMODB_TARGET);
  streams = dynamoDb.streams;
}

beforeAll(async () => {
  await open();
}, LONG_MS);

afterAll(async () => {
  await dynamoDb?.stop();
  rmSync(home, { recursive: true, force: true });
});

let made = 0;

/** A table whose items `A…` are asked for, and what becomes of them. */
async function newTable() {
  made += 1;
  const table = `table-${made}`;
  const KeySchema = [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ];
  const AttributeDefinitions = ["pk", "sk"].map((AttributeName) => ({
    AttributeName,
    AttributeType: "S",
  }));
  const BillingMode = "PAY_PER_REQUEST";
  await aws.call("CreateTable", { TableName: table, KeySchema, AttributeDefinitions, BillingMode });
  await streams.watch({ table, keyNames: ["pk", "sk"], patterns: [PATTERN] });
  const reader = { table, reader: "r" };
  return {
    ...reader,
    put: (pk: string, n: number) => aws.call("PutItem", { TableName: table, Item: item(pk, n) }),
    call: (operation: string, body: object) => aws.call(operation, { TableName: table, ...body }),
    /** What happened, as `A1: - to 1`. */
    told: async () => (await streams.read(reader, 1000)).map(textOf),
  };
}

const PATTERN = { dynamodb: { Keys: { pk: { S: [{ prefix: "A" }] } } } };
const keys = (pk: string) => ({ pk: { S: pk }, sk: { S: "x" } });
const item = (pk: string, n: number) => ({ ...keys(pk), n: { N: String(n) } });

type Change = Awaited<ReturnType<Streams["read"]>>[number];

function textOf({ keys: of, before, after }: Change): string {
  const numberIn = (one: Change["before"]) => (one?.["n"] as { N: string } | undefined)?.N ?? "-";
  return `${(of["pk"] as { S: string }).S}: ${numberIn(before)} to ${numberIn(after)}`;
}

describe("a table's stream", { timeout: LONG_MS }, () => {
  test("tells of each change of an item that is asked for, in order, with what was before", async () => {
    const at = await newTable();
    await at.put("A1", 1);
    await at.put("B1", 1);
    await at.put("A1", 2);
    await at.call("UpdateItem", {
      Key: keys("A1"),
      UpdateExpression: "SET n = :n",
      ExpressionAttributeValues: { ":n": { N: "3" } },
    });
    await at.call("DeleteItem", { Key: keys("A1") });
    expect(await at.told()).toEqual(["A1: - to 1", "A1: 1 to 2", "A1: 2 to 3", "A1: 3 to -"]);
  });

  test("tells nothing of a write that was refused, or changed nothing", async () => {
    const at = await newTable();
    await at.put("A1", 1);
    await at.put("A1", 1);
    const refused = at.call("PutItem", {
      Item: item("A1", 2),
      ConditionExpression: "attribute_not_exists(pk)",
    });
    await expect(refused).rejects.toThrow("ConditionalCheckFailed");
    expect(await at.told()).toEqual(["A1: - to 1"]);
  });

  test("tells of writes in a batch, and of fifty at once in the order in which they were made", async () => {
    const at = await newTable();
    const puts = ["A1", "A2", "B1"].map((pk) => ({ PutRequest: { Item: item(pk, 0) } }));
    await aws.call("BatchWriteItem", { RequestItems: { [at.table]: puts } });
    await Promise.all(Array.from({ length: 50 }, (_, n) => at.put("A1", n + 1)));
    const told = await at.told();
    expect(told.slice(0, 2)).toEqual(["A1: - to 0", "A2: - to 0"]);
    const chain = told.slice(2).map((text) => text.slice(4).split(" to "));
    expect(chain).toHaveLength(50);
    for (const [index, [before]] of chain.entries())
      expect(before).toBe(chain[index - 1]?.[1] ?? "0");
  });

  test("has told of a change by the time that its writer is answered", async () => {
    const at = await newTable();
    for (let n = 1; n <= 20; n += 1) {
      await at.put("A1", n);
      expect(await streams.behind(at)).toBe(n);
    }
  });

  test("gives a reader what it has not passed, also after a restart", async () => {
    const at = await newTable();
    for (const n of [1, 2, 3]) await at.put("A1", n);
    const [first] = await streams.read(at, 1);
    await streams.pass(at, first?.sequence ?? 0);
    await dynamoDb.stop();
    await open();
    expect(await at.told()).toEqual(["A1: 1 to 2", "A1: 2 to 3"]);
    expect(await streams.behind(at)).toBe(2);
  });

  test("tells of a write whose outcome was not learnt, once the table is opened again", async () => {
    const at = await newTable();
    await at.put("A1", 1);
    await aws.call("PutItem", { TableName: at.table, Item: item("B9", 9) });
    await dynamoDb.stop();
    const log = openStreamLog(join(home, "dynamodb", "streams.sqlite"));
    log.intend({ table: at.table, keys: keys("A1"), before: undefined });
    log.intend({ table: at.table, keys: keys("A2"), before: undefined });
    log.close();
    await open();
    await streams.watch({ table: at.table, keyNames: ["pk", "sk"], patterns: [PATTERN] });
    expect(await at.told()).toEqual(["A1: - to 1", "A1: - to 1"]);
  });
});

describe("a function that is fed by a stream", { timeout: LONG_MS }, () => {
  /** Runs the source until it has nothing left, with a function that does what it is told to. */
  async function feed(
    at: Awaited<ReturnType<typeof newTable>>,
    work: (texts: readonly string[]) => readonly number[] | "fails",
    more: Partial<StreamSource> = {},
  ) {
    const batches: string[][] = [];
    const dead: string[] = [];
    const stop = new AbortController();
    const queues = { send: async (_queue: string, body: string) => void dead.push(body) };
    const source: StreamSource = {
      table: at.table,
      reader: at.reader,
      pool: {
        name: "f",
        stop: async () => {},
        async invoke(payload) {
          const { Records } = payload as { Records: { dynamodb: Record<string, never> }[] };
          const texts = Records.map(({ dynamodb: { Keys, OldImage, NewImage } }) =>
            textOf({ sequence: 0, atMs: 0, keys: Keys ?? {}, before: OldImage, after: NewImage }),
          );
          batches.push(texts);
          const failed = work(texts);
          if (failed === "fails") throw new Error("as told");
          return {
            batchItemFailures: failed.map((index) => ({
              itemIdentifier: Records[index]?.dynamodb["SequenceNumber"],
            })),
          };
        },
      },
      batchSize: 3,
      windowMs: 0,
      partial: true,
      patterns: [PATTERN],
      retries: 1,
      failureQueue: "dead",
      ...more,
    };
    const running = runStreamSource(source, {
      streams,
      queues: queues as unknown as Queues,
      signal: stop.signal,
      log: () => {},
    });
    await expect.poll(() => streams.behind(at), { timeout: 20_000 }).toBe(0);
    stop.abort();
    await running;
    return { batches, dead };
  }

  test("gets every change once, in batches", async () => {
    const at = await newTable();
    for (const n of [1, 2, 3, 4]) await at.put("A1", n);
    const { batches } = await feed(at, () => []);
    expect(batches).toEqual([["A1: - to 1", "A1: 1 to 2", "A1: 2 to 3"], ["A1: 3 to 4"]]);
  });

  test("gets what it did not do again, and nothing of what it did", async () => {
    const at = await newTable();
    for (const n of [1, 2, 3]) await at.put("A1", n);
    let tries = 0;
    const { batches, dead } = await feed(at, (texts) => {
      tries += 1;
      return tries === 1 ? [texts.indexOf("A1: 1 to 2")] : [];
    });
    expect(batches).toEqual([
      ["A1: - to 1", "A1: 1 to 2", "A1: 2 to 3"],
      ["A1: 1 to 2", "A1: 2 to 3"],
    ]);
    expect(dead).toEqual([]);
  });

  test("does not stand still for a change that it always fails on: that one is set aside", async () => {
    const at = await newTable();
    for (const n of [1, 2, 3]) await at.put("A1", n);
    const { batches, dead } = await feed(at, (texts) =>
      texts.includes("A1: 1 to 2") ? "fails" : [],
    );
    expect(batches.at(-1)).toEqual(["A1: 2 to 3"]);
    expect(batches).toContainEqual(["A1: 1 to 2"]);
    expect(batches).toContainEqual(["A1: - to 1"]);
    expect(dead.map((body) => JSON.parse(body))).toMatchObject([
      {
        requestContext: { condition: "RetryAttemptsExhausted" },
        DDBStreamBatchInfo: { batchSize: 1 },
      },
    ]);
  });
});
