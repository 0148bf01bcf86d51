import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { LedgerEntry } from "../core/ledger/entry.ts";
import { REMEDIES, type RefusalName } from "../core/ledger/refusal.ts";
import type { Judged, LedgerStore } from "../revenue/ledger-ports.ts";
import { putOnce, refusedByCondition } from "./document-client.ts";
import {
  CLOSES,
  ENTRY_PREFIX,
  FIRST_MONTH,
  judgedKey,
  MONTH_INDEX,
  monthKey,
  opportunityPartition,
  POSTING_INDEX,
  postedKey,
  REFUSAL_INDEX,
  REFUSED,
  ratesPartition,
  SHARDS,
} from "./keys.ts";
import { type Asked, afterKey, firstAfter, ledgerItems, monthsBetween } from "./ledger-query.ts";
import { postedPage } from "./posted-page.ts";
import { entryItem, parseEntry } from "./stored-entry.ts";

const isRefusalName = (name: string): name is RefusalName => Object.hasOwn(REMEDIES, name);

const judged = z.object({
  opportunityId: z.string(),
  recordVersion: z.int(),
  at: z.string(),
  refusals: z.array(z.object({ name: z.string().refine(isRefusalName), says: z.string() })),
});

const close = z.object({
  period: z.string(),
  cutoff: z.string(),
  closedAt: z.string(),
  by: z.string(),
  because: z.string(),
  report: z.string(),
  reportHash: z.string(),
});

const rate = z.object({
  currency: z.string(),
  rate: z.string(),
  source: z.string(),
  from: z.string().exactOptional(),
  readAt: z.string(),
});

/** Sixteen shards' fit into the 6 MB of a function's answer. */
const ENTRIES_A_SHARD = 100;

/** Opportunities a page of the list of what is refused. */
const REFUSED_A_PAGE = 100;

/** The ledger in DynamoDB: items are put once and queried. Patterns E1 to E6 and E8 of keys.ts. */
export function dynamoLedgerStore(db: DynamoDBDocumentClient, table: string): LedgerStore {
  const putNew = putOnce(db, table);
  const query: Query = (asked) => ledgerItems(db, table, asked);
  return {
    firstMonth: FIRST_MONTH,
    load: (opportunityId) => load(query, opportunityId),
    post: async (entry) => ((await putNew(entryItem(entry))) ? "taken" : "posted"),
    keepJudged: (one) => keepJudged(db, table, one),
    refused: (after) => refusedPage(db, table, after),
    async ofMonth(month, only) {
      const shards = only === undefined ? SHARDS : [only];
      const asked = shards.map((shard) => ({ index: MONTH_INDEX, pk: monthKey(month, shard) }));
      return entriesIn((await Promise.all(asked.map(query))).flat());
    },
    postedBetween: (from, to, shard) => postedBetween(query, { from, to, shard }),
    async page(month, after) {
      const pkOf = (shard: string) => postedKey(month, shard);
      const asked = { pkOf, after, most: ENTRIES_A_SHARD };
      const { placed, ...rest } = await postedPage(db, table, asked);
      return { items: entriesIn(placed.map(({ item }) => item)), ...rest };
    },
    async firstPostedAfter(moment) {
      const first = await firstAfter(db, table, postedKey, moment);
      return first && entriesIn([first])[0]?.postedAt;
    },
    async opportunitiesIn(shard, today) {
      const found = new Set<string>();
      for (const month of monthsBetween({ from: FIRST_MONTH, to: today }))
        for (const item of await query({ index: POSTING_INDEX, pk: postedKey(month, shard) }))
          found.add(named.parse(item).pk.slice(opportunityPartition("").length));
      return [...found];
    },
    closes: async () => (await query({ pk: CLOSES })).map((item) => close.parse(item)),
    async close(one) {
      return (await putNew({ pk: CLOSES, sk: one.period, ...one })) ? "taken" : "closed";
    },
    ratesOf: async (currency) =>
      (await query({ pk: ratesPartition(currency) })).map((item) => rate.parse(item)),
    async keepRate(one) {
      const sk = `${one.from ?? "-"}#${one.readAt}`;
      await putNew({ pk: ratesPartition(one.currency), sk, ...one });
    },
  };
}

const named = z.object({ pk: z.string() });

type Query = (asked: Asked) => Promise<Record<string, unknown>[]>;

async function load(query: Query, opportunityId: string) {
  const items = await query({ pk: opportunityPartition(opportunityId) });
  const isEntry = (item: Record<string, unknown>) => String(item["sk"]).startsWith(ENTRY_PREFIX);
  const entries: LedgerEntry[] = [];
  for (const item of items.filter(isEntry)) {
    const entry = parseEntry(item);
    const sequence = Number(String(item["sk"]).slice(ENTRY_PREFIX.length));
    if (!entry) return { entries, judged: undefined, unreadable: sequence };
    entries.push(entry);
  }
  const [last] = items.filter((item) => item["sk"] === judgedKey(opportunityId).sk);
  return { entries, judged: last && judged.parse(last) };
}

/** Entries of an index. One that cannot be read is a bug or a forgery: whoever reports must not go on. */
function entriesIn(items: readonly Record<string, unknown>[]): LedgerEntry[] {
  return items.map((item) => {
    const entry = parseEntry(item);
    if (entry) return entry;
    throw new Error(`the ledger's item ${item["pk"]} ${item["sk"]} is not what was posted`);
  });
}

async function keepJudged(
  db: DynamoDBDocumentClient,
  table: string,
  { opportunityId, ...one }: Judged,
): Promise<void> {
  const listed = one.refusals.length > 0 ? { gsi3pk: REFUSED, gsi3sk: opportunityId } : {};
  const put = new PutCommand({
    TableName: table,
    Item: { ...judgedKey(opportunityId), opportunityId, ...one, ...listed },
    ConditionExpression: "attribute_not_exists(pk) OR recordVersion <= :version",
    ExpressionAttributeValues: { ":version": one.recordVersion },
  });
  await refusedByCondition(db.send(put));
}

async function refusedPage(
  db: DynamoDBDocumentClient,
  table: string,
  after: string | undefined,
): ReturnType<LedgerStore["refused"]> {
  const answer = await db.send(
    new QueryCommand({
      TableName: table,
      IndexName: REFUSAL_INDEX,
      KeyConditionExpression: "gsi3pk = :pk AND gsi3sk > :after",
      ExpressionAttributeValues: { ":pk": REFUSED, ":after": after ?? " " },
      Limit: REFUSED_A_PAGE,
    }),
  );
  const items = (answer.Items ?? []).map((item) => judged.parse(item));
  const last = items.at(-1)?.opportunityId;
  return answer.LastEvaluatedKey && last !== undefined ? { items, next: last } : { items };
}

async function postedBetween(
  query: Query,
  {
    from,
    to,
    shard: only,
  }: { readonly from: string; readonly to: string; readonly shard: string | undefined },
): Promise<LedgerEntry[]> {
  const shards = only === undefined ? SHARDS : [only];
  const asked = monthsBetween({ from, to }).flatMap((month) =>
    shards.map((shard) => ({
      index: POSTING_INDEX,
      pk: postedKey(month, shard),
      between: [afterKey(from), afterKey(to)] as const,
    })),
  );
  const found = entriesIn((await Promise.all(asked.map(query))).flat());
  return found.filter(({ postedAt }) => postedAt > from && postedAt <= to);
}
