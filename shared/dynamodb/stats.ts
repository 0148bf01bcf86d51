import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { statsKey } from "./keys.ts";

/** What Accord did so far, in numbers that only grow. For showing; no decision hangs on them. */
const COUNTERS = [
  "hubspotCalls",
  "hubspotCreates",
  "hubspotUpdates",
  "salesforceCalls",
  "salesforceCreates",
  "salesforceUpdates",
  "bulkHints",
  "liveHints",
] as const;

type Counter = (typeof COUNTERS)[number];
export type Counts = Readonly<Record<Counter, number>>;

/** Adds to the counters. Needs no condition: a sum does not care for order. */
export async function addCounts(
  db: DynamoDBDocumentClient,
  table: string,
  counts: Partial<Counts>,
): Promise<void> {
  const added = COUNTERS.filter((counter) => (counts[counter] ?? 0) !== 0);
  if (added.length === 0) return;
  const update = new UpdateCommand({
    TableName: table,
    Key: statsKey,
    UpdateExpression: `ADD ${added.map((counter) => `${counter} :${counter}`).join(", ")}`,
    ExpressionAttributeValues: Object.fromEntries(
      added.map((counter) => [`:${counter}`, counts[counter] ?? 0]),
    ),
  });
  await db.send(update);
}

const stored = z.partialRecord(z.enum(COUNTERS), z.number());

export async function loadCounts(db: DynamoDBDocumentClient, table: string): Promise<Counts> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: statsKey }));
  const known = stored.parse(
    Object.fromEntries(COUNTERS.flatMap((name) => (Item?.[name] ? [[name, Item[name]]] : []))),
  );
  const entry = (name: Counter) => [name, known[name] ?? 0] as const;
  const zero: Record<Counter, number> = {
    hubspotCalls: 0,
    hubspotCreates: 0,
    hubspotUpdates: 0,
    salesforceCalls: 0,
    salesforceCreates: 0,
    salesforceUpdates: 0,
    bulkHints: 0,
    liveHints: 0,
  };
  for (const [name, count] of COUNTERS.map(entry)) zero[name] = count;
  return zero;
}
