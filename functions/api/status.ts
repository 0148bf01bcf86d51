import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { POLLED_OBJECTS } from "../../shared/config/polled-objects.ts";
import { METER_NAMES } from "../../shared/core/quota/meters.ts";
import { standingOf } from "../../shared/core/quota/standing.ts";
import { loadMeter } from "../../shared/dynamodb/quota-store.ts";
import { loadCounts } from "../../shared/dynamodb/stats.ts";
import { countStatus } from "../../shared/dynamodb/status-index.ts";
import { loadWatermarks } from "../../shared/dynamodb/watermark-store.ts";
import { json } from "../../shared/runtime/http-handler.ts";
import { STATUSES } from "../../shared/sync/record.ts";
import { countParked } from "./parked.ts";
import { NO_QUERY, question } from "./route.ts";
import type { ReadTables } from "./world.ts";

async function progressOf({ db, records: table }: ReadTables) {
  const names = ["sync", "observe"].flatMap((mode) =>
    POLLED_OBJECTS.map(({ system, object }) => `${mode}#${system}#${object}`),
  );
  const [counts, watermarks] = await Promise.all([
    loadCounts(db, table),
    loadWatermarks(db, table, names),
  ]);
  const polls = watermarks.map(({ name, cursor, expected, queued, caughtUp }) => ({
    name,
    readUpTo: cursor ? new Date(cursor.modifiedAtMs).toISOString() : null,
    expected,
    queued,
    caughtUp,
  }));
  return { polls, counts };
}

async function statusesOf({ db, records }: ReadTables, kind: string) {
  const counted = STATUSES.map(async (status) => [
    status,
    await countStatus(db, records, { kind, status }),
  ]);
  return Object.fromEntries(await Promise.all(counted));
}

/** How much of each CRM's limits is used, left and kept for live changes. */
async function budgetsOf({ db, records }: ReadTables) {
  const standings = METER_NAMES.map(async (name) => [
    name,
    standingOf(await loadMeter(db, records, name), Date.now()),
  ]);
  return Object.fromEntries(await Promise.all(standings));
}

const count = z.int().nonnegative();

const progress = z.object({
  polls: z.array(
    z.object({
      name: z.string(),
      readUpTo: z.string().nullable(),
      expected: count,
      queued: count,
      caughtUp: z.boolean(),
    }),
  ),
  counts: z.record(z.string(), z.number()),
});

const standing = z.object({
  records: count,
  openConflicts: count,
  decidedConflicts: count,
  parkedFields: count,
  proposals: count,
});

const budget = z.object({
  window: z
    .object({
      seconds: z.number(),
      limit: count,
      usedByLive: count,
      usedByBulk: count,
      usedByOthers: count,
      left: count,
      keptForLive: count,
    })
    .exactOptional(),
  daily: z.object({ max: count, used: count, readAtMs: count }).exactOptional(),
  today: z.object({ live: count, bulk: count }),
});

export const statusRoutes = [
  question({
    path: "/api/progress",
    role: "viewer",
    summary:
      "How far the polls are, and what was done so far. Cheap: made to be asked while waiting.",
    query: NO_QUERY,
    answers: { 200: progress },
    work: async ({ at }) => json(200, await progressOf(at)),
  }),
  question({
    path: "/api/status",
    role: "viewer",
    summary:
      "The same, how many records stand where, how many values are parked by each cause, and how much of the CRMs' limits is used.",
    query: NO_QUERY,
    answers: {
      200: progress.extend({
        records: z.record(z.string(), z.record(z.string(), standing)),
        parkedByCause: z.record(z.string(), count),
        budgets: z.record(z.enum(METER_NAMES), budget),
      }),
    },
    async work({ at }) {
      const [progress, budgets, parkedByCause, kinds] = await Promise.all([
        progressOf(at),
        budgetsOf(at),
        countParked(at, {}),
        Promise.all(mapping.kinds.map(async ({ kind }) => [kind, await statusesOf(at, kind)])),
      ]);
      const records = Object.fromEntries(kinds);
      return json(200, { records, parkedByCause, budgets, ...progress });
    },
  }),
] as const;
