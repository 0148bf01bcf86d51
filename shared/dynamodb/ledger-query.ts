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

/** The first item behind a moment by the time of posting, looked for month by month; undefined: there is none. */
export async function firstAfter(
  db: DynamoDBDocumentClient,
  table: string,
  pkOf: (month: string, shard: string) => string,
  moment: string,
): Promise<Item | undefined> {
  const today = new Date().toISOString();
  for (const month of monthsBetween({ from: moment, to: today })) {
    const found = await Promise.all(
      SHARDS.map(async (shard) => {
        const query = new QueryCommand({
          TableName: table,
          IndexName: POSTING_INDEX,
          KeyConditionExpression: "gsi2pk = :pk AND gsi2sk > :after",
          ExpressionAttributeValues: { ":pk": pkOf(month, shard), ":after": afterKey(moment) },
          Limit: 1,
        });
        return (await db.send(query)).Items ?? [];
      }),
    );
    const [first] = found.flat().sort((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1));
    if (first) return first;
  }
  return undefined;
}

const placeOf = (item: Item) => String(item["gsi2sk"]);

/** Behind all that is of a moment: their keys begin with it and a "#", which sorts before "~". */
export function afterKey(moment: string): string {
  return moment === "" ? " " : `${moment}~`;
}

/** Several partitions one after the other; their first pages are asked for at once. */
export async function* pagesOf(
  db: DynamoDBDocumentClient,
  table: string,
  { partitions, ...asked }: Omit<Asked, "pk"> & { readonly partitions: readonly string[] },
): AsyncIterable<readonly Item[]> {
  const lanes = partitions.map((pk) => {
    const pages = ledgerPages(db, table, { ...asked, pk })[Symbol.asyncIterator]();
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
