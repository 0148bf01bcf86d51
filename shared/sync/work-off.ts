import { Fault } from "./fault.ts";
import type { Hint } from "./ports.ts";
import { type Reconciled, reconcileHints, type WriteCounts } from "./reconcile-hints.ts";
import type { World } from "./subject.ts";

/** Hints as they came out of a queue. */
export interface HintDelivery {
  readonly id: string;
  readonly lane: "live" | "bulk";
  readonly hints: readonly Hint[];
  /** How often these hints have come back. */
  readonly attempt: number;
}

export interface WorkedOff {
  /** Deliveries that the queue is to give out again, and at last to move to its dead letters. */
  readonly failed: readonly string[];
  readonly settled: Readonly<Record<"live" | "bulk", number>>;
  /** Of those settled: whose evidence told nothing new. */
  readonly dismissed: number;
  readonly writes: WriteCounts;
  /** What went wrong on the way, for the log; the hints concerned are queued again. */
  readonly troubles: readonly unknown[];
}

/** Hints that came back this often stay with the queue, which puts them where a person sees them. */
const MAX_ATTEMPTS = 60;

/**
 * Works deliveries off together, since both CRMs take batches. Nothing is ever dropped: a hint is
 * settled, or queued again with a delay, or left to the queue and its dead letters.
 */
export async function workOff(
  world: World,
  deliveries: readonly HintDelivery[],
): Promise<WorkedOff> {
  const spent = deliveries.filter(({ attempt }) => attempt >= MAX_ATTEMPTS);
  const fresh = deliveries.filter(({ attempt }) => attempt < MAX_ATTEMPTS);
  const failed = spent.map(({ id }) => id);
  const settled = { live: 0, bulk: 0 };
  let dismissed = 0;
  const troubles: unknown[] = [];
  const writes = {
    hubspot: { creates: 0, updates: 0 },
    salesforce: { creates: 0, updates: 0 },
  };
  for (const lane of ["live", "bulk"] as const) {
    const ours = fresh.filter((delivery) => delivery.lane === lane);
    if (ours.length === 0) continue;
    const attempt = Math.max(...ours.map((delivery) => delivery.attempt)) + 1;
    const hints = ours.flatMap((delivery) => [...delivery.hints]);
    try {
      const done = await reconcileHints(world, hints);
      await postpone(world, done, lane, attempt);
      settled[lane] += done.settled;
      dismissed += done.dismissed;
      addWrites(writes, done.writes);
    } catch (error) {
      troubles.push(error);
      failed.push(...(await recover(world, ours, hints, { lane, attempt, error })));
    }
  }
  return { failed, settled, dismissed, writes, troubles };
}

async function postpone(
  { queue }: World,
  { postponed }: Reconciled,
  lane: "live" | "bulk",
  attempt: number,
): Promise<void> {
  const byDelay = new Map<number, Hint[]>();
  for (const { hint, afterMs } of postponed) {
    const delaySeconds = Math.ceil(afterMs / 1000);
    byDelay.set(delaySeconds, [...(byDelay.get(delaySeconds) ?? []), hint]);
  }
  for (const [delaySeconds, hints] of byDelay)
    await queue.send(hints, { lane, delaySeconds, attempt });
}

interface Trouble {
  readonly lane: "live" | "bulk";
  readonly attempt: number;
  readonly error: unknown;
}

/**
 * A fault that passes sends all hints again later: a throttle is not an error, it sets the pace. Any
 * other trouble is one hint's, and the batch is halved until it stands alone.
 */
async function recover(
  { queue }: World,
  deliveries: readonly HintDelivery[],
  hints: readonly Hint[],
  { lane, attempt, error }: Trouble,
): Promise<string[]> {
  if (error instanceof Fault && error.disposition === "retry") {
    const delaySeconds = Math.ceil(error.retryAfterMs / 1000);
    await queue.send(hints, { lane, delaySeconds, attempt });
    return [];
  }
  const isHopeless = error instanceof Fault || hints.length === 1;
  if (isHopeless) return deliveries.map(({ id }) => id);
  const middle = Math.ceil(hints.length / 2);
  for (const half of [hints.slice(0, middle), hints.slice(middle)])
    await queue.send(half, { lane, delaySeconds: 1, attempt });
  return [];
}

function addWrites(sum: WriteCounts, more: WriteCounts): void {
  for (const system of ["hubspot", "salesforce"] as const) {
    sum[system].creates += more[system].creates;
    sum[system].updates += more[system].updates;
  }
}
