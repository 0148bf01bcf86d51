import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import { LAG_BOUNDS_MS, lagPlace, percentilesOf } from "../core/lag/histogram.ts";
import { SYSTEMS, type System } from "../core/reconcile/system.ts";
import { lagsKey } from "./keys.ts";

/** What is timed: from being told of a change to its being written, and messages in their queues. */
export const TIMED = [
  ...SYSTEMS.map((from) => `${from} to the other side` as const),
  "waited in the live queue",
  "waited in the bulk queue",
] as const;

export type Timed = (typeof TIMED)[number];

interface At {
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
}

const HOUR_MS = 3_600_000;
const KEPT_MS = 48 * HOUR_MS;

const nameOf = (what: Timed, place: number) => `${TIMED.indexOf(what)}-${place}`;

export function timedFrom(from: System): Timed {
  return `${from} to the other side`;
}

/** Adds to the counts of this hour. Needs no condition: a sum does not care for order. */
export async function addLags(
  { db, table }: At,
  lags: readonly { readonly what: Timed; readonly ms: number }[],
  nowMs: number,
): Promise<void> {
  if (lags.length === 0) return;
  const counts = new Map<string, number>();
  for (const { what, ms } of lags) {
    const name = nameOf(what, lagPlace(ms));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = [...counts];
  const update = new UpdateCommand({
    TableName: table,
    Key: lagsKey(hourOf(nowMs)),
    UpdateExpression: `SET #ttl = :ttl ADD ${all.map((_, index) => `#n${index} :n${index}`).join(", ")}`,
    ExpressionAttributeNames: {
      "#ttl": "ttl",
      ...Object.fromEntries(all.map(([name], index) => [`#n${index}`, name])),
    },
    ExpressionAttributeValues: {
      ":ttl": Math.ceil((nowMs + KEPT_MS) / 1000),
      ...Object.fromEntries(all.map(([, count], index) => [`:n${index}`, count])),
    },
  });
  await db.send(update);
}

const hourOf = (ms: number) => new Date(ms).toISOString().slice(0, 13);

const stored = z.record(z.string(), z.unknown());

/** Percentiles of this hour and the one before. */
export async function loadLags({ db, table }: At, nowMs: number) {
  const hours = [nowMs, nowMs - HOUR_MS].map(async (ms) => {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: lagsKey(hourOf(ms)) }));
    return stored.parse(Item ?? {});
  });
  const items = await Promise.all(hours);
  const countsOf = (what: Timed) =>
    Object.fromEntries(
      [...LAG_BOUNDS_MS.keys(), LAG_BOUNDS_MS.length].map((place) => [
        place,
        items.reduce((sum, item) => sum + Number(item[nameOf(what, place)] ?? 0), 0),
      ]),
    );
  return Object.fromEntries(TIMED.map((what) => [what, percentilesOf(countsOf(what))]));
}
