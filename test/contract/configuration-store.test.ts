import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoConfigurationStore } from "../../shared/dynamodb/configuration-store.ts";
import type { ConfigurationStore } from "../../shared/runs/offer-plans.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryConfigurationStore } from "../support/memory-configuration-store.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const field = { policy: "latest", way: "both ways", hash: "f" };

describe.each<[string, () => ConfigurationStore]>([
  ["in DynamoDB", () => dynamoConfigurationStore(dynamo.db, dynamo.tables.records)],
  ["in memory", memoryConfigurationStore],
])("the mapping that was looked at last, %s", (_where, open) => {
  test("is kept over the version that was seen, and over no other", async () => {
    const store = open();
    expect(await store.load()).toBeUndefined();
    const first = {
      fingerprint: {
        person: { hash: "h", fields: { phone: field } },
        company: { hash: "c", fields: {} },
      },
      at: "2026-11-22T08:00:00.000Z",
      owed: [{ id: "plan-1", kind: "person", fields: ["phone"], because: "it was changed" }],
      version: 0,
    };
    expect(await store.save(first)).toBe(true);
    expect(await store.save(first)).toBe(false);
    expect(await store.load()).toEqual({ ...first, version: 1 });
    expect(await store.save({ ...first, owed: [], version: 1 })).toBe(true);
    expect(await store.save({ ...first, version: 1 })).toBe(false);
    expect(await store.load()).toEqual({ ...first, owed: [], version: 2 });
  });
});
