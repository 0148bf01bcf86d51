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
  "waited in the runs queue",
] as const;

/** The queues that work waits in. */
export const WORK_QUEUES = ["live", "bulk", "runs"] as const;

export type WorkQueueName = (typeof WORK_QUEUES)[number];

/** When a worker last took messages off a queue, and when the oldest of them had been sent; epoch milliseconds. */
export interface Taken {
  readonly atMs: number;
  readonly sentAtMs: number;
}

export type Timed = (typeof TIMED)[number];

interface Measured {
  readonly lags: readonly { readonly what: Timed; readonly ms: number }[];
  readonly taken?: Readonly<Partial<Record<WorkQueueName, Taken>>>;
}

/** What to tell of messages that were taken off queues just now. */
export function waitsOf(
  taken: readonly { readonly queue: WorkQueueName; readonly sentAtMs: number }[],
  nowMs: number,
): Measured {
  const lags = taken.map(({ queue, sentAtMs }) => ({
    what: `waited in the ${queue} queue` as const,
    ms: Math.max(0, nowMs - sentAtMs),
  }));
  const oldest = [...Map.groupBy(taken, ({ queue }) => queue)].map(([queue, some]) => {
    const sentAtMs = some.reduce((first, one) => Math.min(first, one.sentAtMs), nowMs);
    return [queue, { atMs: nowMs, sentAtMs }] as const;
  });
  return { lags, taken: Object.fromEntries(oldest) };
}

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

/**
 * Adds to the counts of this hour, with what was taken off which queue just now. Needs no condition: a sum does not
 * care for order, and of two that took messages at one time either may be told of.
 */
export async function addLags(
  { db, table }: At,
  { lags, taken = {} }: Measured,
  nowMs: number,
): Promise<void> {
  if (lags.length === 0) return;
  const takes = Object.entries(taken);
  const counts = new Map<string, number>();
  for (const { what, ms } of lags) {
    const name = nameOf(what, lagPlace(ms));
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = [...counts];
  const update = new UpdateCommand({
    TableName: table,
    Key: lagsKey(hourOf(nowMs)),
    UpdateExpression: `SET #ttl = :ttl${takes.map((_, index) => `, #t${index} = :t${index}`).join("")} ADD ${all.map((_, index) => `#n${index} :n${index}`).join(", ")}`,
    ExpressionAttributeNames: {
      "#ttl": "ttl",
      ...Object.fromEntries(takes.map(([name], index) => [`#t${index}`, `taken-${name}`])),
      ...Object.fromEntries(all.map(([name], index) => [`#n${index}`, name])),
    },
    ExpressionAttributeValues: {
      ":ttl": Math.ceil((nowMs + KEPT_MS) / 1000),
      ...Object.fromEntries(takes.map(([, one], index) => [`:t${index}`, one])),
      ...Object.fromEntries(all.map(([, count], index) => [`:n${index}`, count])),
    },
  });
  await db.send(update);
}

const hourOf = (ms: number) => new Date(ms).toISOString().slice(0, 13);

const stored = z.record(z.string(), z.unknown());

const stamp = z.object({ atMs: z.number(), sentAtMs: z.number() });

/** Percentiles of this hour and the one before, and what was last taken off each queue in them. */
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
  const takenOff = (name: WorkQueueName) =>
    items.map((item) => stamp.safeParse(item[`taken-${name}`]).data).find((one) => one);
  return {
    lags: Object.fromEntries(TIMED.map((what) => [what, percentilesOf(countsOf(what))])),
    taken: new Map(WORK_QUEUES.map((name) => [name, takenOff(name)])),
  };
}
