import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Mapping } from "../core/mapping/mapping.ts";
import { STATUSES } from "../sync/record.ts";
import { kindOf } from "../sync/subject.ts";
import type { LinkPages } from "../sync/sweep-links.ts";
import { batchGet } from "./document-client.ts";
import { recordKey, SHARDS, STATUS_INDEX, statusKey } from "./keys.ts";
import { parseRecord } from "./stored-record.ts";

const row = z.object({ gsi1sk: z.string() });

/** One batch of calls of either adapter. */
const PAGE_ROWS = 100;

/** Of these statuses a record has or had a partner that a CRM may delete or restore. */
const SWEPT = STATUSES.filter((status) => status !== "merged" && status !== "forgotten");

/** Partitions one after the other, in this order; a cursor names one, and the last id read of it. */
const PARTITIONS = SWEPT.flatMap((status) => SHARDS.map((shard) => ({ status, shard })));

const cursor = z.tuple([z.number().int().nonnegative(), z.string()]);

/** Our records of an object's kind, a hundred at a time. Pattern A7 of keys.ts. */
export function dynamoLinkPages(
  db: DynamoDBDocumentClient,
  table: string,
  mapping: Mapping,
): LinkPages {
  return {
    async page(of, after) {
      const kind = kindOf(mapping, of)?.kind;
      if (!kind) return { records: [], next: undefined };
      let [partition, lastId] = after === undefined ? [0, ""] : cursor.parse(JSON.parse(after));
      for (; partition < PARTITIONS.length; partition += 1, lastId = "") {
        const { status, shard } = PARTITIONS[partition] ?? { status: "linked", shard: "0" };
        const from = lastId === "" ? "" : " AND gsi1sk > :after";
        const query = new QueryCommand({
          TableName: table,
          IndexName: STATUS_INDEX,
          KeyConditionExpression: `gsi1pk = :pk${from}`,
          ExpressionAttributeValues: {
            ":pk": statusKey(kind, status, shard),
            ...(from === "" ? {} : { ":after": lastId }),
          },
          Limit: PAGE_ROWS,
        });
        const { Items = [] } = await db.send(query);
        const ids = Items.map((item) => row.parse(item).gsi1sk);
        if (ids.length === 0) continue;
        const keys = ids.map((id) => recordKey(kind, id));
        const records = (await batchGet(db, table, keys)).map(parseRecord);
        const isWhole = ids.length < PAGE_ROWS;
        const next = isWhole ? [partition + 1, ""] : [partition, ids.at(-1)];
        return { records, next: JSON.stringify(next) };
      }
      return { records: [], next: undefined };
    },
  };
}
