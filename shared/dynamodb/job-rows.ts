import { type DynamoDBDocumentClient, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { System } from "../core/reconcile/system.ts";
import { refusedByCondition } from "./document-client.ts";

/** What the rows of plans, runs and sweeps have in common. */
export interface RowsAt {
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
}

interface Condition {
  readonly is: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Sets attributes where a condition holds; false: it does not. */
export async function setWhere(
  { db, table }: RowsAt,
  Key: Record<string, string>,
  change: Readonly<Record<string, unknown>>,
  { is, values = {} }: Condition,
): Promise<boolean> {
  const names = Object.keys(change);
  const update = new UpdateCommand({
    TableName: table,
    Key,
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
    ConditionExpression: is,
    ExpressionAttributeNames: Object.fromEntries(
      [...new Set([...names, ...(is.includes("#state") ? ["state"] : [])])].map((name) => [
        `#${name}`,
        name,
      ]),
    ),
    ExpressionAttributeValues: {
      ...Object.fromEntries(names.map((name) => [`:${name}`, change[name]])),
      ...values,
    },
  });
  return !(await refusedByCondition(db.send(update)));
}

/** Counts CRM calls that were made for a job. Needs no condition: a sum does not care for order. */
export async function addCalls(
  { db, table }: RowsAt,
  Key: Record<string, string>,
  { hubspot, salesforce }: Readonly<Record<System, number>>,
): Promise<void> {
  if (hubspot + salesforce === 0) return;
  const update = new UpdateCommand({
    TableName: table,
    Key,
    UpdateExpression: "ADD hubspotCalls :hubspot, salesforceCalls :salesforce",
    ExpressionAttributeValues: { ":hubspot": hubspot, ":salesforce": salesforce },
  });
  await db.send(update);
}

/** Takes a piece out of those that are open, and answers the row as it is then. */
export async function takeFrom({ db, table }: RowsAt, Key: Record<string, string>, piece: string) {
  const update = new UpdateCommand({
    TableName: table,
    Key,
    // Needs no condition: what is not in the set is not taken out of it.
    UpdateExpression: "DELETE #open :piece",
    ExpressionAttributeNames: { "#open": "open" },
    ExpressionAttributeValues: { ":piece": new Set([piece]) },
    ReturnValues: "ALL_NEW",
  });
  return (await db.send(update)).Attributes;
}

/** DynamoDB has no empty set. */
export function openIn(item: Record<string, unknown> | undefined): readonly string[] {
  const open = item?.["open"];
  return open instanceof Set ? [...open].map(String) : [];
}

/** Pages of one query; more is a partition that nobody means to read at once. */
const MOST_PAGES = 10_000;

/** All rows of a partition whose sort keys begin so, or come after it. */
export async function queryAll(
  { db, table }: RowsAt,
  pk: string,
  sk: string,
  where: "prefix" | "from" = "prefix",
): Promise<Record<string, unknown>[]> {
  const condition = where === "prefix" ? "begins_with(sk, :sk)" : "sk >= :sk";
  const rows: Record<string, unknown>[] = [];
  let start: Record<string, unknown> | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const answer = await db.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: sk === "" ? "pk = :pk" : `pk = :pk AND ${condition}`,
        ExpressionAttributeValues: { ":pk": pk, ...(sk === "" ? {} : { ":sk": sk }) },
        ConsistentRead: true,
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    );
    rows.push(...(answer.Items ?? []));
    start = answer.LastEvaluatedKey;
    if (!start) return rows;
  }
  throw new Error(`${pk} holds more than ${MOST_PAGES} pages`);
}
