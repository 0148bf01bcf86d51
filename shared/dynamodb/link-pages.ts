import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Mapping } from "../core/mapping/mapping.ts";
import { STATUSES } from "../sync/record.ts";
import { kindOf } from "../sync/subject.ts";
import type { LinkPages } from "../sync/sweep-links.ts";
import { SHARDS } from "./keys.ts";
import { PAGE_ROWS, partitionPage } from "./record-pages.ts";

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
        const behind = lastId;
        const { ids, records } = await partitionPage(db, table, { kind, status, shard, behind });
        if (ids.length === 0) continue;
        const isWhole = ids.length < PAGE_ROWS;
        const next = isWhole ? [partition + 1, ""] : [partition, ids.at(-1)];
        return { records, next: JSON.stringify(next) };
      }
      return { records: [], next: undefined };
    },
  };
}
