import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Entry, Meter } from "../core/quota/meter.ts";
import { METERS, type MeterName } from "../core/quota/meters.ts";
import type { QuotaStore } from "../sync/quota.ts";
import { refusedByCondition } from "./document-client.ts";
import { quotaKey } from "./keys.ts";

/** Some ten workers change a meter once a second each: they rarely meet, and never this often. */
const MOST_ROUNDS = 30;
const PAUSE_MS = 10;

const BY = { l: "live", b: "bulk", o: "others" } as const;
const LETTER = { live: "l", bulk: "b", others: "o" } as const;

/**
 * A window's calls as text, since a hundred entries as items of their own would be written for the price
 * of four: `12 l3` is slice 12 and three live calls, `12+10 b4` ten slices from 12 on and four bulk ones.
 */
const entries = z.string().transform((text, context): Entry[] => {
  if (text === "") return [];
  return text.split(",").map((one) => {
    const [, from, span = "0", letter = "", calls] =
      /^(\d+)(?:\+(\d+))? ([lbo])(\d+)$/.exec(one) ?? [];
    const by = z.enum(["l", "b", "o"]).safeParse(letter).data;
    if (by === undefined) context.addIssue(`${one} is no entry of a meter`);
    const first = Number(from);
    return { from: first, to: first + Number(span), by: BY[by ?? "o"], calls: Number(calls) };
  });
});

const stored = z.object({
  limit: z.number().optional(),
  base: z.number(),
  entries,
  daily: z.object({ max: z.number(), used: z.number(), readAtMs: z.number() }).optional(),
  today: z.object({ day: z.number(), live: z.number(), bulk: z.number() }),
  atMs: z.number(),
  version: z.number(),
});

interface Kept {
  readonly meter: Meter;
  readonly version: number;
}

/** The limits that all workers share. Pattern A24 of keys.ts. */
export function dynamoQuotaStore(db: DynamoDBDocumentClient, table: string): QuotaStore {
  return {
    async change(name, decide) {
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const { meter, version } = await load(db, table, name);
        const { next, answer } = decide(meter);
        if (next === undefined) return answer;
        const put = new PutCommand({
          TableName: table,
          Item: { ...quotaKey(name), ...rowOf(next), version: version + 1 },
          ConditionExpression: "attribute_not_exists(pk) OR #version = :seen",
          ExpressionAttributeNames: { "#version": "version" },
          ExpressionAttributeValues: { ":seen": version },
        });
        if (!(await refusedByCondition(db.send(put)))) return answer;
        await pause(Math.random() * PAUSE_MS * (round + 1));
      }
      throw new Error(`${name} are being changed by others all the time`);
    },
  };
}

/** The meters as they stand, for showing. */
export async function loadMeter(
  db: DynamoDBDocumentClient,
  table: string,
  name: MeterName,
): Promise<Meter> {
  return (await load(db, table, name)).meter;
}

async function load(db: DynamoDBDocumentClient, table: string, name: MeterName): Promise<Kept> {
  const get = new GetCommand({ TableName: table, Key: quotaKey(name), ConsistentRead: true });
  const { Item } = await db.send(get);
  if (!Item) return { meter: METERS[name], version: 0 };
  const { base, version, entries: counted, limit, daily, ...rest } = stored.parse(Item);
  const { windowMs } = METERS[name];
  const shifted = counted.map((one) => ({ ...one, from: one.from + base, to: one.to + base }));
  return { meter: { ...rest, windowMs, limit, daily, entries: shifted }, version };
}

function rowOf({ entries: all, limit, daily, today, atMs }: Meter) {
  const base = Math.min(...all.map(({ from }) => from), Number.MAX_SAFE_INTEGER);
  const text = all.map(({ from, to, by, calls }) => {
    const span = to > from ? `+${to - from}` : "";
    return `${from - base}${span} ${LETTER[by]}${calls}`;
  });
  return { base, entries: text.join(","), limit, daily, today, atMs };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
