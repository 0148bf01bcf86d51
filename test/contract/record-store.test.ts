import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadHistory } from "../../shared/dynamodb/history.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoRevenueStore } from "../../shared/dynamodb/revenue-store.ts";
import { addCounts, loadCounts } from "../../shared/dynamodb/stats.ts";
import { countStatus, firstRows, statusPages } from "../../shared/dynamodb/status-index.ts";
import { dynamoWatermarkStore, loadWatermarks } from "../../shared/dynamodb/watermark-store.ts";
import type { ReportedOpportunity } from "../../shared/revenue/ports.ts";
import { type Ref, refKey, type WatermarkStore } from "../../shared/sync/ports.ts";
import { type AccordRecord, newRecord } from "../../shared/sync/record.ts";
import { type MatchKey, matchKeyText, type RecordStore } from "../../shared/sync/record-store.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { memoryWatermarkStore } from "../support/memory-watermark-store.ts";
import { memberTouch } from "../support/touch-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const NOW = "2026-11-21T08:00:00.000Z";

const fresh = (kind: AccordRecord["kind"] = "person", id: string = randomUUID()) =>
  newRecord({ id, kind }, { now: NOW, mappingVersion: "1" });

const contact = (id = randomUUID()): Ref => ({ system: "hubspot", object: "contacts", id });
const email = (value = `${randomUUID()}@x.example`): MatchKey => ({
  kind: "person",
  field: "email",
  value,
});

/** Every part of a record filled in, each optional one once with and once without. */
function fullRecord(): AccordRecord {
  const ref = { system: "salesforce", object: "Lead", id: "00Q000000000001AAA" } as const;
  return {
    ...fresh(),
    status: "ambiguous",
    heldBy: "run-2026-11-22-abcdef",
    sending: { phone: { system: "hubspot", value: null } },
    statusReason: "several records have “its” e‑mail address",
    fields: {
      lastName: { value: "Žižková 🚀 王", source: "hubspot", at: NOW, baseline: null },
      phone: { value: null, source: "both", at: NOW, baseline: "+55 11 5555-0100" },
      "": { value: "", source: "salesforce", at: NOW, baseline: " " },
    },
    links: [
      { ...ref, since: NOW, because: "it was seen first here" },
      { ...ref, id: "2", since: NOW, because: "created", ended: { at: NOW, because: "gone" } },
    ],
    persons: ["a", "b"],
    companies: ["c"],
    waiting: ["salesforce Contact 003 has no place on the other side yet"],
    stages: [{ stage: null, at: NOW, source: "both" }],
    conflicts: [
      {
        fields: ["a", "b"],
        hubspot: ["1", null],
        salesforce: [null, "2"],
        because: "ask",
        at: NOW,
      },
      {
        fields: ["c"],
        hubspot: ["1"],
        salesforce: ["2"],
        winner: "hubspot",
        because: "policy",
        at: NOW,
      },
    ],
    parked: [
      {
        system: "hubspot",
        field: "*",
        value: null,
        code: "X",
        message: "no",
        cause: "unknown",
        remedy: "",
        since: NOW,
        tries: 3,
        triedAt: NOW,
      },
      {
        system: "salesforce",
        field: "person r7",
        value: "003",
        code: "X",
        message: "no",
        cause: "no-permission",
        remedy: "Give Accord the permission.",
        object: "Opportunity",
        property: "AccountId",
        fingerprint: "abc",
        member: "r7",
        due: true,
        since: NOW,
        tries: 1,
        triedAt: NOW,
      },
    ],
    candidates: [ref],
    proposed: ["hubspot: update contacts email"],
    lease: { untilMs: 1_795_000_000_123, intends: ["hubspot: create contacts"] },
  };
}

