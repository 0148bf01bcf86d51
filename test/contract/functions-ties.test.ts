import { afterAll, beforeAll, expect, test } from "vitest";
import { loadHistory } from "../../shared/dynamodb/history.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { contact, lead, recordWith } from "../support/sync-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const ID = "11111111-1111-4111-8111-111111111111";
const word = { because: "they are twins" };

function openApi() {
  const { db, tables } = dynamo;
  const { world, queue } = apiWorld(dynamo);
  const api = askApi(world);
  const ask = (what: "link" | "unlink", body: unknown, { kind = "person", id = ID } = {}) =>
    api(`POST /api/records/${kind}/${id}/${what}`, { body });
  const store = dynamoRecordStore(db, tables);
  const hinted = () => queue.messages().flatMap(({ hints }) => hints.map(({ ref }) => ref.id));
  return {
    ask,
    store,
    hinted,
    history: () => loadHistory(db, tables.history, { kind: "person", id: ID }),
  };
}

test("I9: people unlink and link over HTTP, as often as they like, and it stands in the history", async () => {
  const { ask, store, hinted, history } = openApi();
  const refs = [contact("1"), lead("L1")];
  await store.save(recordWith({ email: "ann@x.example" }, refs, { id: ID, version: 0 }));
  for (const ref of refs) await store.hold({ ref }, ID);
  const statuses = [
    await ask("unlink", word),
    await ask("unlink", word),
    await ask("link", { ...word, ref: lead("L1") }),
    await ask("link", { ...word, ref: lead("L1") }),
  ].map(({ status, body }) => [status, body.answer]);
  expect(statuses).toEqual([
    [200, "done"],
    [200, "was-so"],
    [200, "done"],
    [200, "was-so"],
  ]);
  expect((await store.holders(refs, [])).get("salesforce#Lead#L1")).toBe(ID);
  expect(new Set(hinted())).toEqual(new Set(["1", "L1"]));
  expect((await history()).flatMap(({ events }) => events)).toMatchObject([
    { what: "linked", by: "olga", ...word },
    { what: "unlinked", by: "olga", ...word },
  ]);
}, 30_000);

test.each([
  ["no JSON", "hello", {}, 400],
  ["no reason", {}, {}, 400],
  ["somebody else who says so", { by: "ann", ...word }, {}, 400],
  ["an unknown field", { ...word, force: true }, {}, 400],
  ["an unknown kind", word, { kind: "tickets" }, 404],
  ["an unknown record", word, { id: "nobody" }, 404],
])("a request with %s is refused in one clear line", async (_what, body, params, status) => {
  const answer = await openApi().ask("unlink", body, params);
  expect(answer.status).toBe(status);
  expect(answer.body.error).toEqual(expect.stringMatching(/^[^\n]{10,}$/));
});
