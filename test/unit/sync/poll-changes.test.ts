import { expect, test } from "vitest";
import { type PollWorld, pollChanges } from "../../../shared/sync/poll-changes.ts";
import type { ChangedPage, ChangedRow, Hint, PollCursor } from "../../../shared/sync/ports.ts";
import { memoryHintQueue } from "../../support/memory-hint-queue.ts";
import { memoryWatermarkStore } from "../../support/memory-watermark-store.ts";
import { NOW_MS, stillCrm } from "../../support/sync-builders.ts";

const poll = { system: "hubspot", object: "contacts" } as const;
const NAME = "sync#hubspot#contacts";
const PAGE = 2;

const row = (id: number, modifiedAtMs: number): ChangedRow => ({
  id: String(id),
  modifiedAtMs,
  evidence: { email: `${id}@x.example` },
  relates: undefined,
});

/** A CRM that pages through rows in the order of their stamps. */
function pagedCrm(rows: readonly ChangedRow[], asked: (PollCursor | undefined)[]) {
  return {
    ...stillCrm("hubspot", []),
    async changedSince(_object: string, cursor: PollCursor | undefined): Promise<ChangedPage> {
      asked.push(cursor);
      const after = rows.filter(
        ({ id, modifiedAtMs }) =>
          !cursor ||
          modifiedAtMs > cursor.modifiedAtMs ||
          (modifiedAtMs === cursor.modifiedAtMs && Number(id) > Number(cursor.id)),
      );
      const page = after.slice(0, PAGE);
      const last = page.at(-1);
      return {
        rows: page,
        next:
          after.length > PAGE && last
            ? { modifiedAtMs: last.modifiedAtMs, id: last.id }
            : undefined,
        total: after.length,
      };
    },
  };
}

function open(rows: readonly ChangedRow[], more: Partial<PollWorld> = {}) {
  const asked: (PollCursor | undefined)[] = [];
  const queue = memoryHintQueue(() => NOW_MS);
  const watermarks = memoryWatermarkStore();
  const world: PollWorld = {
    crms: { hubspot: pagedCrm(rows, asked), salesforce: stillCrm("salesforce", []) },
    queue,
    watermarks,
    mode: "sync",
    now: () => NOW_MS,
    remainingMs: () => 60_000,
    ...more,
  };
  const queued = () =>
    queue.messages().map(({ lane, hints }) => `${lane} ${hints.map(({ ref }) => ref.id).join()}`);
  return { world, queue, watermarks, asked, queued };
}

const LONG_AGO = NOW_MS - 3_600_000;
const three = [row(8, LONG_AGO), row(9, LONG_AGO), row(10, LONG_AGO)];

test("a first load reads every page, queues it in bulk, and says how far it is", async () => {
  const { world, watermarks, queued, queue } = open(three);
  expect(await pollChanges(world, poll)).toEqual({ rows: 3, caughtUp: true });
  expect(queued()).toEqual(["bulk 8,9", "bulk 10"]);
  expect(queue.messages()[0]?.hints[0]).toEqual({
    ref: { ...poll, id: "8" },
    evidence: { email: "8@x.example" },
  });
  expect(await watermarks.load(NAME)).toEqual({
    cursor: { modifiedAtMs: LONG_AGO, id: "10" },
    expected: 3,
    queued: 3,
    caughtUp: true,
    cutShort: false,
    version: 2,
  });
});

test("a later poll reads the overlap again, with evidence, and never moves its watermark back", async () => {
  const { world, watermarks, asked, queue } = open(three);
  await pollChanges(world, poll);
  queue.takeOff(queue.take().map(({ id }) => id));
  const before = await watermarks.load(NAME);
  expect(await pollChanges(world, poll)).toEqual({ rows: 3, caughtUp: true });
  expect(asked.at(2)).toEqual({ modifiedAtMs: LONG_AGO - 60_000, id: "" });
  expect((await watermarks.load(NAME))?.cursor).toEqual(before?.cursor);
  expect(
    queue.messages().flatMap(({ lane, hints }) => hints.map((hint) => ({ lane, hint })))[0],
  ).toEqual({
    lane: "live",
    hint: { ref: { ...poll, id: "8" }, evidence: { email: "8@x.example" } },
  });
});

