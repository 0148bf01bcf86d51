import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoSweepStore } from "../../shared/dynamodb/sweep-store.ts";
import type { Finding, Outsider } from "../../shared/parity/finding.ts";
import type { SweepStore } from "../../shared/parity/ports.ts";
import type { Block } from "../../shared/parity/row.ts";
import type { Sweep } from "../../shared/parity/sweep.ts";
import { addTallies, NO_TALLY, type Tally } from "../../shared/parity/tally.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memorySweepStore } from "../support/memory-sweep-store.ts";
import { lead } from "../support/sync-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const NOW = "2026-11-22T08:00:00.000Z";
const contact = { system: "hubspot", object: "contacts", id: "1" } as const;

const sweep = (more: Partial<Sweep> = {}): Sweep => ({
  id: `parity-${randomUUID()}`,
  kinds: ["person", "company"],
  repair: true,
  by: "ann",
  because: "to see",
  startedAt: NOW,
  mappingVersion: "1",
  state: "reading",
  rows: {},
  calls: { hubspot: 0, salesforce: 0 },
  ...more,
});

const tally = (more: Partial<Tally> = {}): Tally => ({
  read: { hubspot: 3, salesforce: 1 },
  gone: { hubspot: 1, salesforce: 0 },
  hubspot: { both: 1, excluded: 1 },
  salesforce: { both: 1 },
  fields: { email: { compared: 1, equal: 0, explained: 0 } },
  places: { parked: 1 },
  findings: { "value-differs": 1 },
  ...more,
});

/** Every part of it filled in. */
const finding = (key: string, field = "email"): Finding => ({
  kind: "value-differs",
  of: "person",
  key,
  refs: [contact],
  recordId: "r",
  field,
  hubspot: "Žižková 🚀",
  salesforce: null,
  known: "x",
  words: "email differs",
});

const outsider = (key: string): Outsider => ({
  of: "person",
  key,
  ref: contact,
  bucket: "excluded",
  recordId: "r",
  reason: "no inclusion rule takes it across",
});

