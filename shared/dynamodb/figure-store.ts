import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { type Target, targetText } from "../core/write-back/write-back.ts";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { WriteBackStore, WriteLine } from "../write-back/ports.ts";
import { shardOf } from "../write-back/shards.ts";
import { batchGet, batchPut, putOnce, refusedByCondition } from "./document-client.ts";
import { queryAll } from "./job-rows.ts";
import {
  dueKey,
  figureLinesKey,
  figuresKey,
  givenKey,
  numbered,
  sharesPartition,
  writtenKey,
} from "./keys.ts";
import {
  lineItem,
  parseDue,
  parseGiven,
  parseLines,
  parseRun,
  parseStanding,
  parseSums,
  parseWritten,
} from "./stored-figures.ts";
import { moneyText } from "./stored-money.ts";

/** As many as a batch of HubSpot's, and half of one of Salesforce's. */
const TARGETS_A_PAGE = 100;

/** Some 25 KB. */
const LINES_AN_ITEM = 100;

/** What a run would write is looked up for some weeks. */
const LINES_KEPT_MS = 30 * 86_400_000;

const STANDING = "standing";

interface At {
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
}

/** What is written back, and what of it stands where, beside the records. Patterns A40 to A45 of keys.ts. */
export function dynamoFigureStore(db: DynamoDBDocumentClient, table: string): WriteBackStore {
  const at = { db, table };
  return { ...runRows(at), ...shareRows(at), ...dueRows(at), ...writtenRows(at), ...lineRows(at) };
}

type Rows<Name extends keyof WriteBackStore> = Pick<WriteBackStore, Name>;

function runRows(at: At): Rows<"standing" | "begin" | "loadRun" | "moveOn" | "keepGathered"> {
  const { db, table } = at;
  const keyOf = (id: string) => figuresKey(`run#${id}`);
  const put = (item: Record<string, unknown>, is: string, values: Record<string, unknown>) =>
    refusedByCondition(
      db.send(
        new PutCommand({
          TableName: table,
          Item: item,
          ConditionExpression: is,
          ...(Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {}),
          ...(is.includes("#run") ? { ExpressionAttributeNames: { "#run": "run" } } : {}),
        }),
      ),
    );
  const standing = async () => parseStanding(await itemAt(at, figuresKey(STANDING)));
  return {
    standing,
    async begin(run, before) {
      const isHeld = run.isDry ? before.isHeld : run.task === "clear";
      const next = { ...before, run: run.id, ...(isHeld === undefined ? {} : { isHeld }) };
      // First the run: a standing that names one that is not there would be taken for an open one.
      await put({ ...keyOf(run.id), ...run }, "attribute_not_exists(pk)", {});
      const isTaken = await put(
        { ...figuresKey(STANDING), ...next },
        before.run === undefined ? "attribute_not_exists(#run)" : "#run = :before",
        before.run === undefined ? {} : { ":before": before.run },
      );
      return isTaken ? "taken" : "begun";
    },
    async loadRun(id) {
      const item = await itemAt(at, keyOf(id));
      return item === undefined ? undefined : parseRun(item);
    },
    async moveOn(run, from) {
      const is = "page = :from";
      return (await put({ ...keyOf(run.id), ...run }, is, { ":from": from })) ? "taken" : "moved";
    },
    async keepGathered(gathered) {
      const now = await standing();
      const is = now.run === undefined ? "attribute_not_exists(#run)" : "#run = :run";
      const item = { ...figuresKey(STANDING), ...now, gathered };
      // Where another run was begun meanwhile, all is gathered once more.
      await put(item, is, now.run === undefined ? {} : { ":run": now.run });
    },
  };
}

