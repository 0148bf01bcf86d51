import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { monthAfter, monthOf } from "../core/ledger/calendar.ts";
import { MONTH_INDEX, notBeforeFirst, POSTING_INDEX, SHARDS } from "./keys.ts";

/** More pages of one partition than this are a bug, not a table: 10,000 pages of 1 MB. */
const MAX_PAGES = 10_000;

export interface Asked {
  readonly index?: string;
  readonly pk: string;
  /** Sort keys from here, and up to there. */
  readonly between?: readonly [string, string];
}

type Item = Record<string, unknown>;

const KEY_NAMES: Readonly<Record<string, readonly [string, string]>> = {
  [MONTH_INDEX]: ["gsi1pk", "gsi1sk"],
  [POSTING_INDEX]: ["gsi2pk", "gsi2sk"],
};

/** The items of a partition of the ledger, or of a stretch of it, page by page. The table itself is read as it is now. */
export async function* ledgerPages(
  db: DynamoDBDocumentClient,
  table: string,
  { index, pk, between }: Asked,
): AsyncIterable<readonly Item[]> {
  const [pkName, skName] = KEY_NAMES[index ?? ""] ?? ["pk", "sk"];
  let start: Item | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer = await db.send(
      new QueryCommand({
        TableName: table,
        ...(index === undefined ? { ConsistentRead: true } : { IndexName: index }),
        KeyConditionExpression: `#pk = :pk${between ? " AND #sk BETWEEN :from AND :to" : ""}`,
        ExpressionAttributeNames: { "#pk": pkName, ...(between ? { "#sk": skName } : {}) },
        ExpressionAttributeValues: {
          ":pk": pk,
          ...(between ? { ":from": between[0], ":to": between[1] } : {}),
        },
        ExclusiveStartKey: start,
      }),
    );
    if (answer.Items?.length) yield answer.Items;
    start = answer.LastEvaluatedKey;
    if (!start) return;
  }
  throw new Error(`the partition ${pk} of ${table} has no end`);
}

export async function ledgerItems(
  db: DynamoDBDocumentClient,
  table: string,
  asked: Asked,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of ledgerPages(db, table, asked)) items.push(...page);
  return items;
}

/** All sixteen partitions of a month, the first pages of a few at once. */
export async function* shardPages(
  db: DynamoDBDocumentClient,
  table: string,
  asked: Omit<Asked, "pk"> & { readonly pkOf: (shard: string) => string },
): AsyncIterable<readonly Item[]> {
  const { pkOf, ...rest } = asked;
  const lanes = SHARDS.map((shard) => {
    const pages = ledgerPages(db, table, { ...rest, pk: pkOf(shard) })[Symbol.asyncIterator]();
    return { pages, next: pages.next() };
  });
  for (const { pages, next } of lanes)
    for (let page = await next; !page.done; page = await pages.next()) yield page.value;
}

/** Every month of a span that anything can have been posted in. */
export function monthsBetween({
  from,
  to,
}: {
  readonly from: string;
  readonly to: string;
}): string[] {
  const months: string[] = [];
  const last = monthOf(to);
  for (let month = notBeforeFirst(monthOf(from)); month <= last; month = monthAfter(month))
    months.push(month);
  return months;
}
