import { mapping } from "../../shared/config/mapping.ts";
import type { Observation, Ref } from "../../shared/sync/ports.ts";
import { activeLink } from "../../shared/sync/record.ts";
import type { World } from "../../shared/sync/subject.ts";
import { workOff } from "../../shared/sync/work-off.ts";
import { memoryHintQueue } from "./memory-hint-queue.ts";
import { memoryRecordStore } from "./memory-record-store.ts";
import { NOW_MS, stillCrm } from "./sync-builders.ts";
import { newWatch, watched } from "./watched-world.ts";

/** More rounds than this is a hint that never settles. */
const MOST_ROUNDS = 40;

/** Both CRMs as they stand, watched by an Accord that writes nothing to them. Time passes as it waits. */
export function openStillWorld(records: readonly Observation[]) {
  const clock = { nowMs: NOW_MS };
  const now = () => clock.nowMs;
  const store = memoryRecordStore();
  const queue = memoryHintQueue(now);
  let ids = 0;
  let standing = records;
  const crm = (system: Ref["system"]) => ({
    ...stillCrm(system, []),
    observe: (refs: readonly Ref[]) => stillCrm(system, standing).observe(refs),
    find: async (objects: readonly string[]) =>
      standing.filter(({ ref, gone }) => objects.includes(ref.object) && !gone),
  });
  const world: World = {
    mapping,
    crms: { hubspot: crm("hubspot"), salesforce: crm("salesforce") },
    store,
    queue,
    mode: "observe",
    now,
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    leaseMs: () => 90_000,
  };
  let worker = world;
  return {
    /** The next worker dies at the end of its call number `diesAt`; the one after it lives. */
    letDie(diesAt: number): { readonly isDead: boolean; readonly calls: number } {
      const watch = newWatch();
      worker = watched(world, watch, diesAt);
      return watch;
    },
    world,
    store,
    queue,
    /** What both CRMs hold from now on. */
    change: (next: readonly Observation[]) => {
      standing = next;
    },
    /** Hints of these, one message for each group, and works until nothing waits. */
    async tell(...groups: readonly (readonly Ref[])[]): Promise<void> {
      for (const refs of groups.filter(({ length }) => length > 0)) {
        const hints = refs.map((ref) => ({ ref }));
        await queue.send(hints, { lane: "live", delaySeconds: 0, attempt: 0 });
        await drain();
      }
    },
    /** Every record by what it is made of, so that two worlds can be compared. */
    standings: () =>
      store
        .records()
        .filter(({ status }) => status !== "merged")
        .map((record) => ({
          hubspot: activeLink(record, "hubspot")?.id ?? "",
          salesforce: activeLink(record, "salesforce")?.id ?? "",
          status: record.status,
          candidates: record.candidates.map(({ id }) => id).sort(),
        }))
        .sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
  };

  async function drain(): Promise<void> {
    for (let round = 0; queue.nextDueMs() !== undefined; round += 1) {
      if (round > MOST_ROUNDS)
        throw new Error(`never settles: ${JSON.stringify(queue.messages())}`);
      clock.nowMs = Math.max(clock.nowMs, queue.nextDueMs() ?? 0);
      const deliveries = queue.take();
      try {
        const { failed, troubles } = await workOff(worker, deliveries);
        if (failed.length > 0) throw troubles[0];
        queue.takeOff(deliveries.map(({ id }) => id));
      } catch (error) {
        if (worker === world) throw error;
        worker = world;
      }
      queue.giveBack();
    }
  }
}
