import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Kind } from "../core/reconcile/system.ts";
import { recordKey } from "./keys.ts";

const entry = z.object({
  sk: z.string(),
  version: z.number(),
  events: z.array(
    z.object({
      what: z.string(),
      field: z.string().optional(),
      from: z.string().nullish(),
      to: z.string().nullish(),
      system: z.string().optional(),
      at: z.string().optional(),
      because: z.string().optional(),
      by: z.string().optional(),
    }),
  ),
});

/** A record's audit, the latest first, one page of it. Pattern H1 of keys.ts. */
export async function loadHistory(
  db: DynamoDBDocumentClient,
  table: string,
  { kind, id }: { readonly kind: Kind; readonly id: string },
) {
  const query = new QueryCommand({
    TableName: table,
    KeyConditionExpression: "pk = :pk",
    ExpressionAttributeValues: { ":pk": recordKey(kind, id).pk },
    ScanIndexForward: false,
    Limit: 200,
  });
  const answer = await db.send(query);
  return (answer.Items ?? []).map((item) => {
    const { sk, ...rest } = entry.parse(item);
    return { at: sk.split("#")[0] ?? "", ...rest };
  });
}
