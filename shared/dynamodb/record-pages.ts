import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Kind } from "../core/reconcile/system.ts";
import { type AccordRecord, STATUSES, type Status } from "../sync/record.ts";
import { batchGet } from "./document-client.ts";
import { recordKey, SHARDS, STATUS_INDEX, statusKey } from "./keys.ts";
import { parseRecord } from "./stored-record.ts";

const row = z.object({ gsi1sk: z.string() });

/** One batch of calls of either CRM's adapter, and a page that fits into an answer of Lambda's. */
export const PAGE_ROWS = 100;

/** A part of the index by status: some records of one kind and status. */
interface Partition {
  readonly status: Status;
  readonly shard: string;
}

/** The next records of a partition, behind the id `behind`, by their ids. Pattern A7 of keys.ts. */
export async function partitionPage(
  db: DynamoDBDocumentClient,
  table: string,
  of: Partition & { readonly kind: Kind; readonly behind: string },
): Promise<{ readonly records: readonly AccordRecord[]; readonly ids: readonly string[] }> {
  const from = of.behind === "" ? "" : " AND gsi1sk > :behind";
  const query = new QueryCommand({
    TableName: table,
    IndexName: STATUS_INDEX,
    KeyConditionExpression: `gsi1pk = :pk${from}`,
    ExpressionAttributeValues: {
      ":pk": statusKey(of.kind, of.status, of.shard),
      ...(from === "" ? {} : { ":behind": of.behind }),
    },
    Limit: PAGE_ROWS,
  });
  const { Items = [] } = await db.send(query);
  const ids = Items.map((item) => row.parse(item).gsi1sk);
  const keys = ids.map((id) => recordKey(of.kind, id));
  return { ids, records: (await batchGet(db, table, keys)).map(parseRecord) };
}

const PARTITIONS = STATUSES.flatMap((status) => SHARDS.map((shard) => ({ status, shard })));

/**
 * All records of a kind, page by page, behind the place `after`, such as `linked:a:` and an id. A record
 * whose status changes between two pages may be met twice, or not at all.
 */
export async function recordsFrom(
  db: DynamoDBDocumentClient,
  table: string,
  { kind, after }: { readonly kind: Kind; readonly after: string | undefined },
): Promise<{ readonly records: readonly AccordRecord[]; readonly next?: string }> {
  const records: AccordRecord[] = [];
  const [status, shard, last = ""] = (after ?? "").split(":");
  const named = PARTITIONS.findIndex((one) => one.status === status && one.shard === shard);
  const first = Math.max(named, 0);
  for (const [index, partition] of PARTITIONS.slice(first).entries()) {
    const behind = index === 0 && named >= 0 ? last : "";
    const page = await partitionPage(db, table, { ...partition, kind, behind });
    records.push(...page.records);
    const isWhole = page.ids.length < PAGE_ROWS;
    const place = isWhole ? "~" : (page.ids.at(-1) ?? "");
    if (records.length >= PAGE_ROWS)
      return { records, next: `${partition.status}:${partition.shard}:${place}` };
  }
  return { records };
}
