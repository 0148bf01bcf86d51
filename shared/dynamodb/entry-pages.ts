import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { EntryMonth } from "../revenue/ledger-ports.ts";
import { MONTH_INDEX, monthKey, POSTING_INDEX, postedKey, SHARDS } from "./keys.ts";

/** Sixteen shards' fit into the 6 MB of a function's answer. */
const ENTRIES_A_SHARD = 100;

interface PageAsked {
  readonly of: EntryMonth;
  readonly after: string | undefined;
}

/**
 * Every shard gives its next entries, and of those go out the ones that no shard can have anything
 * before: the order is that of the whole month, and the place where it goes on is one for all shards.
 */
export async function entryItemPage(
  db: DynamoDBDocumentClient,
  table: string,
  { of, after }: PageAsked,
): Promise<{ readonly items: readonly Record<string, unknown>[]; readonly next?: string }> {
  const parts = await Promise.all(
    SHARDS.map((shard) => shardPage(db, table, { of, after, shard })),
  );
  const ends = parts.flatMap(({ end }) => (end === undefined ? [] : [end])).sort();
  const [bound] = ends;
  const items = parts
    .flatMap(({ placed }) => placed)
    .filter(({ place }) => bound === undefined || place <= bound)
    .sort((one, other) => (one.place < other.place ? -1 : 1))
    .map(({ item }) => item);
  return bound === undefined ? { items } : { items, next: bound };
}

async function shardPage(
  db: DynamoDBDocumentClient,
  table: string,
  { of: { by, month }, after, shard }: PageAsked & { readonly shard: string },
) {
  const isPosted = by === "posted";
  const [pk, sk] = isPosted ? ["gsi2pk", "gsi2sk"] : ["gsi1pk", "gsi1sk"];
  const answer = await db.send(
    new QueryCommand({
      TableName: table,
      IndexName: isPosted ? POSTING_INDEX : MONTH_INDEX,
      KeyConditionExpression: `${pk} = :pk AND ${sk} > :after`,
      ExpressionAttributeValues: {
        ":pk": isPosted ? postedKey(month, shard) : monthKey(month, shard),
        ":after": after ?? " ",
      },
      Limit: ENTRIES_A_SHARD,
    }),
  );
  const placed = (answer.Items ?? []).map((item) => ({ place: String(item[sk]), item }));
  // Behind its last entry the shard may go on; nothing that lies further may go out before it.
  return { placed, end: answer.LastEvaluatedKey && placed.at(-1)?.place };
}
