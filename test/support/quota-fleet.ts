import type { Lane } from "../../shared/core/quota/meter.ts";
import { type WorkerPace, workerPace } from "../../shared/sync/pace.ts";
import type { QuotaStore } from "../../shared/sync/quota.ts";

const START_MS = 1_700_000_000_000;

/** Steps in which the time of a fleet goes on. */
const TICK_MS = 10;

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** Workers on one store, in a time that goes on only when nobody has anything to do. */
export function openFleet(store: QuotaStore) {
  let nowMs = START_MS;
  let changes = 0;
  let sleepers: Sleeper[] = [];
  let underWay = 0;
  const counted: QuotaStore = {
    async change(name, decide) {
      underWay += 1;
      const counting: typeof decide = (meter) => {
        const decided = decide(meter);
        if (decided.next) changes += 1;
        return decided;
      };
      return store.change(name, counting).finally(() => {
        underWay -= 1;
      });
    },
  };
  const sleep = (ms: number) =>
    new Promise<void>((wake) => {
      sleepers.push({ untilMs: nowMs + ms, wake });
    });
  const settled = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (underWay > 0);
  };
  return {
    now: () => nowMs,
    sleep,
    /** Writes that all workers made. */
    changes: () => changes,
    worker: (lane: Lane, share = 1): WorkerPace =>
      workerPace({ store: counted, lane, now: () => nowMs, sleep, share: () => share }),
    async pass(ms: number): Promise<void> {
      const untilMs = nowMs + ms;
      await settled();
      while (nowMs < untilMs) {
        nowMs += TICK_MS;
        const due = sleepers.filter((one) => one.untilMs <= nowMs);
        sleepers = sleepers.filter((one) => one.untilMs > nowMs);
        for (const { wake } of due) wake();
        if (due.length > 0) await settled();
      }
    },
  };
}

export type Fleet = ReturnType<typeof openFleet>;