describe.each([
  ["in memory", (): RecordStore => memoryRecordStore()],
  ["in DynamoDB", (): RecordStore => dynamoRecordStore(dynamo.db, dynamo.tables)],
])("a record store %s", (_where, open) => {
  test("gives back every part of a record as it was saved, under the next version", async () => {
    const store = open();
    const record = fullRecord();
    expect(await store.save(record)).toBe("saved");
    const loaded = await store.load([record]);
    expect([...loaded]).toEqual([[record.id, { ...record, version: 1 }]]);
  });

  test("keeps the records of two kinds apart though their ids are the same", async () => {
    const store = open();
    const person = fresh("person");
    const company = { ...fresh("company", person.id), statusReason: "of its own" };
    await store.save(person);
    await store.save(company);
    expect([...(await store.load([company])).values()]).toEqual([{ ...company, version: 1 }]);
    expect([...(await store.load([person])).values()]).toEqual([{ ...person, version: 1 }]);
  });

  test("takes the first of two saves over one version, and calls the other stale", async () => {
    const store = open();
    const record = fresh();
    const [one, other] = ["one", "other"].map((statusReason) => ({ ...record, statusReason }));
    if (!one || !other) throw new Error("there are two");
    expect(await Promise.all([store.save(one), store.save(other)])).toEqual(["saved", "stale"]);
    const next = { ...one, version: 1, statusReason: "next" };
    expect(await store.save(next)).toBe("saved");
    expect(await store.save({ ...next, statusReason: "late" })).toBe("stale");
    expect(await store.save({ ...next, version: 7 })).toBe("stale");
    expect((await store.load([record])).get(record.id)).toEqual({ ...next, version: 2 });
  });

  test("does not save a later version of what was never stored", async () => {
    const store = open();
    expect(await store.save({ ...fresh(), version: 3 })).toBe("stale");
  });

  test("loads three hundred records in one call, and leaves out those it does not have", async () => {
    const store = open();
    const records = Array.from({ length: 300 }, () => fresh("opportunity"));
    await Promise.all(records.map((record) => store.save(record)));
    const missing = { kind: "opportunity", id: randomUUID() } as const;
    const loaded = await store.load([...records, missing, ...records]);
    expect(new Map(loaded)).toEqual(
      new Map(records.map((record) => [record.id, { ...record, version: 1 }])),
    );
  });

  test("gives a value to whoever comes first, and says so to everybody who asks", async () => {
    const store = open();
    const holding = { key: email("Ann.Ünal@x.example") };
    const ref = contact();
    expect(await store.hold({ ref }, "first")).toBe("first");
    expect(await store.hold(holding, "first")).toBe("first");
    expect(await store.hold(holding, "first")).toBe("first");
    expect(await store.hold(holding, "second")).toBe("first");
    const unheld = contact();
    expect(new Map(await store.holders([ref, unheld], [holding.key]))).toEqual(
      new Map([
        [refKey(ref), "first"],
        [matchKeyText(holding.key), "first"],
      ]),
    );
  });

  test("has one holder however many ask at once", async () => {
    const store = open();
    const holding = { key: email() };
    const askers = Array.from({ length: 10 }, (_, index) => `record-${index}`);
    const answers = await Promise.all(askers.map((id) => store.hold(holding, id)));
    expect(new Set(answers).size).toBe(1);
  });

  test("takes a value back from its holder alone", async () => {
    const store = open();
    const holding = { ref: contact() };
    await store.hold(holding, "first");
    await store.letGo(holding, "second");
    expect(await store.hold(holding, "second")).toBe("first");
    await store.letGo(holding, "first");
    await store.letGo(holding, "first");
    expect(await store.hold(holding, "second")).toBe("second");
  });

  test("names the holders of more records than one call asks for", async () => {
    const store = open();
    const refs = Array.from({ length: 230 }, () => contact());
    await Promise.all(refs.map((ref) => store.hold({ ref }, `record of ${ref.id}`)));
    expect(new Map(await store.holders([...refs, ...refs], []))).toEqual(
      new Map(refs.map((ref) => [refKey(ref), `record of ${ref.id}`])),
    );
  });

  test("remembers who waits for a record, each once, until they are told", async () => {
    const store = open();
    const [awaited, other] = [contact(), contact()];
    const deals = ["1", "2"].map((id): Ref => ({ system: "hubspot", object: "deals", id }));
    const [one, two] = deals;
    if (!one || !two) throw new Error("there are two");
    await store.await(awaited, one);
    await store.await(awaited, one);
    await store.await(awaited, two);
    await store.await(other, two);
    const waiters = [...(await store.waitersFor([awaited]))];
    expect(waiters.sort((a, b) => (a.waiter.id < b.waiter.id ? -1 : 1))).toEqual([
      { awaited, waiter: one },
      { awaited, waiter: two },
    ]);
    await store.forgetWaiters([{ awaited, waiter: one }]);
    expect(await store.waitersFor([awaited])).toEqual([{ awaited, waiter: two }]);
  });

  test("is asked again after the last waiter was told, and after nobody ever waited", async () => {
    const store = open();
    const [awaited, never] = [contact(), contact()];
    const waiter: Ref = { id: "7", object: "deals", system: "hubspot" };
    await store.await(awaited, waiter);
    await store.forgetWaiters([
      { awaited, waiter: { system: "hubspot", object: "deals", id: "7" } },
    ]);
    await store.forgetWaiters([{ awaited: never, waiter }]);
    expect(await store.waitersFor([awaited, never])).toEqual([]);
    await store.await(never, waiter);
    expect(await store.waitersFor([awaited, never])).toEqual([{ awaited: never, waiter }]);
  });
});

