import { expect, test } from "vitest";
import { mapping } from "../../../shared/config/mapping.ts";
import { Fault } from "../../../shared/sync/fault.ts";
import type { Hint, Ref } from "../../../shared/sync/ports.ts";
import type { World } from "../../../shared/sync/subject.ts";
import { workOff } from "../../../shared/sync/work-off.ts";
import { memoryHintQueue } from "../../support/memory-hint-queue.ts";
import { memoryRecordStore } from "../../support/memory-record-store.ts";
import { contact, NOW_MS, recordWith, seen, stillCrm } from "../../support/sync-builders.ts";

const people = Array.from({ length: 20 }, (_, index) =>
  seen(contact(String(index)), { email: `${index}@x.example`, lifecyclestage: "lead" }),
);

/** A world whose HubSpot fails as `failing` says, each time it is asked about these records. */
function open(failing: (refs: readonly Ref[]) => Error | undefined = () => undefined) {
  let ids = 0;
  let observed = 0;
  const hubspot = stillCrm("hubspot", people);
  const store = memoryRecordStore();
  const queue = memoryHintQueue(() => NOW_MS);
  const world: World = {
    mapping,
    crms: {
      hubspot: {
        ...hubspot,
        async observe(refs) {
          observed += 1;
          const error = failing(refs);
          if (error) throw error;
          return hubspot.observe(refs);
        },
      },
      salesforce: stillCrm("salesforce", []),
    },
    store,
    queue,
    mode: "sync",
    now: () => NOW_MS,
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    leaseMs: () => 90_000,
  };
  const waiting = () =>
    queue.messages().map(({ lane, attempt, hints }) => ({
      lane,
      attempt,
      ids: hints.map(({ ref }) => ref.id),
    }));
  return { world, store, queue, waiting, calls: () => observed };
}

const hintsOf = (...ids: string[]): Hint[] => ids.map((id) => ({ ref: contact(id) }));
const delivery = (id: string, hints: readonly Hint[], attempt = 0) =>
  ({ id, lane: "live", hints, attempt }) as const;

const poison = (refs: readonly Ref[]) =>
  refs.some(({ id }) => id === "13") ? new TypeError("of no use to anybody") : undefined;

test("hints of both lanes are settled, and the queue is left empty", async () => {
  const { world, waiting } = open();
  const bulk = { ...delivery("b", hintsOf("2", "3")), lane: "bulk" } as const;
  expect(await workOff(world, [delivery("a", hintsOf("1")), bulk])).toMatchObject({
    failed: [],
    settled: { live: 1, bulk: 2 },
    troubles: [],
  });
  expect(waiting()).toEqual([]);
});

test("P4: a bad hint is found within its batch, and all of its neighbours are settled at once", async () => {
  const { world, store, waiting } = open(poison);
  const all = people.map(({ ref }) => ref.id);
  const done = await workOff(world, [delivery("a", hintsOf(...all))]);
  expect(done).toMatchObject({ failed: [], settled: { live: 19, bulk: 0 } });
  expect(store.records().length).toBe(19);
  expect(waiting()).toEqual([{ lane: "live", attempt: 1, ids: ["13"] }]);
});

test("P1: a message of one bad hint stays with the queue, whose dead letters a person sees", async () => {
  const { world, waiting } = open(poison);
  const done = await workOff(world, [delivery("a", hintsOf("13")), delivery("b", hintsOf("1"))]);
  expect(done).toMatchObject({ failed: ["a"], settled: { live: 1, bulk: 0 } });
  expect(waiting()).toEqual([]);
});

test("a throttle is not an error: all hints come again after the time that it names", async () => {
  const fault = new Fault("hubspot-throttled", "slow down", { retryAfterMs: 7000 });
  const { world, queue, waiting } = open(() => fault);
  const done = await workOff(world, [delivery("a", hintsOf("1", "2"))]);
  expect(done).toMatchObject({ failed: [], settled: { live: 0, bulk: 0 }, troubles: [fault] });
  expect(waiting()).toEqual([{ lane: "live", attempt: 1, ids: ["1", "2"] }]);
  expect(queue.nextDueMs()).toBe(NOW_MS + 7000);
});

