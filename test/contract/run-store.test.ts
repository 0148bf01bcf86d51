import { randomUUID } from "node:crypto";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoRunStore } from "../../shared/dynamodb/run-store.ts";
import { partOf } from "../../shared/runs/part-of.ts";
import type { Plan, Rehearsal } from "../../shared/runs/plan.ts";
import type { RunStore } from "../../shared/runs/ports.ts";
import { ITEM_STATES, type KeptItem, NO_COUNTS, type Run } from "../../shared/runs/run.ts";
import { NO_TOTALS } from "../../shared/runs/totals.ts";
import { newRecord } from "../../shared/sync/record.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryRunStore } from "../support/memory-run-store.ts";
import { lead } from "../support/sync-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const NOW = "2026-11-22T08:00:00.000Z";
const id = () => randomUUID();

const plan = (): Plan => ({
  id: `plan-${id()}`,
  request: { kinds: ["person"], where: [{ field: "email", is: "!=", value: "" }] },
  by: "ann",
  because: "to see",
  createdAt: NOW,
  mappingVersion: "1",
  state: "reading",
  lacks: [],
  readings: {},
  calls: { hubspot: 0, salesforce: 0 },
});

const run = (): Run => ({
  id: `run-${id()}`,
  what: "apply",
  plan: "plan-1",
  kinds: ["person"],
  by: "ann",
  because: "to do",
  startedAt: NOW,
  state: "running",
  limits: { creates: 1 },
  used: { creates: 0, updates: 0, archives: 0 },
  pages: {},
  creations: [],
  turn: 0,
  epoch: 1,
  items: 20,
  counts: { ...NO_COUNTS, planned: 20 },
  calls: { hubspot: 0, salesforce: 0 },
});

const contact = { system: "hubspot", object: "contacts", id: "1" } as const;

/** Every part of an item filled in. */
const item = (key: string = id()): KeptItem => ({
  key,
  kind: "person",
  label: "Žižková 🚀",
  refs: [contact],
  changes: [
    { ...contact, properties: [{ property: "phone", field: "phone", from: null, to: "1" }] },
    {
      system: "salesforce",
      object: "Lead",
      properties: [{ property: "Accord_Id__c", from: null, to: "x" }],
    },
  ],
  relations: [{ system: "hubspot", relation: "person", action: "add", otherId: "7" }],
  awaits: ["salesforce#Contact#003"],
  links: [contact],
  conflicts: [{ fields: ["a"], hubspot: ["1"], salesforce: [null], because: "ask" }],
  parked: [
    { system: "hubspot", field: "phone", code: "too-long", message: "no", cause: "unknown" },
  ],
  ambiguous: "several",
  digest: "d",
  state: "left",
  reason: "because",
  journal: {
    recordId: "r",
    before: newRecord({ id: "r", kind: "person" }, { now: NOW, mappingVersion: "1" }),
    cleared: [{ ...contact, properties: [] }],
    relations: [],
    done: [{ ...contact, created: false, properties: [{ property: "p", from: "1", to: null }] }],
    opportunity: { hubspot: "5" },
  },
  left: [{ ...contact, property: "p", from: "1", to: null, now: "2" }],
});

/** All that is kept, as rows. */
async function rowsOf(table: string) {
  const { Items = [], LastEvaluatedKey } = await dynamo.db.send(
    new ScanCommand({ TableName: table }),
  );
  expect(LastEvaluatedKey).toBeUndefined();
  return Items;
}

