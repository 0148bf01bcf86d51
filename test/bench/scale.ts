/**
 * Two CRMs of 100,000 persons each, half of them shared, brought together by the use cases and adapters
 * that the functions run, over HTTP, against the simulators in a process of their own: how many are
 * linked, whether anybody is there twice, what it cost in calls, and whether memory stays flat.
 *
 * DynamoDB is a file of SQLite here that has passed the record store's contract: the embedded DynamoDB
 * takes most of the time of a local run, and none of its memory is the worker's.
 *
 * node test/bench/scale.ts [count]
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { CUSTOM_FIELDS } from "../../shared/config/custom-fields.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { POLLED_OBJECTS } from "../../shared/config/polled-objects.ts";
import { Fault } from "../../shared/sync/fault.ts";
import { pollChanges } from "../../shared/sync/poll-changes.ts";
import type { Crms } from "../../shared/sync/ports.ts";
import { prepareCrms } from "../../shared/sync/prepare-crms.ts";
import { workOff } from "../../shared/sync/work-off.ts";
import { querySalesforce } from "../support/crm-reader.ts";
import { fileMaps } from "../support/kept-map.ts";
import { memoryHintQueue } from "../support/memory-hint-queue.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { memoryWatermarkStore } from "../support/memory-watermark-store.ts";
import { openCrms, runCrms, seedRecords } from "./running-crms.ts";
import { scaleData, scaleExpectation } from "./scale-data.ts";

const COUNT = Number(process.argv[2] ?? 100_000);
const PEAK_LIMIT_MIB = 1024;
/** ARCHITECTURE, budgets: what reads and collections alone cost, and what Accord allows itself. */
const CALLS_LIMIT = 0.013;

const mib = () => process.memoryUsage().rss / 1024 / 1024;

/** Polls every object page by page, and works each page off before the next, as the bulk queue paces it. */
async function bringTogether(crms: Crms, dir: string) {
  const store = memoryRecordStore(fileMaps(join(dir, "records.db")));
  const queue = memoryHintQueue(Date.now);
  const watermarks = memoryWatermarkStore();
  const world = {
    mapping,
    crms,
    store,
    queue,
    mode: "sync" as const,
    now: Date.now,
    newId: randomUUID,
    leaseMs: () => 60_000,
  };
  const writes = { creates: 0, updates: 0 };
  let hints = 0;
  let peakMiB = 0;
  const drain = async () => {
    for (;;) {
      const dueMs = queue.nextDueMs();
      if (dueMs === undefined) return;
      if (dueMs > Date.now())
        await new Promise((resolve) => setTimeout(resolve, dueMs - Date.now()));
      for (const delivery of queue.take()) {
        const done = await workOff(world, [delivery]);
        for (const trouble of done.troubles) {
          if (!(trouble instanceof Fault)) throw trouble;
          console.log(`${trouble.code}: ${trouble.message}`);
        }
        if (done.failed.length > 0) throw new Error("a message would go to the dead letters");
        queue.takeOff([delivery.id]);
        hints += delivery.hints.length;
        for (const { creates, updates } of Object.values(done.writes)) {
          writes.creates += creates;
          writes.updates += updates;
        }
        peakMiB = Math.max(peakMiB, mib());
      }
    }
  };
  const startedMs = performance.now();
  for (let round = 0, before = -1; before !== writes.creates + writes.updates; round += 1) {
    before = writes.creates + writes.updates;
    for (const polled of POLLED_OBJECTS) {
      // A page a call in the first round: the queue then holds no more than a page.
      const remainingMs = () => (round === 0 ? 0 : Number.POSITIVE_INFINITY);
      for (let caughtUp = false; !caughtUp; ) {
        const one = await pollChanges({ ...world, watermarks, remainingMs }, polled);
        caughtUp = one.caughtUp;
        await drain();
      }
      const seconds = (performance.now() - startedMs) / 1000;
      const said = `round ${round} ${polled.system} ${polled.object}`;
      console.log(`${said}: ${hints} hints, ${seconds.toFixed(0)} s, ${mib().toFixed(0)} MiB`);
    }
  }
  return { writes, hints, peakMiB, seconds: (performance.now() - startedMs) / 1000, store };
}

const counted = z.object({ rows: z.number(), ids: z.number() });

async function countIn(url: string, object: string) {
  const soql = `SELECT COUNT(Id) rows, COUNT_DISTINCT(Accord_Id__c) ids FROM ${object} WHERE Accord_Id__c != null`;
  const [row] = await querySalesforce(url, soql);
  return counted.parse(row);
}

function check(what: string, is: number, wanted: number): void {
  console.log(`${what}: ${is}${is === wanted ? "" : `, expected ${wanted}`}`);
  if (is !== wanted) process.exitCode = 1;
}

async function main(): Promise<void> {
  const running = await runCrms();
  const { dir, urls } = running;
  try {
    for (const { system, object, rows } of scaleData(COUNT))
      await seedRecords(urls[system], object, rows());
    const crms = openCrms(urls);
    const { refused } = await prepareCrms(crms, { mapping, wanted: CUSTOM_FIELDS, apply: true });
    if (refused.length > 0) throw new Error(JSON.stringify(refused));
    const before = { hubspot: crms.hubspot.callsMade(), salesforce: crms.salesforce.callsMade() };
    const { writes, peakMiB, seconds, store } = await bringTogether(crms, dir);
    const wanted = scaleExpectation(COUNT);
    const linked = [...store.eachRecord()].filter(({ status }) => status === "linked").length;
    check("persons linked", linked, wanted.linked);
    const leads = await countIn(urls.salesforce, "Lead");
    const contacts = await countIn(urls.salesforce, "Contact");
    check("Salesforce records with our id", leads.rows + contacts.rows, wanted.linked);
    check("  of them with an id of their own", leads.ids + contacts.ids, wanted.linked);
    check("created", writes.creates, wanted.leadsCreated);
    const records = 2 * COUNT;
    for (const system of ["hubspot", "salesforce"] as const) {
      const calls = crms[system].callsMade() - before[system];
      const each = (calls / records).toFixed(4);
      console.log(`${system}: ${calls} calls, ${each} a record (budget ${CALLS_LIMIT})`);
    }
    console.log(`${seconds.toFixed(0)} s, ${(records / seconds).toFixed(0)} records a second`);
    console.log(`worker: ${peakMiB.toFixed(0)} MiB at its peak (limit ${PEAK_LIMIT_MIB})`);
    console.log(`simulators: ${running.peakMiB().toFixed(0)} MiB at their peak`);
    if (peakMiB > PEAK_LIMIT_MIB) process.exitCode = 1;
  } finally {
    await running.stop();
  }
}

await main();
