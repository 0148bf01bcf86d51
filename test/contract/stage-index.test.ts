import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lifecycle } from "../../shared/config/lifecycle.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoStageIndex } from "../../shared/dynamodb/stage-index.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import { lifecycleReport, type StageIndex } from "../../shared/sync/stage-accounts.ts";
import { apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { memoryStageIndex } from "../support/memory-stage-index.ts";
import { contact, lead, recordWith } from "../support/sync-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const day = (month: number, of = 1) =>
  `2026-${String(month).padStart(2, "0")}-${String(of).padStart(2, "0")}T08:00:00.000Z`;

/** A person that became an MQL in this month; in Salesforce, one month later. */
function mqlIn(month: number, shard: string, more: Partial<AccordRecord> = {}): AccordRecord {
  const at = day(month);
  const said = (object: string, entered: string) => ({
    object,
    values: {},
    stage: "mql",
    entered: { mql: entered },
    deals: {},
  });
  return {
    ...recordWith({ lifecycleStage: "mql" }, [contact(), lead()]),
    id: `${shard}${randomUUID().slice(1)}`,
    version: 0,
    stages: [{ stage: "mql", at, source: "hubspot", transition: "first seen" }],
    lifecycle: {
      field: "lifecycleStage",
      said: { hubspot: said("contacts", at), salesforce: said("Lead", day(month + 1)) },
      firsts: { mql: at },
    },
    ...more,
  };
}

async function idsIn(index: StageIndex, since: string, after?: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of index.pages(since, after))
    ids.push(...page.map(({ account }) => account.id));
  return ids;
}

const inMemory = async () => {
  const store = memoryRecordStore();
  return { store, index: memoryStageIndex(store) };
};
const inDynamo = async () => ({
  store: dynamoRecordStore(dynamo.db, dynamo.tables),
  index: dynamoStageIndex(dynamo.db, dynamo.tables.records),
});

describe.each([
  ["in memory", inMemory],
  ["in DynamoDB", inDynamo],
])("the index of stages %s", (_where, open) => {
  test("L12: finds who entered a stage since a day by any account, and nobody else", async () => {
    const { store, index } = await open();
    const [early, late] = [mqlIn(1, "a"), mqlIn(3, "b")];
    const merged = mqlIn(3, "c", { status: "merged" });
    const { lifecycle: _, ...company } = mqlIn(3, "d", { kind: "company" });
    for (const one of [early, late, merged, company]) await store.save(one);
    const ours = [early, late, merged, company].map(({ id }) => id);
    const found = async (since: string) =>
      (await idsIn(index, since)).filter((id) => ours.includes(id));
    expect([await found(day(2)), await found(day(2, 2)), await found(day(5))]).toEqual([
      [early.id, late.id],
      [late.id],
      [],
    ]);
  });

  test("L12: goes on behind a place, and shows nobody twice", async () => {
    const { store, index } = await open();
    const people = ["e", "f", "f", "f"].map((shard, at) => mqlIn(6 + at, shard));
    for (const one of people) await store.save(one);
    const ours = people.map(({ id }) => id);
    for await (const page of index.pages(day(6)))
      for (const { account, place } of page) {
        if (!ours.includes(account.id)) continue;
        const rest = (await idsIn(index, day(6), place)).filter((id) => ours.includes(id));
        expect(rest).toEqual(ours.slice(ours.indexOf(account.id) + 1));
      }
  });

  test("L12: counts a stage by each account, and lists who differs, page by page", async () => {
    const { store, index } = await open();
    const period = { from: "2031-03-01T00:00:00.000Z", to: "2031-04-01T00:00:00.000Z" };
    const inMarch = "2031-03-05T08:00:00.000Z";
    const people = ["1", "2", "3"].map((shard) => {
      const person = mqlIn(1, shard);
      const { hubspot, salesforce } = person.lifecycle?.said ?? {};
      if (!hubspot || !salesforce) throw new Error("an MQL is said by both");
      const said = {
        hubspot: { ...hubspot, entered: { mql: inMarch } },
        salesforce: { ...salesforce, entered: { mql: shard === "1" ? inMarch : day(2) } },
      };
      const stages = [{ stage: "mql", at: inMarch, source: "hubspot" as const }];
      return { ...person, stages, lifecycle: { field: "lifecycleStage", said, firsts: {} } };
    });
    for (const one of people) await store.save(one);
    const page = (after?: string) =>
      lifecycleReport(index, { ...lifecycle, stages: ["lead", "mql"] }, { period, after, most: 1 });
    const [first, second] = [await page(), await page((await page()).next)];
    expect(first.stages).toEqual([
      { stage: "lead", ours: 0, hubspot: 0, salesforce: 0 },
      { stage: "mql", ours: 3, hubspot: 3, salesforce: 1 },
    ]);
    expect([first.differing, second.differing].map((all) => all.map(({ id }) => id))).toEqual([
      [people[1]?.id],
      [people[2]?.id],
    ]);
    expect(second).not.toHaveProperty("stages");
    expect(second.differing[0]).toEqual({
      id: people[2]?.id,
      stage: "mql",
      system: "salesforce",
      ours: inMarch,
      theirs: null,
      reason: "dated-otherwise",
      because: `it says ${day(2)}`,
    });
  });
});

describe("GET /api/lifecycle", () => {
  const ask = async (query: Readonly<Record<string, string>>) => {
    const { status, body } = await askApi(apiWorld(dynamo).world)("GET /api/lifecycle", { query });
    return { statusCode: status, body };
  };

  test("answers a period by days or instants", async () => {
    const { statusCode, body } = await ask({ from: "2041-01-01", to: "2041-02-01T12:00:00Z" });
    expect([statusCode, body.from, body.to, body.differing]).toEqual([
      200,
      "2041-01-01T00:00:00.000Z",
      "2041-02-01T12:00:00.000Z",
      [],
    ]);
    expect(body.stages).toContainEqual({ stage: "sal", ours: 0, hubspot: 0, salesforce: 0 });
  });

  const PERIOD = "expected from and to, as 2026-01-31 or 2026-01-31T08:00:00Z in UTC";
  test.each<[Record<string, string>, string]>([
    [{}, PERIOD],
    [{ from: "2026-01-01" }, PERIOD],
    [{ from: "january", to: "2026-01-31" }, PERIOD],
    [{ from: "2026-02-01", to: "2026-01-01" }, PERIOD],
    [
      { from: "2026-01-01", to: "2026-02-01", after: "x" },
      "after: expected what the answer before",
    ],
    [{ from: "2026-01-01", to: "2026-02-01", stage: "mql" }, 'Unrecognized key: "stage"'],
  ])("refuses %j in one clear line", async (query, wrong) => {
    const { statusCode, body } = await ask(query);
    expect([statusCode, body.error]).toEqual([400, expect.stringContaining(wrong)]);
  });
});