describe.each<[string, () => SweepStore]>([
  ["in DynamoDB", () => dynamoSweepStore(dynamo.db, dynamo.tables.records)],
  ["in memory", memorySweepStore],
])("sweeps %s", { timeout: 30_000 }, (_where, open) => {
  test("a sweep is as it was kept and changed, with its rows, calls and counts", async () => {
    const store = open();
    const kept = sweep();
    expect(await store.loadSweep(kept.id)).toBeUndefined();
    expect(await store.addSweep(kept, ["a"])).toBe(true);
    expect(await store.addSweep({ ...kept, because: "again" }, ["b"])).toBe(false);
    await store.countRows(kept.id, "read a", 100);
    await store.countRows(kept.id, "read a", 200);
    await store.countCalls(kept.id, { hubspot: 2, salesforce: 0 });
    await store.countCalls(kept.id, { hubspot: 1, salesforce: 3 });
    expect(await store.changeSweep(kept.id, { state: "done" }, "comparing")).toBe(false);
    const change = { state: "done", endedAt: NOW, reason: "x" } as const;
    expect(await store.changeSweep(kept.id, change, "reading")).toBe(true);
    expect(await store.loadSweep(kept.id)).toEqual({
      ...kept,
      ...change,
      rows: { "read a": 200 },
      calls: { hubspot: 3, salesforce: 3 },
      tallies: {},
    });
  });

  test("pieces of work close once each, whoever says so how often", async () => {
    const store = open();
    const kept = sweep();
    await store.addSweep(kept, ["a", "b"]);
    expect(await store.close(kept.id, "a")).toEqual(["b"]);
    expect(await store.close(kept.id, "a")).toEqual(["b"]);
    expect(await store.close(kept.id, "b")).toEqual([]);
  });

  test("a page that is read twice gives one block", async () => {
    const store = open();
    const of = { sweep: sweep().id, kind: "person", part: "a" };
    const row = {
      ref: contact,
      key: "a1",
      modifiedAtMs: 1,
      accordId: "r",
      digests: ",-,x",
    };
    const tie = { ref: contact, key: "a1", related: { contacts: ["7"], companies: [] } };
    const block: Block = { rows: [row], ties: [tie] };
    await store.keepBlock(of, "page 1", { rows: [row, row], ties: [] });
    await store.keepBlock(of, "page 1", block);
    await store.keepBlock(of, "page 2", block);
    expect(await store.blocksOf(of)).toEqual([block, block]);
    expect(await store.blocksOf({ ...of, part: "b" })).toEqual([]);
  });

  test("a stretch that is compared twice is counted once, and holds what was found last", async () => {
    const store = open();
    const kept = sweep();
    await store.addSweep(kept, ["a"]);
    const of = { sweep: kept.id, kind: "person", part: "a" };
    const outsiders = [outsider("a1"), outsider("a3")];
    const found = { outsiders, doubts: [] };
    const first = { tally: tally(), findings: [finding("a1"), finding("a3", "x")], ...found };
    await store.keepResult(of, { upTo: "a5" }, first);
    await store.keepResult(
      of,
      { after: "a5" },
      { ...first, findings: [finding("a7")], outsiders: [] },
    );
    const again = { ...first, findings: [finding("a3")], outsiders: [outsider("a3")] };
    await store.keepResult(of, { upTo: "a5" }, again);
    expect((await store.loadSweep(kept.id))?.tallies).toEqual({
      person: addTallies([NO_TALLY, tally(), tally()]),
    });
    const [one, other] = [finding("a3"), finding("a7")];
    const page = await store.findingsOf(of, undefined, 1);
    expect(page.items).toEqual([one]);
    expect((await store.findingsOf(of, page.next, 9)).items).toEqual([other]);
    expect((await store.outsidersOf(of, undefined, 9)).items).toEqual([outsider("a3")]);
  });

  test("what was in doubt is settled without touching the rest of its stretch", async () => {
    const store = open();
    const kept = sweep();
    await store.addSweep(kept, ["a"]);
    const of = { sweep: kept.id, kind: "person", part: "a" };
    const doubts = [
      { key: "a2", undated: ["d1", "d2"] },
      { key: "a4", undated: [] },
    ];
    const range = { after: "a0", upTo: "a5" };
    const first = { tally: tally(), findings: [finding("a1")], outsiders: [outsider("a3")] };
    await store.keepResult(of, { upTo: "a0" }, { ...first, findings: [], doubts: [] });
    await store.keepResult(of, range, { ...first, doubts });
    await store.keepResult({ ...of, part: "b" }, {}, { ...first, doubts });
    expect(await store.doubtsOf(of)).toEqual([{ range, tally: tally(), doubts }]);
    const stretch = { range, tally: tally(), doubts };
    const died = { tally: tally(), findings: [finding("a2", "x")], outsiders: [outsider("a4")] };
    await store.settle(of, stretch, died);
    const whole = addTallies([tally(), tally()]);
    await store.settle(of, stretch, { tally: whole, findings: [finding("a2")], outsiders: [] });
    expect(await store.doubtsOf(of)).toEqual([]);
    expect((await store.findingsOf(of, undefined, 9)).items).toEqual([
      finding("a1"),
      finding("a2"),
    ]);
    expect((await store.outsidersOf(of, undefined, 9)).items).toEqual([outsider("a3")]);
    expect((await store.loadSweep(kept.id))?.tallies).toEqual({
      person: addTallies([tally(), whole, tally()]),
    });
  });

  test("the latest come first", async () => {
    const store = open();
    const [one, two] = [sweep(), sweep({ startedAt: "2126-11-22T08:00:00.000Z" })];
    await store.addSweep(one, ["a"]);
    await store.addSweep(two, ["a"]);
    expect(await store.list(1)).toEqual([two.id]);
  });
});

test("I11: what sweeps found of a forgotten person holds no value any more, and is told still", async () => {
  const sweeps = dynamoSweepStore(dynamo.db, dynamo.tables.records);
  const kept = sweep();
  await sweeps.addSweep(kept, ["a"]);
  const of = { sweep: kept.id, kind: "person", part: "a" };
  const id = randomUUID();
  const hers = { ...finding("a1"), refs: [{ ...contact, id }, lead(id)] };
  const other = { ...finding("a2"), refs: [{ ...contact, id: randomUUID() }] };
  const over = { ...finding("a3"), refs: [{ ...contact, id }] };
  const findings = [hers, other, over];
  const result = { tally: tally(), findings, outsiders: [], doubts: [] };
  await sweeps.keepResult(of, {}, result);
  await sweeps.keepResult(of, {}, { ...result, findings: [hers, other] });
  await dynamoRecordStore(dynamo.db, dynamo.tables).forgetFindings([{ ...contact, id }]);
  const { hubspot: _h, salesforce: _s, known: _k, ...valueless } = hers;
  expect((await sweeps.findingsOf(of, undefined, 9)).items).toEqual([valueless, other]);
  await dynamoRecordStore(dynamo.db, dynamo.tables).forgetFindings([lead(id)]);
  expect((await sweeps.findingsOf(of, undefined, 9)).items).toEqual([valueless, other]);
});
