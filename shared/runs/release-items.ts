import { SYSTEMS } from "../core/reconcile/system.ts";
import type { Hint } from "../sync/ports.ts";
import { activeLink } from "../sync/record.ts";
import { nowText } from "../sync/subject.ts";
import type { RunWorld } from "./ports.ts";
import type { KeptItem } from "./run.ts";

const MOST_TRIES = 5;

/** Lets the live sync have records again that an undo held; what was undone may be done anew. */
export async function releaseItems(
  { world }: RunWorld,
  undo: string,
  items: readonly KeptItem[],
): Promise<void> {
  const hints = await Promise.all(items.map((item) => release(world, undo, item)));
  const all = hints.flat();
  if (all.length > 0) await world.queue.send(all, { lane: "live", delaySeconds: 0, attempt: 0 });
}

async function release(
  world: RunWorld["world"],
  undo: string,
  { kind, journal }: KeptItem,
): Promise<Hint[]> {
  const id = journal?.recordId ?? "";
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const now = (await world.store.load([{ kind, id }])).get(id);
    if (now?.heldBy !== undo) return [];
    const { heldBy: _, ...free } = now;
    if ((await world.store.save({ ...free, updatedAt: nowText(world) })) === "stale") continue;
    return SYSTEMS.flatMap((system) => {
      const link = activeLink(now, system);
      const because = "it is released again";
      return link ? [{ ref: { system, object: link.object, id: link.id }, because }] : [];
    });
  }
  throw new Error(`record ${id} changes all the time`);
}
