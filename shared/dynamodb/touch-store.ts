import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { byDate, TOUCH_KINDS, type Touch } from "../core/touches/touch.ts";
import { inParallel } from "../sync/in-parallel.ts";
import type { TouchStore } from "../sync/touch-store.ts";
import { refusedByCondition } from "./document-client.ts";
import { TOUCH_PREFIX, touchKey } from "./keys.ts";

const text = z.string().nullable();

/** Rows outlive releases: what is read back is checked like anything from outside. */
export const storedTouch = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.enum(TOUCH_KINDS),
  system: z.enum(SYSTEMS),
  origin: z.object({ object: z.string(), id: z.string() }),
  channel: text,
  details: z.array(text),
  title: text,
  campaign: z.object({ id: z.string(), name: text }).nullable(),
  status: text,
  ended: z.object({ at: z.string(), because: z.string() }).nullable(),
  toldAtMs: z.number(),
});

/** A person with more touches than these pages of 1 MB hold (some 20,000) is no person. */
const MOST_PAGES = 10;

/** Touches, beside the records of their persons. Pattern A11 of keys.ts. */
export function dynamoTouchStore(db: DynamoDBDocumentClient, table: string): TouchStore {
  return {
    async touchesOf(personIds) {
      const unique = [...new Set(personIds)];
      const found = await inParallel(
        unique,
        async (id) => [id, await load(db, table, id)] as const,
      );
      return new Map(found.filter(([, touches]) => touches.length > 0));
    },
    async keepTouches(personId, touches) {
      for (const touch of touches) {
        const put = new PutCommand({
          TableName: table,
          Item: { ...touchKey(personId, touch.id), ...touch },
          ConditionExpression: "attribute_not_exists(pk) OR toldAtMs <= :told",
          ExpressionAttributeValues: { ":told": touch.toldAtMs },
        });
        // Refused where a later account of it is there (T3).
        await refusedByCondition(db.send(put));
      }
    },
  };
}

async function load(db: DynamoDBDocumentClient, table: string, personId: string): Promise<Touch[]> {
  const { pk } = touchKey(personId, "");
  const touches: Touch[] = [];
  let start: Record<string, unknown> | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :touch)",
      ExpressionAttributeValues: { ":pk": pk, ":touch": TOUCH_PREFIX },
      ConsistentRead: true,
      ExclusiveStartKey: start,
    });
    const answer = await db.send(query);
    touches.push(...(answer.Items ?? []).map((item) => storedTouch.parse(item)));
    start = answer.LastEvaluatedKey;
    if (!start) break;
  }
  return touches.sort(byDate);
}
