import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { CreditRow, VersionName } from "../core/attribution/credit-row.ts";
import type { CreditStore, Span } from "../revenue/credit-ports.ts";
import { inParallel } from "../sync/in-parallel.ts";
import { putOnce } from "./document-client.ts";
import {
  creditedKey,
  creditsPartition,
  MONTH_INDEX,
  POSTING_INDEX,
  SHARDS,
  steppedKey,
  stepsPartition,
} from "./keys.ts";
import { afterKey, firstAfter, ledgerItems, monthsBetween, pagesOf } from "./ledger-query.ts";
import {
  parseBareStep,
  parseRow,
  parseStep,
  rowItem,
  stepItem,
  versionText,
} from "./stored-credit.ts";
import { versionRows } from "./version-rows.ts";

/** Steps, credits and versions of models, beside the entries. Patterns C1 to C9 of keys.ts. */
export function dynamoCreditStore(db: DynamoDBDocumentClient, table: string): CreditStore {
  const putNew = putOnce(db, table);
  const between = (pkOf: (month: string, shard: string) => string, span: Span) => {
    const months = monthsBetween(span);
    const bounds = [afterKey(span.from), afterKey(span.to)] as const;
    return pagesOf(db, table, {
      index: POSTING_INDEX,
      between: bounds,
      partitions: months.flatMap((month) => SHARDS.map((shard) => pkOf(month, shard))),
    });
  };
  const rowsOf = async function* (pages: AsyncIterable<readonly unknown[]>) {
    for await (const page of pages) yield page.map(parseRow);
  };
  const ofMonth = (version: VersionName, month: string) =>
    SHARDS.map((shard) => creditedKey(versionText(version), month, shard));
  return {
    async stepsOf(id) {
      return (await ledgerItems(db, table, { pk: stepsPartition(id) })).map(parseStep);
    },
    addStep: async (step) => ((await putNew(stepItem(step))) ? "taken" : "added"),
    async keepCredits(rows) {
      await inParallel(rows, (row: CreditRow) => putNew(rowItem(row)));
    },
    async *stepsBetween(span) {
      for await (const page of between(steppedKey, span)) yield page.map(parseBareStep);
    },
    async creditsOf(id, version) {
      const name = versionText(version);
      const stretch = [`${name}#`, `${name}#~`] as const;
      const items = await ledgerItems(db, table, { pk: creditsPartition(id), between: stretch });
      return items.map(parseRow);
    },
    creditsPosted(version, month) {
      return rowsOf(
        pagesOf(db, table, { index: POSTING_INDEX, partitions: ofMonth(version, month) }),
      );
    },
    creditsBetween(version, span) {
      const pkOf = (month: string, shard: string) =>
        creditedKey(versionText(version), month, shard);
      return rowsOf(between(pkOf, span));
    },
    creditsIn(version, month) {
      return rowsOf(
        pagesOf(db, table, { index: MONTH_INDEX, partitions: ofMonth(version, month) }),
      );
    },
    async stepsPage({ month, shard }, after, most) {
      const query = new QueryCommand({
        TableName: table,
        IndexName: POSTING_INDEX,
        KeyConditionExpression: "gsi2pk = :pk AND gsi2sk > :after",
        ExpressionAttributeValues: { ":pk": steppedKey(month, shard), ":after": after ?? " " },
        Limit: most,
      });
      const { Items = [], LastEvaluatedKey } = await db.send(query);
      const last = z.object({ gsi2sk: z.string() }).optional().parse(Items.at(-1))?.gsi2sk;
      const steps = Items.map(parseBareStep);
      return LastEvaluatedKey && last !== undefined ? { steps, next: last } : { steps };
    },
    async firstStepAfter(moment) {
      const first = await firstAfter(db, table, steppedKey, moment);
      return first && parseBareStep(first).at;
    },
    ...versionRows(db, table),
  };
}
