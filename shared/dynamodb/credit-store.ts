import { type DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { CreditRow, VersionName } from "../core/attribution/credit-row.ts";
import type { CreditStore, CreditsPage, Span } from "../revenue/credit-ports.ts";
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
import { postedPage } from "./posted-page.ts";
import {
  parseBareStep,
  parseRow,
  parseStep,
  rowItem,
  stepItem,
  versionText,
} from "./stored-credit.ts";
import { versionRows } from "./version-rows.ts";

/** Sixteen shards' fit into a function's memory, whatever their journeys. */
const STEPS_A_SHARD = 50;

/** Credits of a page: as rows of an export they fit into the 6 MB of a function's answer. */
const MOST_CREDITS = 6000;

/** Steps, credits and versions of models, beside the entries. Patterns C1 to C10 of keys.ts. */
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
    async page(version, month, after) {
      const pkOf = (shard: string) => creditedKey(versionText(version), month, shard);
      const asked = { pkOf, after, most: STEPS_A_SHARD };
      const { placed, ...rest } = await postedPage(db, table, asked);
      return firstOf(
        placed.map(({ place, item }) => ({ place, row: parseRow(item) })),
        rest.next,
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

interface Placed {
  readonly place: string;
  readonly row: CreditRow;
}

/** As many of the rows, and one at least, as a page may have credits. */
function firstOf(placed: readonly Placed[], next: string | undefined): CreditsPage {
  let credits = 0;
  const end = placed.findIndex(({ row }) => {
    credits += row.credits.length + 1;
    return credits >= MOST_CREDITS;
  });
  const last = placed[end];
  const items = placed.slice(0, last ? end + 1 : undefined).map(({ row }) => row);
  const on = last && end + 1 < placed.length ? last.place : next;
  return on === undefined ? { items } : { items, next: on };
}
