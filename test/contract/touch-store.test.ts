import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { newRecord } from "../../shared/sync/record.ts";
import type { RecordStore } from "../../shared/sync/record-store.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { memberTouch } from "../support/touch-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;

beforeAll(async () => {
  dynamo = await openDynamoTables();
}, 60_000);

afterAll(() => dynamo?.stop());

describe.each([
  ["in memory", (): RecordStore => memoryRecordStore()],
  ["in DynamoDB", () => dynamoRecordStore(dynamo.db, dynamo.tables)],
])("a touch store %s", (_where, open) => {
  test("answers whole touches by person, oldest first, and none for whoever has none", async () => {
    const store = open();
    const [ann, bob, nobody] = [randomUUID(), randomUUID(), randomUUID()];
    const first = memberTouch({ id: "1", at: "2026-01-01T00:00:00.000Z" });
    const ended = { at: "2026-04-01T00:00:00.000Z", because: "it was removed from the campaign" };
    const last = memberTouch({
      id: "2",
      campaign: null,
      status: null,
      ended,
      title: "Ω",
      details: [null],
    });
    await store.keepTouches(ann, [last, first]);
    await store.keepTouches(bob, [first]);
    expect(await store.touchesOf([ann, bob, nobody, ann])).toEqual(
      new Map([
        [ann, [first, last]],
        [bob, [first]],
      ]),
    );
  });

  test("T3: keeps the later account of a touch, in whatever order they come", async () => {
    const store = open();
    const ann = randomUUID();
    const [early, late] = [
      memberTouch({ toldAtMs: 1, status: "Sent" }),
      memberTouch({ toldAtMs: 2, status: "Responded" }),
    ];
    await store.keepTouches(ann, [late]);
    await store.keepTouches(ann, [early]);
    expect((await store.touchesOf([ann])).get(ann)).toEqual([late]);
    const ended = { ...late, ended: { at: "2026-05-01T00:00:00.000Z", because: "gone" } };
    await store.keepTouches(ann, [ended]);
    expect((await store.touchesOf([ann])).get(ann)).toEqual([ended]);
  });

  test("touches stand beside the record, and neither is read for the other", async () => {
    const store = open();
    const at = { now: "2026-11-21T08:00:00.000Z", mappingVersion: "1" };
    const ann = newRecord({ id: randomUUID(), kind: "person" }, at);
    await store.save({ ...ann, touchProperties: { "contacts.createdate": null } });
    await store.keepTouches(ann.id, [memberTouch()]);
    const loaded = await store.load([{ kind: "person", id: ann.id }]);
    expect(loaded.get(ann.id)?.touchProperties).toEqual({ "contacts.createdate": null });
    expect((await store.touchesOf([ann.id])).get(ann.id)).toEqual([memberTouch()]);
  });
});
