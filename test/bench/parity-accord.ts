import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { mapping } from "../../shared/config/mapping.ts";
import type { Lane } from "../../shared/core/quota/meter.ts";
import { workerPace } from "../../shared/sync/pace.ts";
import { fileMaps } from "../support/kept-map.ts";
import { memoryHintQueue } from "../support/memory-hint-queue.ts";
import { memoryQuotaStore } from "../support/memory-quota-store.ts";
import { memoryRecordStore } from "../support/memory-record-store.ts";
import { memorySweepStore } from "../support/memory-sweep-store.ts";
import { openParityOffice } from "../support/parity-office.ts";
import type { Office } from "../support/work-through.ts";
import { type CrmUrls, openCrms } from "./running-crms.ts";

/** Waits that are shorter are waited out: limits of a second or ten are kept as they are. */
const REAL_WAIT_MS = 15_000;

/** One Accord on these CRMs, with its paces, and time, which it shares with both. */
export function openAccord(urls: CrmUrls, dir: string, mode: Office["mode"]) {
  let aheadMs = 0;
  let skippedMs = 0;
  const now = () => Date.now() + aheadMs;
  const quota = memoryQuotaStore();
  const crmsOf = (lane: Lane) =>
    openCrms(urls, {
      now,
      pace: workerPace({ store: quota, lane, now, sleep, share: () => 1 }),
    });
  const office: Office = {
    mapping,
    crms: crmsOf("bulk"),
    store: memoryRecordStore(fileMaps(join(dir, "records.db"))),
    queue: memoryHintQueue(now),
    mode,
    now,
    newId: randomUUID,
    leaseMs: () => 90_000,
  };
  const forward = async (ms: number) => {
    if (ms < REAL_WAIT_MS) return void (await sleep(ms));
    aheadMs += ms;
    skippedMs += ms;
    for (const url of Object.values(urls)) {
      const body = JSON.stringify({ advanceMs: ms });
      const answer = await fetch(`${url}/_simulator/clock`, { method: "PUT", body });
      if (!answer.ok) throw new Error(await answer.text());
    }
  };
  const sweeps = memorySweepStore(fileMaps(join(dir, "sweeps.db")));
  const parity = openParityOffice(office, { forward, sweeps });
  return {
    office,
    /** The worker of live hints, whose calls are not the sweep's. */
    live: { ...office, crms: crmsOf("live") },
    forward,
    /** Sweeps; how long it took, and how long it would have waited besides. */
    async sweep(meanwhile?: () => Promise<unknown>) {
      const startedMs = performance.now();
      const before = skippedMs;
      const swept = await parity.sweep(meanwhile ? { meanwhile } : {});
      const seconds = (performance.now() - startedMs) / 1000;
      return { ...swept, seconds, waitedSeconds: (skippedMs - before) / 1000 };
    },
  };
}

export type Accord = ReturnType<typeof openAccord>;
export type Swept = Awaited<ReturnType<Accord["sweep"]>>;
