import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  type BatchWriteCommandInput,
  DynamoDBDocumentClient,
  PutCommand,
} from "@aws-sdk/lib-dynamodb";
import { chunksOf } from "../sync/in-parallel.ts";

/** The one client of a function, kept warm between invocations. */
export function documentClient(): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
}

type Key = Readonly<Record<string, string>>;

/** DynamoDB's own limits a call. */
const KEYS_A_GET = 100;
const ITEMS_A_WRITE = 25;
const MAX_ROUNDS = 8;

/** Gets items by key, in as few calls as DynamoDB allows; throttled ones are asked for again. */
export async function batchGet(
  db: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
): Promise<Record<string, unknown>[]> {
  const unique = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
  const chunks = chunksOf(unique, KEYS_A_GET);
  const answers = await Promise.all(chunks.map((chunk) => getChunk(db, table, chunk)));
  return answers.flat();
}

async function getChunk(db: DynamoDBDocumentClient, table: string, keys: readonly Key[]) {
  const items: Record<string, unknown>[] = [];
  let left: readonly Key[] = keys;
  for (let round = 0; left.length > 0; round += 1) {
    if (round === MAX_ROUNDS)
      throw new Error(`${table} answers only a part of what it is asked for`);
    if (round > 0) await pause(50 * 2 ** round);
    const request = { [table]: { Keys: [...left], ConsistentRead: true } };
    const answer = await db.send(new BatchGetCommand({ RequestItems: request }));
    items.push(...(answer.Responses?.[table] ?? []));
    left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
  }
  return items;
}

/** Puts items without a condition: for rows whose key makes writing them twice harmless. */
export async function batchPut(
  db: DynamoDBDocumentClient,
  table: string,
  items: readonly Record<string, unknown>[],
): Promise<void> {
  await batchWrite(
    db,
    table,
    items.map((Item) => ({ PutRequest: { Item } })),
  );
}

/** Deletes items without a condition, whether they are there or not. */
export async function batchDelete(
  db: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
): Promise<void> {
  await batchWrite(
    db,
    table,
    keys.map((key) => ({ DeleteRequest: { Key: { ...key } } })),
  );
}

type Writes = NonNullable<BatchWriteCommandInput["RequestItems"]>[string];

async function batchWrite(
  db: DynamoDBDocumentClient,
  table: string,
  writes: Writes,
): Promise<void> {
  for (const chunk of chunksOf(writes, ITEMS_A_WRITE)) {
    let left: Writes = chunk;
    for (let round = 0; left.length > 0; round += 1) {
      if (round === MAX_ROUNDS) throw new Error(`${table} takes only a part of what it is given`);
      if (round > 0) await pause(50 * 2 ** round);
      const answer = await db.send(new BatchWriteCommand({ RequestItems: { [table]: left } }));
      left = answer.UnprocessedItems?.[table] ?? [];
    }
  }
}

/** Puts items that are never edited. Answers whether one was there already, and stays as it is. */
export function putOnce(db: DynamoDBDocumentClient, table: string) {
  return (Item: Record<string, unknown>): Promise<boolean> =>
    refusedByCondition(
      db.send(
        new PutCommand({ TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" }),
      ),
    );
}

/** Whether the write was refused by its condition; any other failure is thrown. */
export async function refusedByCondition(sent: Promise<unknown>): Promise<boolean> {
  try {
    await sent;
    return false;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return true;
    throw error;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