describe.each([
  ["in memory", (): WatermarkStore => memoryWatermarkStore()],
  ["in DynamoDB", (): WatermarkStore => dynamoWatermarkStore(dynamo.db, dynamo.tables.records)],
])("a watermark store %s", (_where, open) => {
  const mark = {
    cursor: { modifiedAtMs: 1, id: "9" },
    expected: 5,
    queued: 2,
    caughtUp: false,
    cutShort: true,
  };

  test("moves a watermark for the first of two polls, and calls the other stale", async () => {
    const store = open();
    const name = randomUUID();
    expect(await store.load(name)).toBeUndefined();
    expect(await store.save(name, { ...mark, cursor: undefined }, 0)).toBe("saved");
    expect(await store.load(name)).toEqual({ ...mark, cursor: undefined, version: 1 });
    expect(await store.save(name, mark, 1)).toBe("saved");
    expect(await store.save(name, { ...mark, queued: 4 }, 1)).toBe("stale");
    expect(await store.save(name, { ...mark, queued: 4 }, 0)).toBe("stale");
    expect(await store.load(name)).toEqual({ ...mark, version: 2 });
  });
});

describe("the tables", () => {
  test("keep an audit that is written twice as one entry, the latest first", async () => {
    const store = dynamoRecordStore(dynamo.db, dynamo.tables);
    const { id, kind } = fresh();
    const entries = Array.from({ length: 30 }, (_, version) => ({
      recordId: id,
      kind,
      at: NOW,
      version,
      events: [{ what: "changed", field: "email", from: null, to: `ü${version}`, system: "both" }],
    }));
    await store.log(entries);
    await store.log(entries);
    await store.log([]);
    const history = await loadHistory(dynamo.db, dynamo.tables.history, { kind, id });
    expect(history).toEqual(
      [...entries].reverse().map(({ at, version, events }) => ({ at, version, events })),
    );
  });

  test("I11: forget the values of some fields, and keep what happened and when", async () => {
    const store = dynamoRecordStore(dynamo.db, dynamo.tables);
    const { id, kind } = fresh();
    const events = [
      { what: "changed", field: "email", from: "a@x.example", to: "b@x.example", system: "both" },
      { what: "changed", field: "source", from: null, to: "REFERRALS", system: "hubspot" },
    ];
    const entries = [1, 2].map((version) => ({ recordId: id, kind, at: NOW, version, events }));
    await store.log(entries);
    await store.forgetHistory(kind, id, ["email", "phone"]);
    const left = [{ what: "changed", field: "email", system: "both" }, events[1]];
    expect(await loadHistory(dynamo.db, dynamo.tables.history, { kind, id })).toEqual([
      { at: NOW, version: 2, events: left },
      { at: NOW, version: 1, events: left },
    ]);
  });

  test("list the watermarks that exist, by name", async () => {
    const store = dynamoWatermarkStore(dynamo.db, dynamo.tables.records);
    const next = { cursor: undefined, expected: 1, queued: 1, caughtUp: true, cutShort: false };
    await store.save("sync#a", next, 0);
    const names = ["sync#a", "sync#b"];
    expect(await loadWatermarks(dynamo.db, dynamo.tables.records, names)).toEqual([
      { ...next, name: "sync#a", version: 1 },
    ]);
  });

  test("add up what workers did at the same time", async () => {
    const { db, tables } = dynamo;
    await addCounts(db, tables.records, {});
    await Promise.all(
      Array.from({ length: 10 }, () =>
        addCounts(db, tables.records, { hubspotCalls: 2, liveHints: 0, bulkHints: 1 }),
      ),
    );
    expect(await loadCounts(db, tables.records)).toEqual({
      hubspotCalls: 20,
      hubspotCreates: 0,
      hubspotUpdates: 0,
      salesforceCalls: 0,
      salesforceCreates: 0,
      salesforceUpdates: 0,
      bulkHints: 10,
      liveHints: 0,
    });
  });

  test("count what stands where, from all sixteen shards", async () => {
    const { db, tables } = dynamo;
    const store = dynamoRecordStore(db, tables);
    const { conflicts, parked } = fullRecord();
    const records = [..."0123456789abcdef"].map(
      (digit): AccordRecord => ({
        ...fresh("company", `${digit}${randomUUID().slice(1)}`),
        status: "unlinked",
        conflicts,
        parked,
        proposed: ["one", "two"],
      }),
    );
    await Promise.all(records.map((record) => store.save(record)));
    const unlinked = { kind: "company", status: "unlinked" } as const;
    expect(await countStatus(db, tables.records, unlinked)).toEqual({
      records: 16,
      openConflicts: 16,
      decidedConflicts: 16,
      parkedFields: 32,
      proposals: 32,
    });
    const first = await firstRows(db, tables.records, { ...unlinked, most: 5 });
    expect(first).toEqual(records.slice(0, 5).map(({ id }) => id));
  });

  test("a claim of before has ended where every worker of before is dead, and one made since has not", async () => {
    const { db, tables } = dynamo;
    const startedMs = Date.parse(NOW);
    const claimedAt = (updatedAt: string): AccordRecord => ({
      ...fresh("company"),
      updatedAt,
      lease: { untilMs: startedMs + 90_000, intends: [] },
    });
    const before = claimedAt("2026-11-21T07:59:59.999Z");
    const since = claimedAt(NOW);
    const store = dynamoRecordStore(db, tables);
    for (const record of [before, since]) await store.save(record);
    const leasesBy = async (reader: RecordStore) => {
      const read = await reader.load([before, since]);
      return [before, since].map(({ id }) => (read.get(id)?.lease?.untilMs ?? 0) - startedMs);
    };
    expect(await leasesBy(store)).toEqual([90_000, 90_000]);
    expect(await leasesBy(dynamoRecordStore(db, tables, startedMs))).toEqual([0, 90_000]);
  });

  test("show a record that waits to be created among the excluded", async () => {
    const { db, tables } = dynamo;
    const record: AccordRecord = { ...fresh("company"), status: "linked" };
    await dynamoRecordStore(db, tables).save(record);
    const shown = async (status: "linked" | "excluded") =>
      (await firstRows(db, tables.records, { kind: "company", status, most: 99 })).filter(
        (id) => id === record.id,
      );
    expect([await shown("linked"), await shown("excluded")]).toEqual([[], [record.id]]);
  });

  test("page won opportunities of a period as they are, whatever their status, and lost and open ones too", async () => {
    const { db, tables } = dynamo;
    const store = dynamoRecordStore(db, tables);
    const field = (value: string | null) =>
      ({ value, source: "salesforce", at: NOW, baseline: value }) as const;
    const opportunity = (
      status: AccordRecord["status"],
      values: Readonly<Record<string, string | null>>,
    ): AccordRecord => ({
      ...fresh("opportunity"),
      status,
      persons: ["ann", "bob"],
      companies: ["acme"],
      fields: Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, field(value)]),
      ),
    });
    const closeDate = "2026-11-20";
    const createdDate = "2026-10-01T08:00:00.000Z";
    const more = { name: "Deal", owner: "olga@x.example", createdDate, closeDate };
    const won = opportunity("unlinked", { ...more, won: "true", amount: "BRL 12.34" });
    const blank = opportunity("ambiguous", { won: "true", amount: null, closeDate });
    const lost = opportunity("unlinked", { won: "false", closed: "true", amount: "12", closeDate });
    const open = opportunity("linked", { won: "false", closed: "false", closeDate });
    const merged = opportunity("merged", { won: "true", amount: "BRL 12.34", closeDate });
    for (const record of [won, blank, lost, open, merged]) await store.save(record);
    const revenue = dynamoRevenueStore(db, tables.records);
    const read = async (from: AsyncIterable<readonly ReportedOpportunity[]>) => {
      const found = new Map<string, ReportedOpportunity>();
      for await (const page of from) for (const one of page) found.set(one.id, one);
      return [won, blank, lost, open, merged].map(({ id }) => found.get(id));
    };
    const bare = { name: null, owner: null, openedAt: null, amount: null, closedOn: closeDate };
    const related = { personIds: ["ann", "bob"], companyIds: ["acme"] };
    const told = {
      won: {
        ...{ id: won.id, name: "Deal", outcome: "won", amount: "BRL 12.34", closedOn: closeDate },
        ...{ openedAt: createdDate, owner: "olga@x.example", ...related },
      },
      blank: { ...bare, ...related, id: blank.id, outcome: "won" },
      lost: { ...bare, ...related, id: lost.id, outcome: "lost" },
      open: { ...bare, ...related, id: open.id, outcome: "open" },
    };
    const none = undefined;
    expect(await read(revenue.wonIn({}))).toEqual([told.won, told.blank, none, none, none]);
    expect(await read(revenue.wonIn({ from: closeDate, to: "2026-11-21" }))).toEqual([
      ...[told.won, told.blank, none, none, none],
    ]);
    for (const period of [{ to: closeDate }, { from: "2026-11-21" }])
      expect(await read(revenue.wonIn(period))).toEqual([none, none, none, none, none]);
    expect(await read(revenue.all())).toEqual([
      ...[told.won, told.blank, told.lost, told.open, none],
    ]);
  });

  test("page a status that does not fit into one answer of DynamoDB", async () => {
    const { db, tables } = dynamo;
    const store = dynamoRecordStore(db, tables);
    const persons = Array.from({ length: 2500 }, () => randomUUID());
    const fields = { won: { value: "true", source: "both", at: NOW, baseline: null } } as const;
    const records = Array.from(
      { length: 15 },
      (): AccordRecord => ({
        ...fresh("opportunity", `f${randomUUID().slice(1)}`),
        status: "excluded",
        persons,
        fields,
      }),
    );
    for (const record of records) await store.save(record);
    const pages = [];
    for await (const page of statusPages(db, tables.records, {
      kind: "opportunity",
      status: "excluded",
    }))
      if (page.length > 0) pages.push(page);
    expect(pages.length).toBeGreaterThan(1);
    const found = new Set(pages.flat().map(({ gsi1sk }) => gsi1sk));
    expect(records.filter(({ id }) => !found.has(id))).toEqual([]);
  });

  test("show the touches and milestones of the persons that are asked for, and of no other", async () => {
    const { db, tables } = dynamo;
    const at = "2026-01-02T03:04:05.000Z";
    const store = dynamoRecordStore(db, tables);
    const ann: AccordRecord = {
      ...fresh(),
      links: [{ system: "hubspot", object: "contacts", id: "7", since: NOW, because: "made" }],
      fields: { firstSeen: { value: at, source: "hubspot", at: NOW, baseline: null } },
      lifecycle: {
        field: "lifecycleStage",
        said: {},
        firsts: { lead: "2026-01-05", mql: "2026-02-01", sql: "2026-03-01" },
      },
    };
    const unseen = fresh();
    const touch = memberTouch();
    await store.save(ann);
    await store.save(unseen);
    await store.keepTouches(ann.id, [touch]);
    const asked = [ann.id, unseen.id, randomUUID()];
    const persons = await dynamoRevenueStore(db, tables.records).persons(asked);
    expect(new Map(persons)).toEqual(
      new Map([
        [
          ann.id,
          {
            ...{ id: ann.id, touches: [touch], inMarketing: true },
            ...{ leadCreatedAt: at, mqlAt: "2026-02-01", sqlAt: "2026-03-01" },
          },
        ],
        [
          unseen.id,
          {
            ...{ id: unseen.id, touches: [], inMarketing: false },
            ...{ leadCreatedAt: null, mqlAt: null, sqlAt: null },
          },
        ],
      ]),
    );
  });
});