describe("what was planned for a person and written", () => {
  const SECRET = "Secretly";
  const FIELD = JSON.stringify({ value: SECRET, source: "both", at: NOW, baseline: SECRET });
  const of = (one: KeptItem, plan: string) => ({ plan, kind: one.kind, part: partOf(one) });

  /** An item full of somebody, about two CRM records of that person. */
  function filled(state: KeptItem["state"]): KeptItem {
    const text = JSON.stringify({ ...item(`k${id()}`), state })
      .replaceAll(/"(from|to|now|message|ambiguous|because)":"[^"]*"/g, `"$1":"${SECRET}"`)
      .replace('"hubspot":["1"]', `"hubspot":["${SECRET}"]`)
      .replace('"fields":{}', `"fields":{"phone":${FIELD}}`);
    const one: KeptItem = JSON.parse(text);
    expect(text.split(SECRET).length - 1).toBe(11);
    return { ...one, label: SECRET, reason: SECRET, refs: [{ ...contact, id: id() }, lead(id())] };
  }

  const kept = async (store: RunStore, plan: string, one: KeptItem) =>
    (await store.itemsOf(of(one, plan), undefined, 100)).items.find(({ key }) => key === one.key);

  test.each(
    ITEM_STATES.map((state) => {
      const then = { planned: "refused", applying: "failed" }[state as string] ?? state;
      return [state, then] as const;
    }),
  )(
    "I11: keeps no value of whom is forgotten: an item that is %s is %s then, and says why",
    async (state, then) => {
      const store = dynamoRunStore(dynamo.db, dynamo.tables.records);
      const made = plan();
      const [hers, other] = [filled(state), filled(state)];
      await store.traceItems(made, [hers, other]);
      await store.keepItems(made, [hers, other]);
      await dynamoRecordStore(dynamo.db, dynamo.tables).forgetPlanned(
        hers.refs.slice(1),
        Date.parse(NOW),
      );
      const left = await kept(store, made.id, hers);
      expect(JSON.stringify(left)).not.toContain(SECRET);
      expect(left).toMatchObject({
        key: hers.key,
        refs: hers.refs,
        state: then,
        reason: "the person was forgotten",
        forgotten: true,
        journal: { recordId: "r", before: { id: "r", fields: {} }, done: [{ created: false }] },
      });
      expect(await kept(store, made.id, other)).toEqual(other);
    },
  );

  test("I11: keeps no value where a worker that had read it before keeps it once more", async () => {
    const store = dynamoRunStore(dynamo.db, dynamo.tables.records);
    const made = plan();
    const [planned, hers] = [filled("planned"), filled("done")];
    const records = dynamoRecordStore(dynamo.db, dynamo.tables);
    await records.forgetPlanned([...hers.refs.slice(0, 1), ...planned.refs], Date.parse(NOW));
    await store.traceItems(made, [planned]);
    await store.keepItems(made, [planned, hers]);
    for (const one of [planned, hers])
      expect(JSON.stringify(await kept(store, made.id, one))).not.toContain(SECRET);
  });

  test("is deleted 120 days after its plan was made, whatever became of it", async () => {
    const store = dynamoRunStore(dynamo.db, dynamo.tables.records);
    const made = plan();
    const one = filled("planned");
    await store.traceItems(made, [one]);
    await store.keepItems(made, [one]);
    await store.keepItems(made, [{ ...one, state: "done" }]);
    const rows = (await rowsOf(dynamo.tables.records)).filter((row) =>
      JSON.stringify(row).includes(one.key),
    );
    expect(rows.map(({ ttl }) => ttl)).toEqual(
      Array.from({ length: 3 }, () => Date.parse("2027-03-22T08:00:00.000Z") / 1000),
    );
  });
});

const rehearsal = (kind: string): Rehearsal => ({
  kind,
  pages: 3,
  looks: 2,
  lookCalls: { hubspot: 4, salesforce: 9 },
  lookMs: 1200,
  applyCalls: { hubspot: 3, salesforce: 6 },
  undoCalls: { hubspot: 5, salesforce: 7 },
});

