/**
 * Backfills and live edits against the HubSpot simulator at HubSpot's real limits, each worker with its own
 * pace, all on one meter in DynamoDB: how near the backfills come to the limit, whether HubSpot ever has to
 * refuse, and whether live edits take longer than on an idle system. One edit reads and writes a contact.
 *
 * node test/bench/quota.ts [seconds]
 */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { startHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import type { Lane } from "../../shared/core/quota/meter.ts";
import { dynamoQuotaStore } from "../../shared/dynamodb/quota-store.ts";
import { hubspotCrm } from "../../shared/hubspot/hubspot-crm.ts";
import { workerPace } from "../../shared/sync/pace.ts";
import type { Crm, Ref } from "../../shared/sync/ports.ts";
import type { QuotaStore } from "../../shared/sync/quota.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";

const SECONDS = Number(process.argv[2] ?? 60);
/** Until the first window is full, a backfill is held back by nothing but its pace. */
const WARM_UP_SECONDS = 12;
const BULK_WORKERS = 3;
const EDIT_EVERY_MS = 700;
const ALLOWED_A_SECOND = 19;

const simulator = await startHubspotSimulator({ port: 0, delay: { minMs: 150, maxMs: 400 } });
const ids = Array.from({ length: 1000 }, (_, index) => String(index + 1));
simulator.seed(
  "contacts",
  ids.map((id) => ({ id, properties: { firstname: "Ann" } })),
);
const dynamo = await openDynamoTables();
let writes = 0;
const store = dynamoQuotaStore(dynamo.db, dynamo.tables.records);

function counted(inner: QuotaStore): QuotaStore {
  return {
    change: (name, decide) =>
      inner.change(name, (meter) => {
        const decided = decide(meter);
        if (decided.next) writes += 1;
        return decided;
      }),
  };
}

function openWorker(lane: Lane): Crm {
  return hubspotCrm({
    baseUrl: simulator.url,
    credentials: async () => ({ accessToken: "any" }),
    shapes: wireShapes(mapping, "hubspot"),
    now: Date.now,
    pace: workerPace({
      store: lane === "bulk" ? counted(store) : store,
      lane,
      now: Date.now,
      sleep,
      share: () => 1,
    }),
  });
}

const refOf = (id: string): Ref => ({ system: "hubspot", object: "contacts", id });

const stats = z.object({ byStatus: z.record(z.string(), z.number()) });

async function callsByStatus() {
  const answer = await fetch(`${simulator.url}/_simulator/stats`);
  const { byStatus } = stats.parse(await answer.json());
  const all = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  // Nothing else is refused here.
  const refused = byStatus["4xx"] ?? 0;
  return { taken: all - refused, refused };
}

/** Edits one after the other for so long, as live changes come; how long each took. */
async function edits(live: Crm, seconds: number): Promise<number[]> {
  const untilMs = Date.now() + seconds * 1000;
  const took: Promise<number>[] = [];
  for (let edit = 0; Date.now() < untilMs; edit += 1) {
    took.push(editOnce(live, String((edit % 1000) + 1), edit));
    await sleep(EDIT_EVERY_MS);
  }
  return Promise.all(took);
}

async function editOnce(live: Crm, id: string, edit: number): Promise<number> {
  const startMs = performance.now();
  await live.observe([refOf(id)]);
  const properties = { firstname: `Ann ${edit}` };
  await live.write([{ recordId: `record-${id}`, object: "contacts", id, properties }]);
  return performance.now() - startMs;
}

/** Reads pages of 100, four at once, until it is told to stop. */
async function backfill(crm: Crm, stop: AbortSignal): Promise<void> {
  const reader = async () => {
    while (!stop.aborted) await crm.observe(ids.slice(0, 100).map(refOf));
  };
  await Promise.all([reader(), reader(), reader(), reader()]);
}

const p95 = (times: readonly number[]) =>
  times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.95)] ?? Number.NaN;

const live = openWorker("live");
await editOnce(live, "1", 0);
const idle = await edits(live, SECONDS);

const stop = new AbortController();
const fills = Array.from({ length: BULK_WORKERS }, () => backfill(openWorker("bulk"), stop.signal));
await sleep(WARM_UP_SECONDS * 1000);
const before = await callsByStatus();
const writesBefore = writes;
const startMs = performance.now();
const busy = await edits(live, SECONDS);
const after = await callsByStatus();
const lastedSeconds = (performance.now() - startMs) / 1000;
const written = writes - writesBefore;
stop.abort();
await Promise.all(fills);

const calls = after.taken - before.taken;
const liveCalls = busy.length * 2;
const rate = calls / lastedSeconds / ALLOWED_A_SECOND;
const bulkRate = (calls - liveCalls) / (lastedSeconds * ALLOWED_A_SECOND - liveCalls);
const each = written / (calls - liveCalls);
const slower = p95(busy) / p95(idle);
const rows: [string, string, string, boolean][] = [
  ["all calls, of what the limit allows", rate.toFixed(3), "≥ 0.90", rate >= 0.9],
  ["backfills' calls, of what live leaves", bulkRate.toFixed(3), "≥ 0.90", bulkRate >= 0.9],
  ["calls that HubSpot refused (429)", String(after.refused), "= 0", after.refused === 0],
  ["live edits' p95, over an idle system's", slower.toFixed(3), "≤ 1.20", slower <= 1.2],
  ["backfills' writes of the meter a call", each.toFixed(3), "≤ 0.25", each <= 0.25],
];
for (const [what, figure, budget, holds] of rows) {
  console.log(what.padEnd(42), figure.padStart(8), " ", budget, holds ? "yes" : "NO");
  if (!holds) process.exitCode = 1;
}
console.log(`${busy.length} edits beside ${BULK_WORKERS} backfills, ${idle.length} alone`);
await dynamo.stop();
await simulator.stop();
