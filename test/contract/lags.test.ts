import { afterAll, beforeAll, expect, test } from "vitest";
import { addLags, loadLags } from "../../shared/dynamodb/lags.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse("2026-11-22T08:10:00.000Z");

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

test("P7: how long changes took is told of this hour and the last, by direction", async () => {
  const at = { db: dynamo.db, table: dynamo.tables.records };
  const what = "hubspot to the other side";
  const lag = (ms: number) => ({ what, ms }) as const;
  await addLags(at, [lag(100)], NOW_MS - 2 * HOUR_MS);
  await addLags(at, [lag(900), lag(900), lag(3000)], NOW_MS - HOUR_MS);
  await addLags(at, [lag(900)], NOW_MS);
  await addLags(at, [{ what: "waited in the live queue", ms: 90_000_000 }], NOW_MS);
  await addLags(at, [], NOW_MS);
  const told = await loadLags(at, NOW_MS);
  expect(told[what]).toEqual({ count: 4, p50Ms: 1000, p95Ms: 5000, p99Ms: 5000 });
  expect(told["waited in the live queue"]).toMatchObject({ count: 1, p50Ms: null });
  expect(told["salesforce to the other side"]).toMatchObject({ count: 0, p95Ms: null });
}, 60_000);