describe.each<[string, () => RunStore]>([
  ["in DynamoDB", () => dynamoRunStore(dynamo.db, dynamo.tables.records)],
  ["in memory", memoryRunStore],
])("plans and runs %s", (_where, open) => {
  test("a plan is as it was kept and changed, with its rows and calls", async () => {
    const store = open();
    const kept = plan();
    expect(await store.loadPlan(kept.id)).toBeUndefined();
    await store.addPlan(kept, ["read a", "seal 0"]);
    const reading = { kind: "person", rows: 200 };
    await store.keepReading(kept.id, "read a", { ...reading, rows: 100 });
    await store.keepReading(kept.id, "read a", reading);
    for (const lack of ["b", "a", "b"]) await store.noteLack(kept.id, lack);
    await store.countCalls({ job: "plan", id: kept.id }, { hubspot: 2, salesforce: 0 });
    await store.countCalls({ job: "plan", id: kept.id }, { hubspot: 1, salesforce: 3 });
    const totals = { ...NO_TOTALS, creates: { "salesforce Lead": 3 } };
    const rehearsals = [rehearsal("person")];
    await store.changePlan(kept.id, { state: "ready", totals, hash: "h", rehearsals });
    expect(await store.loadPlan(kept.id)).toEqual({
      ...kept,
      state: "ready",
      totals,
      hash: "h",
      rehearsals,
      readings: { "read a": reading },
      lacks: ["a", "b"],
      calls: { hubspot: 3, salesforce: 3 },
    });
  });

  test("pieces of work close once each, whoever says so how often", async () => {
    const store = open();
    const kept = plan();
    const job = { job: "plan", id: kept.id } as const;
    await store.addPlan(kept, ["a", "b"]);
    expect(await store.close(job, "a")).toEqual(["b"]);
    expect(await store.close(job, "a")).toEqual(["b"]);
    expect(await store.openOf(job)).toEqual(["b"]);
    expect(await store.close(job, "b")).toEqual([]);
    expect(await store.close(job, "b")).toEqual([]);
  });

  test("a plan is given one run, and a run one undo; the same one again is no other", async () => {
    const store = open();
    const [kept, other] = [plan(), run()];
    await store.addPlan(kept, ["a"]);
    await store.addRun(other, ["a"]);
    for (const give of [
      (one: string) => store.giveRun(kept.id, one),
      (one: string) => store.giveUndo(other.id, one),
    ])
      expect([await give("r1"), await give("r2"), await give("r1")]).toEqual([true, false, true]);
    expect(await store.giveRun("plan-none", "r1")).toBe(false);
    expect((await store.loadPlan(kept.id))?.run).toBe("r1");
    expect((await store.loadRun(other.id))?.undoneBy).toBe("r1");
  });

  test("a run changes from the states that are named alone, and counts what it uses once", async () => {
    const store = open();
    const kept = run();
    await store.addRun(kept, ["0 a"]);
    expect(await store.changeRun(kept.id, { state: "paused" }, ["stopped"])).toBe(false);
    expect(await store.changeRun(kept.id, { state: "paused", epoch: 2 }, ["running"])).toBe(true);
    const used = { creates: 1, updates: 2, archives: 0 };
    const creations = [{ turn: 0, creates: 1, untilMs: 7 }];
    const pages = { "0 a": { from: "a ", used } };
    expect(await store.use(kept.id, 0, { used, pages, creations })).toBe(true);
    const other = { used: kept.used, pages: {}, creations: [] };
    expect(await store.use(kept.id, 0, other)).toBe(false);
    const place = { parts: "a", after: "k", counts: { ...NO_COUNTS, done: 5 } };
    await store.countItems(kept.id, "0 a", { ...NO_COUNTS, done: 5 }, { ...place, parts: "ab" });
    await store.countItems(kept.id, "0 a", { ...NO_COUNTS, done: 7 }, place);
    const next = { parts: "", counts: { ...NO_COUNTS, done: 1, refused: 2 } };
    await store.countItems(kept.id, "0 b", next.counts, next);
    expect(await store.placesOf(kept.id)).toEqual(
      new Map([
        ["0 a", place],
        ["0 b", next],
      ]),
    );
    expect(await store.loadRun(kept.id)).toEqual({
      ...kept,
      state: "paused",
      epoch: 2,
      used,
      pages,
      creations,
      turn: 1,
      // As many as it has not come to are planned.
      counts: { ...NO_COUNTS, done: 8, refused: 2, planned: 10 },
    });
  });

  test("items come back whole, in the order of their keys, page by page", async () => {
    const store = open();
    const kept = plan();
    const all = Array.from({ length: 60 }, () => item());
    await store.keepItems(kept, all);
    const part = partOf(all[0] ?? item());
    const ours = all.filter((one) => partOf(one) === part).sort((a, b) => (a.key < b.key ? -1 : 1));
    const of = { plan: kept.id, kind: "person", part };
    const first = await store.itemsOf(of, undefined, 1);
    expect(first.items).toEqual(ours.slice(0, 1));
    const rest = await store.itemsOf(of, ours[0]?.key, 100);
    expect(rest).toEqual({ items: ours.slice(1), next: undefined });
  });

  test("what each part holds is kept once, and told in the order of the parts", async () => {
    const store = open();
    const { id: kept } = plan();
    await store.keepSeal(kept, "b", { totals: NO_TOTALS, hash: "2" });
    await store.keepSeal(kept, "a", { totals: NO_TOTALS, hash: "0" });
    await store.keepSeal(kept, "a", { totals: NO_TOTALS, hash: "1" });
    expect((await store.sealsOf(kept)).map(({ hash }) => hash)).toEqual(["1", "2"]);
  });

  test("the latest come first", async () => {
    const store = open();
    const [one, two] = [plan(), { ...plan(), createdAt: "2126-11-22T08:00:00.000Z" }];
    await store.addPlan(one, ["a"]);
    await store.addPlan(two, ["a"]);
    expect(await store.list("plan", 1)).toEqual([two.id]);
  });
});
