import { randomUUID } from "node:crypto";
import { mapping } from "../../shared/config/mapping.ts";
import type { Crms } from "../../shared/sync/ports.ts";
import type { World } from "../../shared/sync/subject.ts";
import { type HintDelivery, workOff } from "../../shared/sync/work-off.ts";
import { type MemoryHintQueue, memoryHintQueue } from "./memory-hint-queue.ts";
import { type MemoryRecordStore, memoryRecordStore } from "./memory-record-store.ts";

export interface Office extends World {
  readonly store: MemoryRecordStore;
  readonly queue: MemoryHintQueue;
}

export const LEASE_MS = 90_000;

/** All that one Accord has, on these CRMs. */
export function openOffice(
  { crms, now }: { readonly crms: Crms; readonly now: () => number },
  mode: World["mode"] = "sync",
): Office {
  return {
    mapping,
    crms,
    store: memoryRecordStore(),
    queue: memoryHintQueue(now),
    mode,
    now,
    newId: randomUUID,
    leaseMs: () => LEASE_MS,
  };
}

/** More rounds than this is a hint that never settles. */
const MOST_ROUNDS = 60;

/**
 * Works until the queue is empty, letting time pass where hints wait. A worker that dies gets
 * nothing taken off the queue: its messages come again to the next one.
 */
export async function workThrough(
  office: Office,
  { forward }: { readonly forward: (ms: number) => void | Promise<void> },
  {
    arrange = (all) => all,
    worlds = () => office,
  }: {
    readonly arrange?: (due: HintDelivery[]) => HintDelivery[];
    /** The worker of each round, such as one that is about to die. */
    readonly worlds?: (round: number) => World;
  } = {},
): Promise<void> {
  const { queue } = office;
  for (let round = 0; ; round += 1) {
    const dueMs = queue.nextDueMs();
    if (dueMs === undefined) return;
    if (round > MOST_ROUNDS)
      throw new Error(`never settles: ${JSON.stringify(queue.messages().slice(0, 3))}`);
    if (dueMs > office.now()) await forward(dueMs - office.now() + 1);
    const deliveries = arrange(queue.take());
    try {
      const { failed } = await workOff(worlds(round), deliveries);
      const done = deliveries.filter(({ id }) => !failed.includes(id)).map(({ id }) => id);
      queue.takeOff(done);
    } catch {
      // The worker died: what it had taken becomes visible again.
    }
    queue.giveBack();
  }
}
