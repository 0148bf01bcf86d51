import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { METERS, type MeterName } from "../../shared/core/quota/meters.ts";
import { dynamoQuotaStore, loadMeter } from "../../shared/dynamodb/quota-store.ts";
import type { QuotaStore } from "../../shared/sync/quota.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryQuotaStore } from "../support/memory-quota-store.ts";
import { type Fleet, openFleet } from "../support/quota-fleet.ts";

const CALLS: MeterName = "hubspot calls";
const LATENCY_MS = 200;

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo.stop());

/** Its meter as nobody has used it, with the limit that HubSpot's headers tell. */
async function withLimit(store: QuotaStore, limit = 190): Promise<QuotaStore> {
  await store.change(CALLS, () => ({ next: { ...METERS[CALLS], limit }, answer: undefined }));
  return store;
}

/** Calls again and again, four at once, as an adapter does; answers when it made them. */
function keepCalling(fleet: Fleet, worker: { take(name: MeterName): Promise<void> }): number[] {
  const made: number[] = [];
  const caller = async () => {
    for (;;) {
      await worker.take(CALLS);
      made.push(fleet.now());
      await fleet.sleep(LATENCY_MS);
    }
  };
  for (let one = 0; one < 4; one += 1) caller().catch(() => undefined);
  return made;
}

function mostInWindow(made: readonly number[]): number {
  const counts = made.map(
    (atMs) => made.filter((other) => other >= atMs && other < atMs + 10_000).length,
  );
  return Math.max(...counts);
}

describe.each([
  ["in memory", 40, async () => withLimit(memoryQuotaStore())],
  ["in DynamoDB", 12, async () => withLimit(dynamoQuotaStore(dynamo.db, dynamo.tables.records))],
])("a quota store %s", (_where, seconds, open) => {
  test("P8, Q1: two backfills together reach nine tenths of the limit, and never exceed it", async () => {
    const fleet = openFleet(await open());
    const made = [0, 1].map(() => keepCalling(fleet, fleet.worker("bulk")));
    await fleet.pass(seconds * 1000);
    const all = made.flat();
    expect(mostInWindow(all)).toBeLessThanOrEqual(190);
    expect(all.length / (seconds * 19)).toBeGreaterThan(0.9);
    expect(all.length / fleet.changes()).toBeGreaterThan(5);
  });

  test("P8, Q2: a live change beside backfills goes ahead at once, each second anew", async () => {
    const fleet = openFleet(await open());
    for (const one of [0, 1]) keepCalling(fleet, fleet.worker("bulk", 1 - one / 10));
    await fleet.pass(10_000);
    const live = fleet.worker("live");
    const waits: number[] = [];
    for (let second = 0; second < 4; second += 1) {
      const edit = async () => {
        for (let call = 0; call < 4; call += 1) {
          const askedMs = fleet.now();
          await live.take(CALLS);
          waits.push(fleet.now() - askedMs);
          await fleet.sleep(LATENCY_MS);
        }
      };
      const done = edit();
      await fleet.pass(1000);
      await done;
    }
    expect(waits).toEqual(waits.map(() => 0));
    expect(waits.length).toBe(16);
  });

  test("keeps two workers' changes apart", async () => {
    const store = await open();
    const add = () =>
      store.change(CALLS, (meter) => ({
        next: { ...meter, today: { ...meter.today, live: meter.today.live + 1 } },
        answer: meter.today.live,
      }));
    const answers = await Promise.all([1, 2, 3, 4, 5].map(add));
    expect(answers.sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

test("Q6: calls that a worker hands back are there for the next one", async () => {
  const store = await withLimit(memoryQuotaStore(), 10);
  const fleet = openFleet(store);
  const first = fleet.worker("bulk");
  const taken = Promise.all([first.take(CALLS), first.take(CALLS)]);
  await fleet.pass(1500);
  await taken;
  await first.handBack();
  const live = fleet.worker("live");
  let got = 0;
  for (let call = 0; call < 8; call += 1)
    void live.take(CALLS).then(() => {
      got += 1;
    });
  await fleet.pass(100);
  expect(got).toBe(8);
});

test("P8: whoever would wait too long is told when to come back, so that the queue waits", async () => {
  const fleet = openFleet(await withLimit(memoryQuotaStore(), 4));
  const live = fleet.worker("live");
  const asked = Array.from({ length: 12 }, () =>
    live.take(CALLS).then(
      () => "made",
      (fault) => [fault.code, fault.disposition, fault.retryAfterMs > 0],
    ),
  );
  await fleet.pass(25_000);
  const answers = await Promise.all(asked);
  expect(answers.slice(0, 4)).toEqual(["made", "made", "made", "made"]);
  expect(answers.slice(4)).toContainEqual(["hubspot-throttled", "retry", true]);
});

test("A24: a meter is read back as it was written", async () => {
  const store = dynamoQuotaStore(dynamo.db, dynamo.tables.records);
  const meter = {
    limit: 190,
    windowMs: 10_000,
    entries: [
      { from: 17_000_000_000, to: 17_000_000_010, by: "bulk", calls: 12 },
      { from: 17_000_000_004, to: 17_000_000_004, by: "others", calls: 3 },
    ],
    daily: { max: 625_000, used: 1200, readAtMs: 1_700_000_000_000 },
    today: { day: 19_675, live: 4, bulk: 12 },
    atMs: 1_700_000_000_500,
  } as const;
  await store.change(CALLS, () => ({ next: meter, answer: undefined }));
  expect(await loadMeter(dynamo.db, dynamo.tables.records, CALLS)).toEqual(meter);
});