test("a first load that runs out of time goes on where it was, also between ids of one stamp", async () => {
  const { world, asked, queued, watermarks } = open(three, { remainingMs: () => 1000 });
  expect(await pollChanges(world, poll)).toEqual({ rows: 2, caughtUp: false });
  expect((await watermarks.load(NAME))?.cursor).toEqual({ modifiedAtMs: LONG_AGO, id: "9" });
  expect(await pollChanges(world, poll)).toEqual({ rows: 1, caughtUp: true });
  expect((await watermarks.load(NAME))?.cursor).toEqual({ modifiedAtMs: LONG_AGO, id: "10" });
  expect(asked).toEqual([undefined, { modifiedAtMs: LONG_AGO, id: "9" }]);
  expect(queued()).toEqual(["bulk 8,9", "bulk 10"]);
});

test("P1: a burst that one poll cannot read to its end is read on by the next, not from its start", async () => {
  const rows = three.slice(0, 1);
  const { world, asked } = open(rows, { remainingMs: () => 1000 });
  await pollChanges(world, poll);
  for (let id = 20; id < 26; id += 1) rows.push(row(id, LONG_AGO + 1000));
  const ends = [];
  for (let round = 0; round < 5; round += 1) ends.push((await pollChanges(world, poll)).caughtUp);
  expect(ends).toEqual([false, false, false, true, false]);
  expect(asked.slice(1).map((cursor) => cursor?.id)).toEqual(["", "20", "22", "24", ""]);
});

test("P1: a page of which nothing may be kept moves the watermark to where the next one starts", async () => {
  const next = { modifiedAtMs: LONG_AGO + 1, id: "0" };
  const { world, watermarks } = open([], { remainingMs: () => 1000 });
  const hubspot = {
    ...world.crms.hubspot,
    changedSince: async () => ({ rows: [], next, total: undefined }),
  };
  await pollChanges({ ...world, crms: { ...world.crms, hubspot } }, poll);
  expect((await watermarks.load(NAME))?.cursor).toEqual(next);
});

test("P1: near the present the overlap is read again, since rows may show up late", async () => {
  const rows = [row(1, NOW_MS - 5000)];
  const { world, asked } = open(rows, { remainingMs: () => 1000 });
  await pollChanges(world, poll);
  rows.push(row(2, NOW_MS - 4000), row(3, NOW_MS - 3000));
  await pollChanges(world, poll);
  await pollChanges(world, poll);
  expect(asked.at(-1)).toEqual({ modifiedAtMs: NOW_MS - 4000 - 60_000, id: "" });
});

test("P2: a poll that dies before its watermark moves reads the page again", async () => {
  const { world, watermarks, queued } = open(three);
  const dying = {
    ...world,
    watermarks: { ...watermarks, save: () => Promise.reject(new Error("died")) },
  };
  await expect(pollChanges(dying, poll)).rejects.toThrow("died");
  expect(queued()).toEqual(["bulk 8,9"]);
  expect(await pollChanges(world, poll)).toEqual({ rows: 3, caughtUp: true });
  expect(queued()).toEqual(["bulk 8,9", "bulk 8,9", "bulk 10"]);
});

test("P1: a watermark never moves past hints that the queue did not take", async () => {
  const { world, watermarks } = open(three);
  const queue = { send: () => Promise.reject(new Error("the queue is away")) };
  await expect(pollChanges({ ...world, queue }, poll)).rejects.toThrow("the queue is away");
  expect(await watermarks.load(NAME)).toBeUndefined();
});

test("of two polls of one object at once, the slower one stops", async () => {
  const { world, watermarks } = open(three);
  const slow = {
    ...world,
    watermarks: {
      ...watermarks,
      async load(name: string) {
        const mark = await watermarks.load(name);
        await pollChanges(world, poll);
        return mark;
      },
    },
  };
  expect(await pollChanges(slow, poll)).toEqual({ rows: 2, caughtUp: false });
  expect((await watermarks.load(NAME))?.cursor).toEqual({ modifiedAtMs: LONG_AGO, id: "10" });
});

test("P9: an observing poll keeps a watermark of its own", async () => {
  const { world, watermarks } = open(three, { mode: "observe" });
  await pollChanges(world, poll);
  expect(await watermarks.load(NAME)).toBeUndefined();
  expect(await watermarks.load("observe#hubspot#contacts")).toMatchObject({ caughtUp: true });
});

test("nothing to read is remembered once, and read about again each time", async () => {
  const { world, watermarks, queued } = open([]);
  expect(await pollChanges(world, poll)).toEqual({ rows: 0, caughtUp: true });
  expect(await pollChanges(world, poll)).toEqual({ rows: 0, caughtUp: true });
  expect(await watermarks.load(NAME)).toMatchObject({
    cursor: undefined,
    caughtUp: true,
    version: 1,
  });
  expect(queued()).toEqual([]);
});

