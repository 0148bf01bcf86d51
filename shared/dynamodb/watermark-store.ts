import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Watermark, WatermarkStore } from "../sync/ports.ts";
import { batchGet, refusedByCondition } from "./document-client.ts";
import { watermarkKey } from "./keys.ts";

const stored = z.object({
  name: z.string(),
  cursor: z
    .object({ modifiedAtMs: z.number(), id: z.string(), bulk: z.string().exactOptional() })
    .optional(),
  expected: z.number(),
  queued: z.number(),
  caughtUp: z.boolean(),
  cutShort: z.boolean().default(false),
  version: z.number(),
});

function parseWatermark(item: unknown): Watermark & { readonly name: string } {
  const { cursor, ...rest } = stored.parse(item);
  return { ...rest, cursor };
}

/** How far each poll has read. Patterns A4 and A5 of keys.ts. */
export function dynamoWatermarkStore(db: DynamoDBDocumentClient, table: string): WatermarkStore {
  return {
    async load(name) {
      const get = new GetCommand({
        TableName: table,
        Key: watermarkKey(name),
        ConsistentRead: true,
      });
      const { Item } = await db.send(get);
      if (!Item) return undefined;
      const { name: _, ...mark } = parseWatermark(Item);
      return mark;
    },
    async save(name, next, seenVersion) {
      const put = new PutCommand({
        TableName: table,
        Item: { ...watermarkKey(name), ...next, name, version: seenVersion + 1 },
        ConditionExpression: "attribute_not_exists(pk) OR #version = :seen",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":seen": seenVersion },
      });
      return (await refusedByCondition(db.send(put))) ? "stale" : "saved";
    },
  };
}

/** All watermarks that exist, of these names. */
export async function loadWatermarks(
  db: DynamoDBDocumentClient,
  table: string,
  names: readonly string[],
): Promise<(Watermark & { readonly name: string })[]> {
  return (await batchGet(db, table, names.map(watermarkKey))).map(parseWatermark);
}
