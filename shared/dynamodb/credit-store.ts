import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { CreditRow } from "../core/attribution/credit-row.ts";
import type { CreditStore, Span } from "../revenue/credit-ports.ts";
import { inParallel } from "../sync/in-parallel.ts";
import { refusedByCondition } from "./document-client.ts";
import {
  creditedKey,
  creditsPartition,
  MODELS,
  MONTH_INDEX,
  POSTING_INDEX,
  steppedKey,
  stepsPartition,
} from "./keys.ts";
import { ledgerItems, monthsBetween, shardPages } from "./ledger-query.ts";
import {
  parseBareStep,
  parseRow,
  parseStep,
  rowItem,
  stepItem,
  versionText,
} from "./stored-credit.ts";
import { forceItem, isVersion, parseForce, parseVersion, versionItem } from "./stored-version.ts";

/** Steps, credits and versions of models, beside the entries. Patterns C1 to C6 of keys.ts. */
export function dynamoCreditStore(db: DynamoDBDocumentClient, table: string): CreditStore {
  const putNew = (Item: Record<string, unknown>) =>
    refusedByCondition(
      db.send(
        new PutCommand({ TableName: table, Item, ConditionExpression: "attribute_not_exists(pk)" }),
      ),
    );
  const between = async function* (pkOf: (month: string, shard: string) => string, span: Span) {
    const from = span.from === "" ? " " : `${span.from}~`;
    const stretch = { index: POSTING_INDEX, between: [from, `${span.to}~`] as const };
    // What is at `from` itself begins with it and a "#", which sorts before "~".
    for (const month of monthsBetween(span))
      yield* shardPages(db, table, { ...stretch, pkOf: (shard) => pkOf(month, shard) });
  };
  const rowsOf = async function* (pages: AsyncIterable<readonly unknown[]>) {
    for await (const page of pages) yield page.map(parseRow);
  };
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
      const pkOf = (shard: string) => creditedKey(versionText(version), month, shard);
      return rowsOf(shardPages(db, table, { index: POSTING_INDEX, pkOf }));
    },
    creditsBetween(version, span) {
      const pkOf = (month: string, shard: string) =>
        creditedKey(versionText(version), month, shard);
      return rowsOf(between(pkOf, span));
    },
    creditsIn(version, month) {
      const pkOf = (shard: string) => creditedKey(versionText(version), month, shard);
      return rowsOf(shardPages(db, table, { index: MONTH_INDEX, pkOf }));
    },
    async versions() {
      const items = await ledgerItems(db, table, { pk: MODELS });
      return {
        versions: items.filter(isVersion).map(parseVersion),
        inForce: items.filter((item) => !isVersion(item)).map(parseForce),
      };
    },
    async keepVersion(version) {
      await putNew(versionItem(version));
    },
    async putInForce(one) {
      await putNew(forceItem(one));
    },
  };
}
