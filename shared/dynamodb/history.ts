import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Kind } from "../core/reconcile/system.ts";
import { withoutValues } from "../sync/record-store.ts";
import { batchPut } from "./document-client.ts";
import { recordKey } from "./keys.ts";

const entry = z.object({
  sk: z.string(),
  version: z.number(),
  events: z.array(
    z.object({
      what: z.string(),
      field: z.string().exactOptional(),
      from: z.string().nullable().exactOptional(),
      to: z.string().nullable().exactOptional(),
      system: z.string().exactOptional(),
      at: z.string().exactOptional(),
      because: z.string().exactOptional(),
      by: z.string().exactOptional(),
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

/** More pages of one record's audit than this are a bug: 1,000 pages of 1 MB. */
const MOST_PAGES = 1000;

/** Writes a record's audit again without the values of some fields. Pattern H1 of keys.ts. */
export async function forgetHistory(
  db: DynamoDBDocumentClient,
  table: string,
  {
    kind,
    id,
    fields,
  }: { readonly kind: Kind; readonly id: string; readonly fields: readonly string[] },
): Promise<void> {
  let start: Record<string, unknown> | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = new QueryCommand({
      TableName: table,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": recordKey(kind, id).pk },
      ExclusiveStartKey: start,
    });
    const { Items = [], LastEvaluatedKey } = await db.send(query);
    const kept = Items.map((item) => {
      const { pk } = audited.parse(item);
      const { events, ...rest } = entry.parse(item);
      return { pk, ...rest, events: withoutValues(events, fields) };
    });
    await batchPut(db, table, kept);
    start = LastEvaluatedKey;
    if (!start) return;
  }
}

const audited = z.object({ pk: z.string() });
