import { Fault } from "./fault.ts";
import type { Lag } from "./lag.ts";
import { CUT_SHORT, type Hint, lookAgain, refKey } from "./ports.ts";
import { reconcileHints, type WriteCounts } from "./reconcile-hints.ts";
import type { World } from "./subject.ts";

/** Hints as they came out of a queue. */
export interface HintDelivery {
  readonly id: string;
  readonly lane: "live" | "bulk";
  readonly hints: readonly Hint[];
  /** How often these hints have come back. */
  readonly attempt: number;
  /** The queue gave it out before, to a worker that did not end. */
  readonly isRepeated?: boolean;
  /** When it was put on the queue, in epoch milliseconds. */
  readonly sentAtMs?: number;
}

export interface WorkedOff {
  /** Deliveries that the queue is to give out again, and at last to move to its dead letters. */
  readonly failed: readonly string[];
  readonly settled: Readonly<Record<"live" | "bulk", number>>;
  /** Of those settled: whose evidence told nothing new. */
  readonly dismissed: number;
  readonly writes: WriteCounts;
  readonly lags: readonly Lag[];
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
  const lags: Lag[] = [];
  const writes = {
    hubspot: { creates: 0, updates: 0 },
    salesforce: { creates: 0, updates: 0 },
  };
  for (const lane of ["live", "bulk"] as const) {
    const ours = fresh.filter((delivery) => delivery.lane === lane);
    if (ours.length === 0) continue;
    const done = newLook();
    await lookInHalves(world, ours.flatMap(hintsToLook), done);
    troubles.push(...done.troubles);
    // What nobody waits for is not late.
    if (lane === "live") lags.push(...done.lags);
    addWrites(writes, done.writes);
    if (done.isHopeless) {
      failed.push(...ours.map(({ id }) => id));
      continue;
    }
    const alone = ours.filter((delivery) => isAlone(delivery, done.failedAlone));
    failed.push(...alone.map(({ id }) => id));
    const backed = new Set(alone.flatMap(({ hints }) => hints.map(({ ref }) => refKey(ref))));
    await postpone(
      world.queue,
      done.later.filter(({ hint }) => !backed.has(refKey(hint.ref))),
      { lane, deliveries: ours },
    );
    settled[lane] += done.settled;
    dismissed += done.dismissed;
  }
  return { failed, settled, dismissed, writes, lags, troubles };
}

/** What was told before the worker stopped may be half done: evidence of it dismisses nothing. */
function hintsToLook({ hints, isRepeated, sentAtMs }: HintDelivery): readonly Hint[] {
  const timed =
    sentAtMs === undefined ? hints : hints.map((one) => ({ sinceMs: sentAtMs, ...one }));
  return isRepeated ? timed.map(afterCut) : timed;
}

function afterCut(hint: Hint): Hint {
  return lookAgain(hint, CUT_SHORT);
}

interface Later {
  readonly hint: Hint;
  readonly afterMs: number;
}

interface Look {
  settled: number;
  dismissed: number;
  isHopeless: boolean;
  readonly writes: WriteCounts;
  readonly lags: Lag[];
  readonly later: Later[];
  readonly failedAlone: Set<string>;
  readonly troubles: unknown[];
}

function newLook(): Look {
  const none = () => ({ creates: 0, updates: 0 });
  return {
    settled: 0,
    dismissed: 0,
    isHopeless: false,
    writes: { hubspot: none(), salesforce: none() },
    lags: [],
    later: [],
    failedAlone: new Set(),
    troubles: [],
  };
}

/** Two bad hints among two hundred are found within this; more is no trouble of single hints. */
const MOST_TROUBLES = 20;

const TROUBLE_MS = 1000;

/**
 * A fault that passes sends all hints again later: a throttle is not an error, it sets the pace. One
 * that only a person can end leaves them to the queue. Any other trouble is one hint's: the batch is
 * halved, here and now, until that hint stands alone and its neighbours are settled.
 */
async function lookInHalves(world: World, hints: readonly Hint[], look: Look): Promise<void> {
  try {
    const done = await reconcileHints(world, hints);
    look.settled += done.settled;
    look.dismissed += done.dismissed;
    look.later.push(...done.postponed);
    look.lags.push(...done.lags);
    addWrites(look.writes, done.writes);
  } catch (error) {
    look.troubles.push(error);
    const isFault = error instanceof Fault;
    if (isFault && error.disposition === "give-up") look.isHopeless = true;
    else if (isFault || look.troubles.length > MOST_TROUBLES) {
      const afterMs = isFault ? error.retryAfterMs : TROUBLE_MS;
      look.later.push(...hints.map((hint) => ({ hint: afterCut(hint), afterMs })));
    } else if (hints.length === 1) {
      for (const { ref } of hints) look.failedAlone.add(refKey(ref));
      look.later.push(...hints.map((hint) => ({ hint: afterCut(hint), afterMs: TROUBLE_MS })));
    } else {
      const middle = Math.ceil(hints.length / 2);
      for (const half of [hints.slice(0, middle), hints.slice(middle)])
        if (!look.isHopeless) await lookInHalves(world, half, look);
    }
  }
}

/** A message of one bad hint stays with the queue, which puts it where a person sees it. */
function isAlone({ hints }: HintDelivery, failedAlone: ReadonlySet<string>): boolean {
  return hints.length === 1 && hints.every(({ ref }) => failedAlone.has(refKey(ref)));
}

/** The first wait of a hint that comes back, and the longest: a CRM may be away for hours. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 300_000;

/** Queues hints again, each under its own count of attempts, and later each time. */
async function postpone(
  queue: World["queue"],
  later: readonly Later[],
  { lane, deliveries }: Pick<HintDelivery, "lane"> & { deliveries: readonly HintDelivery[] },
): Promise<void> {
  const attempts = new Map<string, number>();
  for (const { hints, attempt } of deliveries)
    for (const { ref } of hints)
      attempts.set(refKey(ref), Math.max(attempt, attempts.get(refKey(ref)) ?? 0));
  const waits = later.map(({ hint, afterMs }) => {
    const attempt = (attempts.get(refKey(hint.ref)) ?? 0) + 1;
    const growingMs = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
    return { hint, attempt, delaySeconds: Math.ceil(Math.max(afterMs, growingMs) / 1000) };
  });
  const groups = Map.groupBy(waits, ({ attempt, delaySeconds }) => `${attempt} ${delaySeconds}`);
  for (const [first, ...others] of groups.values()) {
    if (!first) continue;
    const { attempt, delaySeconds } = first;
    const hints = [first, ...others].map(({ hint }) => hint);
    await queue.send(hints, { lane, delaySeconds, attempt });
  }
}

function addWrites(sum: WriteCounts, more: WriteCounts): void {
  for (const system of ["hubspot", "salesforce"] as const) {
    sum[system].creates += more[system].creates;
    sum[system].updates += more[system].updates;
  }
}