function shareRows(at: At): Rows<"givenBy" | "keepGiven" | "keepShares" | "sharesOf"> {
  const { db, table } = at;
  return {
    givenBy: async (id) => parseGiven(await itemAt(at, givenKey(id))),
    keepGiven: (id, targets) =>
      batchPut(db, table, [{ ...givenKey(id), targets: targets.map(targetText) }]),
    keepShares: (id, shares) =>
      batchPut(
        db,
        table,
        shares.map(({ target, sums }) => ({
          pk: sharesPartition(targetText(target)),
          sk: id,
          sums: sums.map(moneyText),
        })),
      ),
    async sharesOf(target) {
      const rows = await queryAll(at, sharesPartition(targetText(target)), "");
      return rows.flatMap(parseSums);
    },
  };
}

const dueOf = (target: Target) => dueKey(shardOf(target), targetText(target));

function dueRows(at: At): Rows<"addDue" | "duePage" | "settle"> {
  const { db, table } = at;
  const putNew = putOnce(db, table);
  return {
    async addDue(targets) {
      await inParallel(targets, (target) => putNew({ ...dueOf(target), refusals: [] }));
    },
    async duePage(shard, after) {
      const { items, ...rest } = await pageAt(at, dueKey(shard, "").pk, {
        after,
        most: TARGETS_A_PAGE,
      });
      return { items: items.map(parseDue), ...rest };
    },
    async settle({ target, refusals }) {
      const Key = dueOf(target);
      // Without a condition: one run goes on at a time, and whoever does its piece twice ends the same.
      if (refusals.length === 0) await db.send(new DeleteCommand({ TableName: table, Key }));
      else await db.send(new PutCommand({ TableName: table, Item: { ...Key, refusals } }));
    },
  };
}

const writtenOf = (target: Target) => writtenKey(shardOf(target), targetText(target));

function writtenRows(at: At): Rows<"written" | "keepWritten" | "writtenPage"> {
  const { db, table } = at;
  return {
    async written(targets) {
      const items = await batchGet(db, table, targets.map(writtenOf));
      const found = items.map(parseWritten);
      return new Map(found.map(({ target, records }) => [targetText(target), records]));
    },
    async keepWritten(target, records) {
      const Key = writtenOf(target);
      // Without a condition: as above.
      if (records.length === 0) await db.send(new DeleteCommand({ TableName: table, Key }));
      else await db.send(new PutCommand({ TableName: table, Item: { ...Key, records } }));
    },
    async writtenPage(shard, after) {
      const { items, ...rest } = await pageAt(at, writtenKey(shard, "").pk, {
        after,
        most: TARGETS_A_PAGE,
      });
      return { items: items.map(parseWritten), ...rest };
    },
  };
}

function lineRows(at: At): Rows<"keepLines" | "lines"> {
  const { db, table } = at;
  return {
    async keepLines(run, page, lines: readonly WriteLine[]) {
      const ttl = Math.ceil((Date.now() + LINES_KEPT_MS) / 1000);
      const items = chunksOf(lines, LINES_AN_ITEM).map((some, part) => ({
        ...figureLinesKey(run, `${numbered(page)}#${numbered(part)}`),
        ...{ ttl, lines: some.map(lineItem) },
      }));
      await batchPut(db, table, items);
    },
    async lines(run, after) {
      const { items, ...rest } = await pageAt(at, figureLinesKey(run, "").pk, { after, most: 1 });
      return { items: items.flatMap(parseLines), ...rest };
    },
  };
}

async function itemAt({ db, table }: At, Key: Record<string, string>): Promise<unknown> {
  const get = new GetCommand({ TableName: table, Key, ConsistentRead: true });
  return (await db.send(get)).Item;
}

const named = z.object({ sk: z.string() });

/** Items behind a sort key. */
async function pageAt(
  { db, table }: At,
  pk: string,
  { after, most }: { readonly after: string | undefined; readonly most: number },
): Promise<{ readonly items: readonly unknown[]; readonly next?: string }> {
  const query = new QueryCommand({
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: "pk = :pk AND sk > :after",
    ExpressionAttributeValues: { ":pk": pk, ":after": after ?? " " },
    Limit: most,
  });
  const { Items = [], LastEvaluatedKey } = await db.send(query);
  const last = Items.at(-1);
  return LastEvaluatedKey && last ? { items: Items, next: named.parse(last).sk } : { items: Items };
}
