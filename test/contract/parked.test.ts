import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoTroubleIndex } from "../../shared/dynamodb/trouble-index.ts";
import type { AccordRecord, Parked } from "../../shared/sync/record.ts";
import type { Trouble, TroubleIndex } from "../../shared/sync/trouble.ts";
import { type Ask, apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { memoryTroubleIndex } from "../support/memory-trouble-index.ts";
import { contact, lead, NOW, recordWith } from "../support/sync-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const industry: Parked = {
  system: "salesforce",
  field: "industry",
  value: "Fintech",
  code: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
  message: "no",
  cause: "value-not-in-picklist",
  remedy: "Add 'Fintech'.",
  object: "Lead",
  property: "Industry",
  fingerprint: "f",
  since: NOW,
  tries: 1,
  triedAt: NOW,
};
const title: Parked = { ...industry, field: "jobTitle", cause: "too-long", value: "x" };
const open = { fields: ["email"], hubspot: ["a"], salesforce: ["b"], because: "ask", at: NOW };

const record = (id: string, more: Partial<AccordRecord>): AccordRecord => ({
  ...recordWith({}, [contact(id)], more),
  id,
  version: 0,
});

const idIn = (shard: string) => `${shard}${randomUUID().slice(1)}`;

async function all(index: TroubleIndex, after?: string): Promise<Trouble[]> {
  const found: Trouble[] = [];
  for await (const { troubles } of index.pages(after)) found.push(...troubles);
  return found;
}

const inMemory = async () => {
  const store = memoryRecordStore();
  return { store, index: memoryTroubleIndex(store) };
};
const inDynamo = async () => ({
  store: dynamoRecordStore(dynamo.db, dynamo.tables),
  index: dynamoTroubleIndex(dynamo.db, dynamo.tables.records),
});

describe.each([
  ["in memory", inMemory],
  ["in DynamoDB", inDynamo],
])("the index of troubles %s", (_where, openBoth) => {
  test("K2, K3: shows parked values and open questions, and forgets a record that has none", async () => {
    const { store, index } = await openBoth();
    const [id, quiet] = [idIn("a"), idIn("b")];
    const troubled = record(id, { parked: [industry], conflicts: [open] });
    await store.save(troubled);
    await store.save(record(quiet, {}));
    const ours = async () => (await all(index)).filter((one) => [id, quiet].includes(one.id));
    expect(await ours()).toEqual([
      {
        kind: "person",
        id,
        ref: contact(id),
        parked: [
          {
            system: "salesforce",
            field: "industry",
            cause: "value-not-in-picklist",
            code: "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            since: NOW,
            dueMs: Date.parse(NOW) + 3_600_000,
            object: "Lead",
            property: "Industry",
            fingerprint: "f",
          },
        ],
        open: [["email"]],
      },
    ]);
    await store.save({ ...troubled, version: 1, parked: [], conflicts: [] });
    expect(await ours()).toEqual([]);
  });

  test("goes on from any place, in one order, and shows each record once", async () => {
    const { store, index } = await openBoth();
    const ids = [..."0123456789abcdef"].map(idIn);
    await Promise.all(ids.map((id) => store.save(record(id, { parked: [industry] }))));
    const whole = (await all(index)).map(({ id }) => id);
    expect(whole.filter((id) => ids.includes(id))).toEqual(ids);
    const places: string[] = [];
    for await (const { place } of index.pages()) places.push(place);
    for (const place of places.slice(0, 5)) {
      const rest = (await all(index, place)).map(({ id }) => id);
      expect(whole.slice(whole.length - rest.length)).toEqual(rest);
    }
  });
});