test("rows that only relate others become one hint of their opportunity, with all that was seen", async () => {
  const opportunity = { system: "salesforce", object: "Opportunity", id: "006" } as const;
  const related = (id: string, present: boolean) => ({
    opportunity,
    seen: { object: "Contact", id, present },
  });
  const rows = [
    { ...row(1, LONG_AGO), relates: related("003a", true) },
    { ...row(2, LONG_AGO), relates: related("003b", false) },
  ];
  const { world, queue } = open(rows);
  await pollChanges(world, poll);
  const hints: Hint[] = queue.messages().flatMap((message) => [...message.hints]);
  expect(hints).toEqual([
    {
      ref: opportunity,
      relations: [
        { object: "Contact", id: "003a", present: true },
        { object: "Contact", id: "003b", present: false },
      ],
    },
  ]);
});

test("a first load goes on from its place in a read of the system's own, and then by stamps [P2]", async () => {
  const from = { modifiedAtMs: LONG_AGO, id: "8" };
  const pages: Record<string, ChangedPage> = {
    undefined: { rows: [row(8, LONG_AGO)], next: { ...from, bulk: "made" }, total: 3 },
    made: { rows: [], next: { ...from, bulk: "read" }, total: undefined },
    read: { rows: [row(9, LONG_AGO)], next: { ...from, bulk: "second" }, total: undefined },
    second: {
      rows: [row(7, LONG_AGO)],
      next: { modifiedAtMs: LONG_AGO - 5, id: "" },
      total: undefined,
    },
  };
  const { world, watermarks, queued } = open([]);
  const places: string[] = [];
  const hubspot = {
    ...world.crms.hubspot,
    async changedSince(_object: string, cursor: PollCursor | undefined): Promise<ChangedPage> {
      places.push(String(cursor?.bulk ?? cursor?.modifiedAtMs));
      const page = pages[String(cursor?.bulk ?? (cursor ? "changed" : undefined))];
      return page ?? { rows: [], next: undefined, total: undefined };
    },
  };
  const poor = { ...world, crms: { ...world.crms, hubspot }, remainingMs: () => 0 };
  const polled = [];
  for (let round = 0; round < 5; round += 1) polled.push(await pollChanges(poor, poll));
  expect(polled.map(({ caughtUp }) => caughtUp)).toEqual([false, false, false, false, true]);
  expect(places).toEqual(["undefined", "made", "read", "second", String(LONG_AGO - 5)]);
  expect(queued()).toEqual(["bulk 8", "bulk 9", "bulk 7"]);
  expect(await watermarks.load(NAME)).toMatchObject({
    cursor: { modifiedAtMs: LONG_AGO - 5, id: "" },
    queued: 3,
    caughtUp: true,
    cutShort: false,
  });
});

test("a first load reads at the pace of a backfill, and what changes later does not [P8]", async () => {
  const { world, asked } = open([]);
  const bulk = open(three);
  const crms = { ...world, bulkCrms: bulk.world.crms };
  expect(await pollChanges(crms, poll)).toEqual({ rows: 3, caughtUp: true });
  expect([asked.length, bulk.asked.length]).toEqual([0, 2]);
  await pollChanges(crms, poll);
  expect([asked.length, bulk.asked.length]).toEqual([1, 2]);
});

test("the next page of a first load is on its way while one is queued", async () => {
  const { world, asked, queue } = open(three);
  const askedThen: number[] = [];
  const watched = {
    ...queue,
    send: async (...given: Parameters<typeof queue.send>) => {
      askedThen.push(asked.length);
      await queue.send(...given);
    },
  };
  await pollChanges({ ...world, queue: watched }, poll);
  expect(askedThen).toEqual([2, 2]);
});

test("a page that cannot be read fails the poll once what was read before is queued", async () => {
  const { world, watermarks, queued } = open(three);
  const pages = world.crms.hubspot.changedSince;
  const hubspot = {
    ...world.crms.hubspot,
    changedSince: (object: string, cursor: PollCursor | undefined) =>
      cursor ? Promise.reject(new Error("away")) : pages(object, cursor),
  };
  await expect(pollChanges({ ...world, crms: { ...world.crms, hubspot } }, poll)).rejects.toThrow(
    "away",
  );
  expect(queued()).toEqual(["bulk 8,9"]);
  expect(await watermarks.load(NAME)).toMatchObject({ cursor: { id: "9" }, caughtUp: false });
});
