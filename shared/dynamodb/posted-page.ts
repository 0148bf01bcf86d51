import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { POSTING_INDEX, SHARDS } from "./keys.ts";

interface PageAsked {
  /** The partition of a shard, in the index by posting. */
  readonly pkOf: (shard: string) => string;
  /** The place of the last item that was given. */
  readonly after: string | undefined;
  /** Items that a shard gives at most. */
  readonly most: number;
}

export interface PlacedItem {
  /** Time, opportunity and number: the order of a month. */
  readonly place: string;
  readonly item: Record<string, unknown>;
}

/**
 * Every shard gives its next items, and of those go out the ones that no shard can have anything
 * before: the order is that of the whole month, and the place where it goes on is one for all shards.
 */
export async function postedPage(
  db: DynamoDBDocumentClient,
  table: string,
  { pkOf, after, most }: PageAsked,
): Promise<{ readonly placed: readonly PlacedItem[]; readonly next?: string }> {
  const parts = await Promise.all(
    SHARDS.map((shard) => shardPage(db, table, { pk: pkOf(shard), after, most })),
  );
  const ends = parts.flatMap(({ end }) => (end === undefined ? [] : [end])).sort();
  const [bound] = ends;
  const placed = parts
    .flatMap((part) => part.placed)
    .filter(({ place }) => bound === undefined || place <= bound)
    .sort((one, other) => (one.place < other.place ? -1 : 1));
  return bound === undefined ? { placed } : { placed, next: bound };
}

async function shardPage(
  db: DynamoDBDocumentClient,
  table: string,
  { pk, after, most }: Omit<PageAsked, "pkOf"> & { readonly pk: string },
) {
  const answer = await db.send(
    new QueryCommand({
      TableName: table,
      IndexName: POSTING_INDEX,
      KeyConditionExpression: "gsi2pk = :pk AND gsi2sk > :after",
      ExpressionAttributeValues: { ":pk": pk, ":after": after ?? " " },
      Limit: most,
    }),
  );
  const placed = (answer.Items ?? []).map((item) => ({ place: String(item["gsi2sk"]), item }));
  // Behind its last item the shard may go on; nothing that lies further may go out before it.
  return { placed, end: answer.LastEvaluatedKey && placed.at(-1)?.place };
}