describe("people", () => {
  let queue: ReturnType<typeof apiWorld>["queue"];
  let ask: Ask;
  beforeAll(() => {
    const api = apiWorld(dynamo);
    queue = api.queue;
    ask = askApi(api.world);
  });
  const [both, one] = [idIn("c"), idIn("d")];

  beforeEach(async () => {
    const store = dynamoRecordStore(dynamo.db, dynamo.tables);
    await store.save(record(both, { parked: [industry, { ...title, field: "t9" }] }));
    await store.save(record(one, { parked: [{ ...title, field: "t9" }] }));
  });

  test("see what is parked, by cause or field, with counts and what to do", async () => {
    const answer = await ask("GET /api/parked", { query: { field: "t9" } });
    const { counts, parked, next } = answer.body;
    expect([answer.status, counts, next]).toEqual([200, { "too-long": 2 }, undefined]);
    expect(
      parked.map(({ id, kind, cause, value }: Record<string, string>) => [id, kind, cause, value]),
    ).toEqual([
      [both, "person", "too-long", "x"],
      [one, "person", "too-long", "x"],
    ]);
  });

  test("ask for another try of some, and of no others", async () => {
    const body = { field: "t9", system: "salesforce", because: "the list has it now" };
    const answer = await ask("POST /api/parked/retry", { body });
    expect([answer.status, answer.body]).toEqual([202, { values: 2, records: 2 }]);
    expect(queue.messages().flatMap(({ hints }) => hints)).toEqual(
      [both, one].map((id) => ({
        ref: contact(id),
        because: "a person asks for another try",
        retry: [{ field: "t9", system: "salesforce" }],
      })),
    );
  });

  const TAKES = "it takes cause (optional), field (optional), system (optional), because";
  test.each([
    ['{"cause":"bad weather","because":"x"}', "cause: expected one of value-not-in-picklist, "],
    ["{", "Invalid input: expected object, "],
    ['{"causes":[],"because":"x"}', 'Unrecognized key: "causes"; '],
    ["[]", "Invalid input: expected object, "],
  ])("are told what is wrong with %s, and what can be asked for instead", async (body, wrong) => {
    const answer = await ask("POST /api/parked/retry", { body });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(wrong);
    expect(answer.body.error).toContain(TAKES);
  });

  test("see open questions with both values, and decide one of them, twice in vain", async () => {
    const id = idIn("e");
    const store = dynamoRecordStore(dynamo.db, dynamo.tables);
    const question = { ...open, fields: ["jobTitle"] };
    const links = [contact(id), lead()].map((ref) => ({ ...ref, since: NOW, because: "it was" }));
    await store.save(record(id, { conflicts: [question], links }));
    const { conflicts } = (await ask("GET /api/conflicts", { query: { open: "" } })).body;
    expect(conflicts.filter((one: { id: string }) => one.id === id)).toEqual([
      { kind: "person", id, conflict: `jobTitle@${NOW}`, ...question },
    ]);
    const decide = (body: unknown, { kind = "person", of = id } = {}) =>
      ask(`POST /api/records/${kind}/${of}/conflicts/jobTitle/resolve`, { body });
    const pick = { pick: "hubspot", because: "she told us" };
    const first = await decide(pick);
    expect(first).toEqual({ status: 202, body: { done: true, values: { jobTitle: "a" } } });
    expect((await decide(pick)).status).toBe(200);
    expect((await decide({ ...pick, pick: "neither" })).status).toBe(400);
    expect((await decide({ pick: "hubspot" })).status).toBe(400);
    expect((await decide(pick, { of: "nobody" })).status).toBe(404);
    expect((await decide(pick, { kind: "ship" })).status).toBe(404);
    const saved = (await store.load([{ kind: "person", id }])).get(id);
    expect(saved).toMatchObject({
      version: 2,
      rulings: [{ values: { jobTitle: "a" }, by: "olga" }],
    });
    expect(queue.messages().at(-1)?.hints).toEqual([
      { ref: lead(), because: "a person has decided about it" },
    ]);
    const restored = await ask(`POST /api/records/person/${id}/fields/jobTitle/restore`, {
      body: { value: "c", because: "it was right" },
    });
    expect(restored.status).toBe(202);
  });
});
