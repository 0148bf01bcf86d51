import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { POLLED_OBJECTS } from "../../shared/config/polled-objects.ts";
import { METER_NAMES } from "../../shared/core/quota/meters.ts";
import { standingOf } from "../../shared/core/quota/standing.ts";
import {
  loadLags,
  type Taken,
  TIMED,
  WORK_QUEUES,
  type WorkQueueName,
} from "../../shared/dynamodb/lags.ts";
import { loadMeter } from "../../shared/dynamodb/quota-store.ts";
import {
  countStanding,
  loadStanding,
  type Standing,
  standing,
} from "../../shared/dynamodb/standing.ts";
import { loadCounts } from "../../shared/dynamodb/stats.ts";
import { loadWatermarks } from "../../shared/dynamodb/watermark-store.ts";
import type { Desk } from "../../shared/runs/control.ts";
import { json } from "../../shared/runtime/http-handler.ts";
import { NO_QUERY, question } from "./route.ts";
import { run, shownRun } from "./run-answers.ts";
import type { ReadTables, World } from "./world.ts";

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

/** So many records are counted while somebody waits. */
const FEW = 10_000;

/** As it was counted last; anew where somebody asks for that, where it never was, and where few were there. */
async function standingOfRecords({ db, records: table }: ReadTables, isNow: boolean) {
  const last = isNow ? undefined : await loadStanding({ db, table });
  if (last && totalOf(last) > FEW) return last;
  const kinds = mapping.kinds.map(({ kind }) => kind);
  return countStanding({ db, table }, kinds, Date.now());
}

function totalOf({ records }: Standing): number {
  const all = Object.values(records).flatMap((byStatus) => Object.values(byStatus));
  return all.reduce((sum, one) => sum + one.records, 0);
}

/** How much of each CRM's limits is used, left and kept for live changes. */
async function budgetsOf({ db, records }: ReadTables) {
  const standings = METER_NAMES.map(async (name) => [
    name,
    standingOf(await loadMeter(db, records, name), Date.now()),
  ]);
  return Object.fromEntries(await Promise.all(standings));
}

/** Of so many latest plans, and runs. */
const LATEST_PLANS = 20;
const LATEST_RUNS = 10;

/** Plans that a change of the mapping asked for, and that nobody has applied or cancelled. */
async function plansOffered({ runs }: Desk) {
  const ids = await runs.list("plan", LATEST_PLANS);
  const found = await Promise.all(ids.map((id) => runs.loadPlan(id)));
  return found.flatMap((one) => {
    const isOpen = one?.offered && one.run === undefined && one.state !== "cancelled";
    return isOpen ? [{ id: one.id, state: one.state, because: one.because }] : [];
  });
}

async function runsUnderWay({ runs }: Desk) {
  const ids = await runs.list("run", LATEST_RUNS);
  const found = await Promise.all(ids.map((id) => runs.loadRun(id)));
  return found.flatMap((one) => (one && one.endedAt === undefined ? [shownRun(one)] : []));
}

/**
 * What waits in each queue, and since when at the most. SQS does not say how old its oldest message is, and
 * CloudWatch does so minutes late; a queue gives out roughly in order, so that what waits was sent after what a worker
 * took last. Where nobody has taken anything for two hours, it is not known.
 */
async function queuesOf({ queues }: World, taken: ReadonlyMap<WorkQueueName, Taken | undefined>) {
  const nowMs = Date.now();
  const all = WORK_QUEUES.map(async (name) => {
    const depth = await queues.of(name);
    const last = taken.get(name);
    const isEmpty = depth.waiting === 0;
    const oldestMs = isEmpty || !last ? null : Math.max(0, nowMs - last.sentAtMs);
    return [
      name,
      { ...depth, oldestMs, takenAt: last ? new Date(last.atMs).toISOString() : null },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}

const queue = z.object({
  waiting: z.number(),
  inHand: z.number(),
  delayed: z.number(),
  /** The oldest waits so long at the most; null: none does, or it is not known. */
  oldestMs: z.number().nullable(),
  /** When a worker last took messages, of the last two hours. */
  takenAt: z.string().nullable(),
});

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

/** Milliseconds at the most; null: more than is told apart, or nothing was timed. */
const percentiles = z.object({
  count,
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  p99Ms: z.number().nullable(),
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
      "The same, how many records stand where, how many values are parked by each cause and which fields are in question, what waits in the queues, how much of the CRMs' limits is used, how long changes took in this hour and the last, the runs under way, and the plans that a changed mapping offers. Of more than 10,000 records it says how many there were some minutes ago; count=now counts them anew, which reads a row of each.",
    query: z.strictObject({ count: z.literal("now").exactOptional() }),
    answers: {
      200: progress.extend({
        ...standing.shape,
        budgets: z.record(z.enum(METER_NAMES), budget),
        lags: z.record(z.enum(TIMED), percentiles),
        queues: z.record(z.enum(WORK_QUEUES), queue),
        runs: z.array(run),
        /** Plans that wait for somebody to look at them, since the mapping was changed. */
        offers: z.array(z.object({ id: z.string(), state: z.string(), because: z.string() })),
      }),
    },
    async work(world, { query }) {
      const { at, desk } = world;
      const [progress, budgets, standing, { lags, taken }, runs, offers] = await Promise.all([
        progressOf(at),
        budgetsOf(at),
        standingOfRecords(at, query.count === "now"),
        loadLags({ db: at.db, table: at.records }, Date.now()),
        runsUnderWay(desk),
        plansOffered(desk),
      ]);
      const queues = await queuesOf(world, taken);
      return json(200, { ...standing, budgets, lags, queues, runs, offers, ...progress });
    },
  }),
] as const;
