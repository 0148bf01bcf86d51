import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { type Ref, refKey } from "../sync/ports.ts";
import type { AccordRecord } from "../sync/record.ts";
import {
  type Holding,
  type MatchKey,
  matchKeyText,
  type RecordStore,
  type Waiter,
} from "../sync/record-store.ts";
import { batchGet, batchPut, refusedByCondition } from "./document-client.ts";
import { forgetFindings } from "./findings.ts";
import { forgetHistory } from "./history.ts";
import { historyKey, linkKey, matchKey, recordKey, waitersKey } from "./keys.ts";
import { forgetPlanned } from "./planned.ts";
import { itemOf, parseRecord } from "./stored-record.ts";
import { dynamoTouchStore } from "./touch-store.ts";

export interface Tables {
  readonly records: string;
  readonly history: string;
}

const holder = z.object({ pk: z.string(), recordId: z.string() });
const ref = z.object({ system: z.enum(SYSTEMS), object: z.string(), id: z.string() });
/** DynamoDB has no empty set: once the last waiter is told, the item stands without one. */
const waiters = z.object({
  awaited: ref.optional(),
  waiters: z.instanceof(Set).default(new Set()),
});

/**
 * Records, what they hold, and their audit, in DynamoDB. Patterns A1–A3, A6, A11 and H1 of keys.ts.
 *
 * @param deadBeforeMs - Whoever claimed a record before this moment is dead, and nothing that it sent can land any
 * more: such a claim has ended. Known where one host runs all workers and both CRMs; elsewhere a claim is waited out.
 */
export function dynamoRecordStore(
  db: DynamoDBDocumentClient,
  tables: Tables,
  deadBeforeMs = 0,
): RecordStore {
  const { records, history } = tables;
  return {
    ...dynamoTouchStore(db, records),
    holders: (refs, keys) => holdersOf(db, records, refs, keys),
    async load(ids) {
      const items = await batchGet(
        db,
        records,
        ids.map(({ kind, id }) => recordKey(kind, id)),
      );
      const read = items.map((item) => withoutDeadClaim(parseRecord(item), deadBeforeMs));
      return new Map(read.map((record) => [record.id, record]));
    },
    hold: (holding, recordId) => hold(db, records, holding, recordId),
    letGo: (holding, recordId) => letGo(db, records, holding, recordId),
    async save(next) {
      const condition = next.version === 0 ? "attribute_not_exists(pk)" : "#version = :seen";
      const names =
        next.version === 0 ? {} : { ExpressionAttributeNames: { "#version": "version" } };
      const values =
        next.version === 0 ? {} : { ExpressionAttributeValues: { ":seen": next.version } };
      const put = new PutCommand({
        TableName: records,
        Item: itemOf(next, next.version + 1),
        ConditionExpression: condition,
        ...names,
        ...values,
      });
      return (await refusedByCondition(db.send(put))) ? "stale" : "saved";
    },
    async log(entries) {
      const items = entries.map(({ kind, recordId, at, version, events }) => ({
        ...historyKey(kind, recordId, at, version),
        version,
        events,
      }));
      await batchPut(db, history, items);
    },
    forgetHistory: (kind, recordId, fields) =>
      forgetHistory(db, history, { kind, id: recordId, fields }),
    forgetFindings: (refs) => forgetFindings(db, records, refs),
    forgetPlanned: (refs, nowMs) => forgetPlanned({ db, table: records }, refs, nowMs),
    async await(awaited, waiter) {
      const update = new UpdateCommand({
        TableName: records,
        Key: waitersKey(awaited),
        // Needs no condition: adding to a set twice adds once.
        UpdateExpression: "SET awaited = :awaited ADD waiters :waiter",
        ExpressionAttributeValues: {
          ":awaited": { system: awaited.system, object: awaited.object, id: awaited.id },
          ":waiter": new Set([waiterText(waiter)]),
        },
      });
      await db.send(update);
    },
    waitersFor: (awaited) => waitersFor(db, records, awaited),
    async forgetWaiters(done) {
      await Promise.all(done.map((waiter) => forget(db, records, waiter)));
    },
  };
}

/** A claim is the latest that was said of its record. */
function withoutDeadClaim(record: AccordRecord, deadBeforeMs: number): AccordRecord {
  const { lease, updatedAt } = record;
  if (!lease || Date.parse(updatedAt) >= deadBeforeMs) return record;
  return { ...record, lease: { ...lease, untilMs: Math.min(lease.untilMs, deadBeforeMs) } };
}

async function holdersOf(
  db: DynamoDBDocumentClient,
  table: string,
  refs: readonly Ref[],
  keys: readonly MatchKey[],
): Promise<Map<string, string>> {
  const named = new Map([
    ...refs.map((one): [string, string] => [linkKey(one).pk, refKey(one)]),
    ...keys.map((one): [string, string] => [matchKey(one).pk, matchKeyText(one)]),
  ]);
  const asked = [...refs.map(linkKey), ...keys.map(matchKey)];
  const items = await batchGet(db, table, asked);
  return new Map(
    items.map((item) => {
      const { pk, recordId } = holder.parse(item);
      return [named.get(pk) ?? pk, recordId];
    }),
  );
}

function keyOfHolding(holding: Holding) {
  return "ref" in holding ? linkKey(holding.ref) : matchKey(holding.key);
}

async function hold(
  db: DynamoDBDocumentClient,
  table: string,
  holding: Holding,
  recordId: string,
): Promise<string> {
  const Key = keyOfHolding(holding);
  const put = new PutCommand({
    TableName: table,
    Item: { ...Key, recordId },
    ConditionExpression: "attribute_not_exists(pk) OR recordId = :me",
    ExpressionAttributeValues: { ":me": recordId },
  });
  if (!(await refusedByCondition(db.send(put)))) return recordId;
  const answer = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
  // Let go in between: whoever asked tries again, and is first then.
  return answer.Item ? holder.parse(answer.Item).recordId : "";
}

async function letGo(
  db: DynamoDBDocumentClient,
  table: string,
  holding: Holding,
  recordId: string,
): Promise<void> {
  const remove = new DeleteCommand({
    TableName: table,
    Key: keyOfHolding(holding),
    ConditionExpression: "recordId = :me",
    ExpressionAttributeValues: { ":me": recordId },
  });
  await refusedByCondition(db.send(remove));
}

async function waitersFor(
  db: DynamoDBDocumentClient,
  table: string,
  awaited: readonly Ref[],
): Promise<Waiter[]> {
  const items = await batchGet(db, table, awaited.map(waitersKey));
  return items.flatMap((item) => {
    const { awaited: of, waiters: texts } = waiters.parse(item);
    if (!of) return [];
    return [...texts].map((text) => ({
      awaited: of,
      waiter: ref.parse(JSON.parse(String(text))),
    }));
  });
}

/** One text for one record, so that who was added is who is taken out. */
function waiterText({ system, object, id }: Ref): string {
  return JSON.stringify({ system, object, id });
}

async function forget(
  db: DynamoDBDocumentClient,
  table: string,
  { awaited, waiter }: Waiter,
): Promise<void> {
  const update = new UpdateCommand({
    TableName: table,
    Key: waitersKey(awaited),
    // Needs no condition: who came to wait meanwhile stays in the set.
    UpdateExpression: "DELETE waiters :waiter",
    ExpressionAttributeValues: { ":waiter": new Set([waiterText(waiter)]) },
  });
  await db.send(update);
}
