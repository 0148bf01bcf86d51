import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { standingKey } from "../../shared/dynamodb/keys.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { loadStanding, refreshStanding } from "../../shared/dynamodb/standing.ts";
import { apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { contact, lead, recordWith } from "../support/sync-builders.ts";

const MINUTE = 60_000;
const NOW_MS = Date.parse("2026-11-22T08:00:00.000Z");
const KINDS = ["person", "company"];
const SLOW_MS = 60_000;

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const at = () => ({ db: dynamo.db, table: dynamo.tables.records });

/** One more linked person. */
async function save(id: number) {
  const refs = [contact(String(id)), lead()];
  const record = recordWith({}, refs, {
    id: `0000000${id}-0000-4000-8000-000000000000`,
    version: 0,
  });
  await dynamoRecordStore(dynamo.db, dynamo.tables).save(record);
}

const linked = async () => (await loadStanding(at()))?.records["person"]?.["linked"]?.records;

describe("how all stands", { timeout: SLOW_MS }, () => {
  test("is counted anew once the last count is a quarter of an hour old, and not before", async () => {
    expect(await loadStanding(at())).toBeUndefined();
    await save(1);
    await refreshStanding(at(), KINDS, NOW_MS);
    expect(await linked()).toBe(1);
    await save(2);
    await refreshStanding(at(), KINDS, NOW_MS + 14 * MINUTE);
    expect(await linked()).toBe(1);
    await refreshStanding(at(), KINDS, NOW_MS + 16 * MINUTE);
    expect(await loadStanding(at())).toMatchObject({
      countedAt: "2026-11-22T08:16:00.000Z",
      records: { person: { linked: { records: 2 } }, company: { linked: { records: 0 } } },
      parkedByCause: {},
      openByField: {},
    });
  });

  test("is answered as it was counted where many are, and counted where somebody asks", async () => {
    await save(3);
    const ask = askApi(apiWorld(dynamo).world);
    const answered = async (query: Record<string, string> = {}) => {
      const { body } = await ask("GET /api/status", { query });
      return body.records.person.linked.records;
    };
    const { Item } = await dynamo.db.send(
      new GetCommand({ TableName: dynamo.tables.records, Key: standingKey }),
    );
    const records = structuredClone(Item?.["records"]);
    records.person.linked.records = 123_456;
    await dynamo.db.send(
      new PutCommand({ TableName: dynamo.tables.records, Item: { ...Item, records } }),
    );
    expect(await answered()).toBe(123_456);
    expect(await answered({ count: "now" })).toBe(3);
  });
});
