import { afterAll, beforeAll, expect, test } from "vitest";
import { mapping } from "../../shared/config/mapping.ts";
import { dynamoLinkPages } from "../../shared/dynamodb/link-pages.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import type { AccordRecord } from "../../shared/sync/record.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { contact, recordWith } from "../support/sync-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

const idOf = (index: number, shard = "1") =>
  `${shard}1111111-1111-4111-8111-${String(index).padStart(12, "0")}`;

test("I7: every record that has or had a partner comes once, page by page, with its links", async () => {
  const { db, tables } = dynamo;
  const table = tables.records;
  const store = dynamoRecordStore(db, tables);
  const at = { at: "2026-11-20T00:00:00.000Z", because: "it was forgotten" };
  const kept: AccordRecord[] = Array.from({ length: 130 }, (_, index) =>
    recordWith({}, [contact(String(index))], { id: idOf(index), version: 0, status: "unlinked" }),
  );
  const apart = [
    { recordId: idOf(999), ref: contact("999"), at: at.at, by: "ann@x.example", because: "twins" },
  ];
  kept.push(
    recordWith({}, [contact("200")], {
      id: idOf(200, "f"),
      version: 0,
      status: "ambiguous",
      belongsTo: idOf(1),
      keptApart: apart,
    }),
  );
  const others: AccordRecord[] = [
    recordWith({}, [], { id: idOf(300), version: 0, status: "merged", mergedInto: idOf(1) }),
    recordWith({}, [], { id: idOf(301), version: 0, status: "forgotten", forgotten: at }),
  ];
  await Promise.all([...kept, ...others].map((record) => store.save(record)));
  const pages = dynamoLinkPages(db, table, mapping);
  const found: AccordRecord[] = [];
  for (let after: string | undefined, page = 0; page < 20; page += 1) {
    const { records, next } = await pages.page({ system: "hubspot", object: "contacts" }, after);
    found.push(...records);
    after = next;
    if (next === undefined) break;
  }
  const byId = (one: AccordRecord, other: AccordRecord) => (one.id < other.id ? -1 : 1);
  expect(found.sort(byId)).toEqual(kept.map((one) => ({ ...one, version: 1 })).sort(byId));
  const both = others.map(({ id }) => ({ kind: "person" as const, id }));
  expect([...(await store.load(both)).values()].sort(byId)).toEqual(
    others.map((one) => ({ ...one, version: 1 })),
  );
}, 30_000);
