import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Opportunities } from "../revenue/opportunities.ts";
import { type AccordRecord, STATUSES } from "../sync/record.ts";
import { batchGet } from "./document-client.ts";
import { linkKey, recordKey } from "./keys.ts";
import { PAGE_ROWS, partitionPage, recordsFrom } from "./record-pages.ts";
import { parseRecord } from "./stored-record.ts";

const KIND = "opportunity";

const OBJECTS = { hubspot: "deals", salesforce: "Opportunity" } as const;

/** More pages of one partition than this are a bug: a million records. */
const MOST_PAGES = 10_000;

const holder = z.object({ pk: z.string(), recordId: z.string() });

/** The records of opportunities. Patterns A1, A2 and A7 of keys.ts. */
export function dynamoOpportunities(db: DynamoDBDocumentClient, table: string): Opportunities {
  return {
    async load(ids) {
      const keys = ids.map((id) => recordKey(KIND, id));
      return (await batchGet(db, table, keys)).map(parseRecord);
    },
    inShard: (shard) => pagesOf(db, table, shard),
    page: (after) => recordsFrom(db, table, { kind: KIND, after }),
    async byCrmId(system, ids) {
      const object = OBJECTS[system];
      const named = new Map(ids.map((id) => [linkKey({ system, object, id }).pk, id]));
      const keys = [...named.keys()].map((pk) => ({ pk, sk: "holder" }));
      const rows = (await batchGet(db, table, keys)).map((row) => holder.parse(row));
      return new Map(rows.map(({ pk, recordId }) => [named.get(pk) ?? pk, recordId]));
    },
  };
}

async function* pagesOf(
  db: DynamoDBDocumentClient,
  table: string,
  shard: string,
): AsyncIterable<readonly AccordRecord[]> {
  for (const status of STATUSES) {
    let behind = "";
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { records, ids } = await partitionPage(db, table, {
        kind: KIND,
        status,
        shard,
        behind,
      });
      yield records;
      if (ids.length < PAGE_ROWS) break;
      behind = ids.at(-1) ?? behind;
    }
  }
}
