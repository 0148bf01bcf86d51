import { expect, test } from "vitest";
import type { Observation, Ref } from "../../../shared/sync/ports.ts";
import type { AccordRecord } from "../../../shared/sync/record.ts";
import { type LinkPages, sweepLinks } from "../../../shared/sync/sweep-links.ts";
import { memoryHintQueue } from "../../support/memory-hint-queue.ts";
import { memoryWatermarkStore } from "../../support/memory-watermark-store.ts";
import { contact, NOW_MS, recordWith, seen, stillCrm } from "../../support/sync-builders.ts";

const HOUR_MS = 3_600_000;

/** A page a record, as if each filled one. */
function pagesOf(records: readonly AccordRecord[]): LinkPages {
  return {
    async page(_of, after) {
      const at = after === undefined ? 0 : Number(after);
      const next = at + 1 < records.length ? String(at + 1) : undefined;
      return { records: records.slice(at, at + 1), next };
    },
  };
}

function openSweep(records: readonly AccordRecord[], living: readonly Observation[]) {
  const clock = { nowMs: NOW_MS };
  const queue = memoryHintQueue(() => clock.nowMs);
  const world = {
    crms: { hubspot: stillCrm("hubspot", living), salesforce: stillCrm("salesforce", []) },
    queue,
    watermarks: memoryWatermarkStore(),
    links: pagesOf(records),
    mode: "sync" as const,
    now: () => clock.nowMs,
    remainingMs: () => 60_000,
  };
  return {
    sweep: () => sweepLinks(world, { system: "hubspot", object: "contacts" }),
    forward: (ms: number) => {
      clock.nowMs += ms;
    },
    hinted: () => queue.messages().flatMap(({ hints }) => hints.map(({ ref }) => ref.id)),
  };
}

const tied = (ref: Ref) => recordWith({}, [ref]);

function untied(ref: Ref): AccordRecord {
  const record = tied(ref);
  const ended = { at: "2026-11-20T00:00:00.000Z", because: "deleted there" };
  return { ...record, links: record.links.map((link) => ({ ...link, ended })) };
}

test("P1, I7, I8: a sweep hints what was deleted unseen, and what is back, and nothing else", async () => {
  const records = ["1", "2"].map((id) => tied(contact(id)));
  const lost = ["3", "4"].map((id) => untied(contact(id)));
  const living = [seen(contact("1"), {}), seen(contact("4"), {})];
  const { sweep, forward, hinted } = openSweep([...records, ...lost], living);
  expect(await sweep()).toEqual({ rows: 0, caughtUp: true });
  forward(24 * HOUR_MS);
  expect(await sweep()).toEqual({ rows: 4, caughtUp: true });
  expect(hinted()).toEqual(["2", "4"]);
});

test("P8: a round takes a few pages an invocation, goes on where it stopped, and rests for a day", async () => {
  const records = Array.from({ length: 50 }, (_, index) => tied(contact(String(index))));
  const { sweep, forward, hinted } = openSweep(records, []);
  await sweep();
  forward(24 * HOUR_MS);
  expect([await sweep(), await sweep(), await sweep()]).toEqual([
    { rows: 20, caughtUp: false },
    { rows: 20, caughtUp: false },
    { rows: 10, caughtUp: true },
  ]);
  expect(hinted().length).toBe(50);
  forward(23 * HOUR_MS);
  expect(await sweep()).toEqual({ rows: 0, caughtUp: true });
  forward(HOUR_MS);
  expect(await sweep()).toMatchObject({ rows: 20 });
});
