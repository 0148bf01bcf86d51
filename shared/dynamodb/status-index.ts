import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Kind } from "../core/reconcile/system.ts";
import type { Status } from "../sync/record.ts";
import { SHARDS, STATUS_INDEX, statusKey } from "./keys.ts";

const row = z.object({
  gsi1sk: z.string(),
  openConflicts: z.number().default(0),
  decidedConflicts: z.number().default(0),
  parkedFields: z.number().default(0),
  proposals: z.number().default(0),
  revenue: z
    .object({
      amount: z.string().nullable(),
      closedOn: z.string(),
      persons: z.array(z.string()),
    })
    .optional(),
});

export type StatusRow = z.infer<typeof row>;

/** More pages of one partition than this are a bug, not a table: 10,000 pages of 1 MB. */
const MAX_PAGES = 10_000;

/** The rows of a kind and status, page by page. Pattern A7 of keys.ts. */
export async function* statusPages(
  db: DynamoDBDocumentClient,
  table: string,
  of: { readonly kind: Kind; readonly status: Status },
): AsyncIterable<readonly StatusRow[]> {
  for (const shard of SHARDS) {
    let start: Record<string, unknown> | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await db.send(
        new QueryCommand({
          TableName: table,
          IndexName: STATUS_INDEX,
          KeyConditionExpression: "gsi1pk = :pk",
          ExpressionAttributeValues: { ":pk": statusKey(of.kind, of.status, shard) },
          ExclusiveStartKey: start,
        }),
      );
      yield (answer.Items ?? []).map((item) => row.parse(item));
      start = answer.LastEvaluatedKey;
      if (!start) break;
    }
  }
}

export interface StatusCounts {
  readonly records: number;
  readonly openConflicts: number;
  readonly decidedConflicts: number;
  readonly parkedFields: number;
  readonly proposals: number;
}

/** Counts a kind and status. Pattern A8 of keys.ts. */
export async function countStatus(
  db: DynamoDBDocumentClient,
  table: string,
  of: { readonly kind: Kind; readonly status: Status },
): Promise<StatusCounts> {
  const counts = {
    records: 0,
    openConflicts: 0,
    decidedConflicts: 0,
    parkedFields: 0,
    proposals: 0,
  };
  for await (const rows of statusPages(db, table, of)) {
    for (const one of rows) {
      counts.records += 1;
      counts.openConflicts += one.openConflicts;
      counts.decidedConflicts += one.decidedConflicts;
      counts.parkedFields += one.parkedFields;
      counts.proposals += one.proposals;
    }
  }
  return counts;
}

/** The ids of some records of a kind and status: the first ones that the index gives. */
export async function firstRows(
  db: DynamoDBDocumentClient,
  table: string,
  { most, ...of }: { readonly kind: Kind; readonly status: Status; readonly most: number },
): Promise<string[]> {
  const ids: string[] = [];
  for await (const rows of statusPages(db, table, of)) {
    ids.push(...rows.map(({ gsi1sk }) => gsi1sk));
    if (ids.length >= most) break;
  }
  return ids.slice(0, most);
}
