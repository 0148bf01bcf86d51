import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { contact, lead, recordWith } from "../support/sync-builders.ts";

const OLD = "11111111-1111-4111-8111-111111111111";
const NEW = "22222222-2222-4222-8222-222222222222";
const LEAD = "00Q000000000001EAA";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
  const store = dynamoRecordStore(dynamo.db, dynamo.tables);
  const refs = [contact("42"), lead(LEAD)];
  await store.save(recordWith({ email: "ann@x.example" }, refs, { id: NEW, version: 0 }));
  await store.save(recordWith({}, [], { id: OLD, version: 0, status: "merged", mergedInto: NEW }));
  for (const ref of refs) await store.hold({ ref }, NEW);
  await store.hold({ key: { kind: "person", field: "email", value: "ann@x.example" } }, NEW);
}, 60_000);

afterAll(() => dynamo?.stop());

const answer = z.object({
  error: z.string().optional(),
  explanations: z
    .array(z.object({ id: z.string(), fields: z.array(z.object({ name: z.string() })) }))
    .optional(),
});

async function ask(query: Record<string, string>) {
  const { status, body } = await askApi(apiWorld(dynamo).world)("GET /api/explain", { query });
  return { statusCode: status, ...answer.parse(body) };
}

test.each([
  ["an e-mail address, however it is written", "Ann@X.example "],
  ["a HubSpot id", "42"],
  ["a Salesforce id", LEAD],
  ["a Salesforce id of 15 characters", LEAD.slice(0, 15)],
  ["its own id", NEW],
])("P7: a record is found by %s", async (_what, q) => {
  const { statusCode, explanations = [] } = await ask({ q });
  expect([statusCode, explanations.map(({ id }) => id)]).toEqual([200, [NEW]]);
});

test("P7: of a record that was merged, the one that goes on is explained as well", async () => {
  expect((await ask({ q: OLD })).explanations?.map(({ id }) => id)).toEqual([OLD, NEW]);
});

test("one field is explained alone, and one that does not exist is refused with those that do", async () => {
  const { explanations = [] } = await ask({ q: "42", field: "email" });
  expect(explanations[0]?.fields.map(({ name }) => name)).toEqual(["email"]);
  const refused = await ask({ q: "42", field: "shoeSize" });
  expect(refused.statusCode).toBe(400);
  expect(refused.error).toMatch(/no field shoeSize; there are amount, /);
});

test("who is unknown, or nothing at all, gets one line that says what to do", async () => {
  expect(await ask({ q: "nobody@x.example" })).toMatchObject({ statusCode: 404 });
  expect(await ask({})).toMatchObject({ statusCode: 400 });
});
