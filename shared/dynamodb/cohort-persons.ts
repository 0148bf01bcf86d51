import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { CohortPersons } from "../revenue/cohort-page.ts";
import { recordsFrom } from "./record-pages.ts";
import { personOf } from "./revenue-store.ts";
import { dynamoTouchStore } from "./touch-store.ts";

const CUSTOMER = "customer";

/** All persons with their touches. Patterns A7 and A11 of keys.ts. */
export function dynamoCohortPersons(db: DynamoDBDocumentClient, table: string): CohortPersons {
  const touches = dynamoTouchStore(db, table);
  return {
    async page(after) {
      const { records, ...more } = await recordsFrom(db, table, { kind: "person", after });
      // The record that goes on for a merged one says the same.
      const ours = records.filter(({ status }) => status !== "merged");
      const known = await touches.touchesOf(ours.map(({ id }) => id));
      const persons = ours.map((record) => ({
        ...personOf(record, known.get(record.id) ?? []),
        customerAt: record.lifecycle?.firsts[CUSTOMER] ?? null,
      }));
      return { persons, ...more };
    },
  };
}
