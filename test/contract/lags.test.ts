import { afterAll, beforeAll, expect, test } from "vitest";
import { addLags, loadLags, waitsOf } from "../../shared/dynamodb/lags.ts";
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
  await addLags(at, { lags: [lag(100)] }, NOW_MS - 2 * HOUR_MS);
  await addLags(at, { lags: [lag(900), lag(900), lag(3000)] }, NOW_MS - HOUR_MS);
  await addLags(at, { lags: [lag(900)] }, NOW_MS);
  await addLags(at, { lags: [{ what: "waited in the live queue", ms: 90_000_000 }] }, NOW_MS);
  await addLags(at, { lags: [] }, NOW_MS);
  const { lags: told } = await loadLags(at, NOW_MS);
  expect(told[what]).toEqual({ count: 4, p50Ms: 1000, p95Ms: 5000, p99Ms: 5000 });
  expect(told["waited in the live queue"]).toMatchObject({ count: 1, p50Ms: null });
  expect(told["salesforce to the other side"]).toMatchObject({ count: 0, p95Ms: null });
}, 60_000);

test("P7: what was last taken off each queue is told, and since when the oldest of it had waited", async () => {
  const at = { db: dynamo.db, table: dynamo.tables.records };
  const nowMs = NOW_MS + 24 * HOUR_MS;
  const taken = (queue: "live" | "runs", sentAgoMs: number, atMs: number) =>
    ({ queue, sentAtMs: atMs - sentAgoMs }) as const;
  await addLags(
    at,
    waitsOf([taken("live", 9000, nowMs - 3 * HOUR_MS)], nowMs - 3 * HOUR_MS),
    nowMs - 3 * HOUR_MS,
  );
  expect((await loadLags(at, nowMs)).taken.get("live")).toBeUndefined();
  const before = nowMs - HOUR_MS;
  await addLags(at, waitsOf([taken("live", 9000, before)], before), before);
  expect((await loadLags(at, nowMs)).taken.get("live")).toEqual({
    atMs: before,
    sentAtMs: before - 9000,
  });
  const batch = [taken("live", 10, nowMs), taken("live", 700, nowMs), taken("runs", 5, nowMs)];
  await addLags(at, waitsOf(batch, nowMs), nowMs);
  const { taken: last, lags } = await loadLags(at, nowMs);
  expect(last).toEqual(
    new Map([
      ["live", { atMs: nowMs, sentAtMs: nowMs - 700 }],
      ["bulk", undefined],
      ["runs", { atMs: nowMs, sentAtMs: nowMs - 5 }],
    ]),
  );
  expect(lags["waited in the runs queue"]).toMatchObject({ count: 1 });
}, 60_000);
