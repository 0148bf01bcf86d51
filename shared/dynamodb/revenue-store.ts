import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Touch } from "../core/attribution/credit-first-touch.ts";
import type { RevenueStore, WonOpportunity } from "../revenue/ports.ts";
import { type AccordRecord, STATUSES } from "../sync/record.ts";
import { batchGet } from "./document-client.ts";
import { recordKey } from "./keys.ts";
import { statusPages } from "./status-index.ts";
import { parseRecord } from "./stored-record.ts";

/** What revenue reports read, from the reconciled records. Patterns A1 and A9 of keys.ts. */
export function dynamoRevenueStore(db: DynamoDBDocumentClient, table: string): RevenueStore {
  return {
    wonOpportunities: { pages: () => wonPages(db, table) },
    firstTouches: {
      async of(personIds) {
        const keys = personIds.map((id) => recordKey("person", id));
        const records = (await batchGet(db, table, keys)).map(parseRecord);
        return new Map(records.flatMap((record) => touchOf(record)));
      },
    },
  };
}

/** A won opportunity is revenue whatever became of its deal: every status is read. */
async function* wonPages(
  db: DynamoDBDocumentClient,
  table: string,
): AsyncIterable<readonly WonOpportunity[]> {
  for (const status of STATUSES) {
    for await (const rows of statusPages(db, table, { kind: "opportunity", status })) {
      yield rows.flatMap(({ gsi1sk: id, revenue }) =>
        revenue
          ? [{ id, amount: revenue.amount, closedOn: revenue.closedOn, personIds: revenue.persons }]
          : [],
      );
    }
  }
}

/** A person's first touch is the original source, when the person was first seen. */
function touchOf({ id, fields }: AccordRecord): [string, Touch][] {
  const value = (name: string) => fields[name]?.value ?? null;
  const at = value("firstSeen");
  if (at === null) return [];
  const touch = {
    personId: id,
    at,
    source: value("source"),
    detail1: value("sourceDetail1"),
    detail2: value("sourceDetail2"),
  };
  return [[id, touch]];
}