test("each hint keeps its own count, so that an old one takes no fresh one with it", async () => {
  const fault = new Fault("salesforce-unavailable", "away");
  const { world, waiting } = open(() => fault);
  await workOff(world, [delivery("a", hintsOf("1"), 58), delivery("b", hintsOf("2"))]);
  expect(waiting()).toEqual([
    { lane: "live", attempt: 59, ids: ["1"] },
    { lane: "live", attempt: 1, ids: ["2"] },
  ]);
});

test("P1: hints wait longer each time, and outlast a CRM that is away for hours", async () => {
  const fault = new Fault("salesforce-unavailable", "away");
  const { world, queue } = open(() => fault);
  const waits: number[] = [];
  for (let attempt = 0; attempt < 60; attempt += 1) {
    await workOff(world, [delivery("a", hintsOf("1"), attempt)]);
    waits.push((queue.nextDueMs() ?? 0) - NOW_MS);
    for (const message of queue.messages()) Object.assign(message, { dueMs: 0 });
    queue.takeOff(queue.take().map(({ id }) => id));
  }
  expect(waits.slice(0, 6)).toEqual([1000, 1000, 2000, 4000, 8000, 16_000]);
  expect(waits.every((wait) => wait <= 300_000)).toBe(true);
  expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThan(3 * 3_600_000);
});

test("P1: a hint that came back sixty times is left to the queue's dead letters, unlooked at", async () => {
  const { world, calls } = open();
  expect(await workOff(world, [delivery("a", hintsOf("1"), 60)])).toMatchObject({ failed: ["a"] });
  expect(calls()).toBe(0);
});

test("what only a person can change leaves the whole batch to the queue", async () => {
  const fault = new Fault("hubspot-unauthorized", "sign in again");
  const { world, waiting, calls } = open(() => fault);
  const done = await workOff(world, [
    delivery("a", hintsOf("1", "2")),
    delivery("b", hintsOf("3")),
  ]);
  expect(done.failed).toEqual(["a", "b"]);
  expect(waiting()).toEqual([]);
  expect(calls()).toBe(1);
});

test("where everything fails, the batch is not halved for ever", async () => {
  const { world, waiting, calls } = open(() => new TypeError("the table is away"));
  const all = people.map(({ ref }) => ref.id);
  const done = await workOff(world, [delivery("a", hintsOf(...all))]);
  expect(done.failed).toEqual([]);
  expect(calls()).toBeLessThan(50);
  expect(
    waiting()
      .flatMap(({ ids }) => ids)
      .sort(),
  ).toEqual([...all].sort());
});

test("P2: a message that comes again dismisses nothing by its evidence", async () => {
  const { world, store, calls } = open();
  const record = recordWith({ email: "1@x.example" }, [contact("1")]);
  await store.save({ ...record, version: 0 });
  await store.hold({ ref: contact("1") }, record.id);
  const told = [{ ref: contact("1"), evidence: { email: "1@x.example" } }];
  expect(await workOff(world, [delivery("a", told)])).toMatchObject({ dismissed: 1 });
  expect(calls()).toBe(0);
  await workOff(world, [{ ...delivery("a", told), isRepeated: true }]);
  expect(calls()).toBe(1);
});

test("a record that another worker writes is asked for again, and not touched", async () => {
  const { world, store, waiting, calls } = open();
  const lease = { untilMs: NOW_MS + 60_000, intends: [] };
  const record = recordWith({}, [contact("1")], { lease });
  await store.save({ ...record, version: 0 });
  await store.hold({ ref: contact("1") }, record.id);
  const done = await workOff(world, [delivery("a", hintsOf("1"))]);
  expect(done).toMatchObject({ failed: [], settled: { live: 0, bulk: 0 } });
  expect(waiting()).toEqual([{ lane: "live", attempt: 1, ids: ["1"] }]);
  expect(store.records()).toEqual([record]);
  expect(calls()).toBe(0);
});
