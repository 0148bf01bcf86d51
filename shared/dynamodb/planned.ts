import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { withoutPerson } from "../runs/forget-item.ts";
import { keptUntilMs } from "../runs/kept-until.ts";
import { partOf } from "../runs/part-of.ts";
import type { PlanOf } from "../runs/ports.ts";
import type { KeptItem } from "../runs/run.ts";
import type { Ref } from "../sync/ports.ts";
import { batchGet, batchPut, refusedByCondition } from "./document-client.ts";
import { queryAll, type RowsAt } from "./job-rows.ts";
import { forgottenKey, itemKey, PLANNED_PREFIX, plannedKey } from "./keys.ts";
import { parseItem } from "./stored-run.ts";

/** DynamoDB's time to live, in seconds. */
const ttlOf = (untilMs: number) => Math.ceil(untilMs / 1000);

/** The rows of items, each to be deleted with all of its plan. */
export function itemRowsOf(plan: PlanOf, items: readonly KeptItem[]) {
  const ttl = ttlOf(keptUntilMs(plan));
  return items.map((item) => ({ ...itemKey(placeOf(plan, item), item.key), item, ttl }));
}

function placeOf({ id }: PlanOf, item: KeptItem) {
  return { plan: id, kind: item.kind, part: partOf(item) };
}

/** By each CRM record of an item: where the item stands, so that it can be reached when the person is forgotten. */
export async function traceItems(
  { db, table }: RowsAt,
  plan: PlanOf,
  items: readonly KeptItem[],
): Promise<void> {
  const rows = itemRowsOf(plan, items).flatMap(({ pk, sk, ttl, item }) =>
    item.refs.map((ref) => ({ ...plannedKey(ref, { pk, sk }), at: { pk, sk }, ttl })),
  );
  await batchPut(db, table, rows);
}

const traced = z.object({ at: z.object({ pk: z.string(), sk: z.string() }) });

/**
 * Longer than any worker holds items that it has read. Whatever is planned of the CRM record later, it says anew, and
 * of whom it speaks then.
 */
const WORKERS_DONE_MS = 24 * 3_600_000;

/**
 * Takes all values of these CRM records' persons out of the items of plans. A worker may hold such an item, and keep
 * it once more: so it is said first that they are forgotten, and whoever keeps items looks at that afterwards.
 */
export async function forgetPlanned(
  at: RowsAt,
  refs: readonly Ref[],
  nowMs: number,
): Promise<void> {
  const ttl = ttlOf(nowMs + WORKERS_DONE_MS);
  await batchPut(
    at.db,
    at.table,
    refs.map((ref) => ({ ...forgottenKey(ref), ttl })),
  );
  for (const ref of refs) {
    const { pk } = forgottenKey(ref);
    for (const row of await queryAll(at, pk, PLANNED_PREFIX))
      await forgetAt(at, traced.parse(row).at);
  }
}

/** Of items that were kept just now, those whose person was forgotten meanwhile lose their values again. */
export async function forgetAgain(
  at: RowsAt,
  plan: PlanOf,
  items: readonly KeptItem[],
): Promise<void> {
  const keys = items.flatMap(({ refs }) => refs.map(forgottenKey));
  const found = await batchGet(at.db, at.table, keys);
  const gone = new Set(found.map(({ pk }) => pk));
  const isGone = ({ refs }: KeptItem) => refs.some((ref) => gone.has(forgottenKey(ref).pk));
  for (const item of items.filter(isGone))
    await forgetAt(at, itemKey(placeOf(plan, item), item.key));
}

/** A run changes an item a few times, and no two workers of it are at it. */
const MOST_TRIES = 10;

async function forgetAt({ db, table }: RowsAt, Key: z.infer<typeof traced>["at"]): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }));
    if (!Item) return;
    const item = parseItem(Item);
    const put = new PutCommand({
      TableName: table,
      Item: { ...Item, item: withoutPerson(item) },
      // What became of it meanwhile is not to be unsaid.
      ConditionExpression: "#item.#state = :seen",
      ExpressionAttributeNames: { "#item": "item", "#state": "state" },
      ExpressionAttributeValues: { ":seen": item.state },
    });
    if (!(await refusedByCondition(db.send(put)))) return;
  }
  throw new Error(`the plan item ${Key.sk} changes all the time`);
}
