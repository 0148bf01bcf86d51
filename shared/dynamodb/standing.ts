import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod";
import type { Kind } from "../core/reconcile/system.ts";
import { STATUSES } from "../sync/record.ts";
import { standingKey } from "./keys.ts";
import { countStatus } from "./status-index.ts";
import { countTroubles } from "./trouble-index.ts";

const count = z.int().nonnegative();

/** How many records stand where, and how many values are parked by each cause, at a time. */
export const standing = z.object({
  /** An ISO instant. */
  countedAt: z.string(),
  /** By kind, then status. */
  records: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        records: count,
        openConflicts: count,
        decidedConflicts: count,
        parkedFields: count,
        proposals: count,
      }),
    ),
  ),
  parkedByCause: z.record(z.string(), count),
  /** Questions that wait for a person, by kind and fields, such as `person jobTitle`. */
  openByField: z.record(z.string(), count).default({}),
});

export type Standing = z.infer<typeof standing>;

interface At {
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
}

/** Goes over the index of every record: a megabyte read for each few thousand of them. */
export async function countStanding(
  { db, table }: At,
  kinds: readonly Kind[],
  nowMs: number,
): Promise<Standing> {
  const of = async (kind: Kind) => {
    const counted = STATUSES.map(async (status) => [
      status,
      await countStatus(db, table, { kind, status }),
    ]);
    return [kind, Object.fromEntries(await Promise.all(counted))];
  };
  const [records, troubles] = await Promise.all([
    Promise.all(kinds.map(of)),
    countTroubles(db, table),
  ]);
  return {
    countedAt: new Date(nowMs).toISOString(),
    records: Object.fromEntries(records),
    ...troubles,
  };
}

/** As it was counted last; undefined before the first time. */
export async function loadStanding({ db, table }: At): Promise<Standing | undefined> {
  const { Item } = await db.send(new GetCommand({ TableName: table, Key: standingKey }));
  return Item && standing.parse(Item);
}

/** What a status shows is no older than this and one look of the schedule. */
const OLD_MS = 15 * 60_000;

/** Counts anew where the last count is old, for whoever asks how all stands: one item then says it. */
export async function refreshStanding(
  at: At,
  kinds: readonly Kind[],
  nowMs: number,
): Promise<void> {
  const last = await loadStanding(at);
  if (last && Date.parse(last.countedAt) > nowMs - OLD_MS) return;
  const Item = { ...standingKey, ...(await countStanding(at, kinds, nowMs)) };
  // Needs no condition: of two that count at once, either is as true.
  await at.db.send(new PutCommand({ TableName: at.table, Item }));
}
