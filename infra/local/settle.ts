import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { POLLED_OBJECTS } from "../../shared/config/polled-objects.ts";
import type { Host } from "./host/host.ts";
import type { Progress } from "./progress.ts";
import { fetchProgress, type LocalApi, type PollProgress } from "./status.ts";

const polled = z.object({ rows: z.number(), caughtUp: z.boolean() });

const WORK_QUEUES = /(live|bulk|runs)$/;
const DEAD_QUEUES = /dead$/;

/** A full round of polls that causes no write ends the run; this many that do are a bug. */
const MAX_ROUNDS = 25;

/**
 * HubSpot's search shows a change some seconds after it was made, and what HubSpot makes of a write of
 * ours (the date of a stage) is told by nothing else. A round before that would end the run too early.
 */
const SEARCH_LAG_MS = 6_000;

/**
 * Polls every object until all of it is read and worked off, round after round, until a round finds
 * nothing to write: by then both sides are at the same state. Looks at Accord alone, never into a CRM.
 */
export async function settle(
  host: Host,
  api: LocalApi,
  { mode, progress }: { readonly mode: string; readonly progress: Progress },
): Promise<void> {
  const start = await fetchProgress(api);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const before = await fetchProgress(api);
    const ended = { yet: false };
    const showing = show(api, { mode, start, progress }, ended);
    try {
      for (const object of POLLED_OBJECTS) await pollToTheEnd(host, object);
      await drained(host);
    } finally {
      ended.yet = true;
      await showing;
    }
    const after = await fetchProgress(api);
    if (writes(before) !== writes(after)) {
      await sleep(SEARCH_LAG_MS);
      continue;
    }
    if (round === 0) continue;
    const total = expected(after, mode);
    progress.update(total, total);
    return;
  }
  throw new Error("both sides keep changing; the last rounds of polls all had something to write");
}

async function pollToTheEnd(host: Host, object: (typeof POLLED_OBJECTS)[number]): Promise<void> {
  for (;;) {
    const answer = polled.parse(await host.invoke("poll-changes", object));
    if (answer.caughtUp) return;
  }
}

/** Empty twice in a row: a message may be on its way between two queues, or a webhook to us; and posted. */
async function drained(host: Host): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    await sleep(300);
    const left = (await depth(host, WORK_QUEUES)) + (await host.streamsBehind());
    quiet = left === 0 ? quiet + 1 : 0;
  }
}

async function depth(host: Host, names: RegExp): Promise<number> {
  const depths = Object.entries(await host.queueDepths()).filter(([name]) => names.test(name));
  return depths.reduce(
    (sum, [, { visible, inFlight, delayed }]) => sum + visible + inFlight + delayed,
    0,
  );
}

export function deadLetters(host: Host): Promise<number> {
  return depth(host, DEAD_QUEUES);
}

const WRITES = [
  "hubspotCreates",
  "hubspotUpdates",
  "salesforceCreates",
  "salesforceUpdates",
] as const;

/** Writes made so far. An observing run makes none, and so ends with its second round. */
function writes({ counts }: PollProgress): number {
  return WRITES.reduce((sum, name) => sum + (counts[name] ?? 0), 0);
}

async function show(
  api: LocalApi,
  { mode, start, progress }: { mode: string; start: PollProgress; progress: Progress },
  ended: { yet: boolean },
): Promise<void> {
  while (!ended.yet) {
    await sleep(500);
    const { polls, counts } = await fetchProgress(api);
    const total = expected({ polls }, mode);
    const already = start.counts["bulkHints"] ?? 0;
    const done = Math.min((counts["bulkHints"] ?? 0) - (mode === "sync" ? 0 : already), total);
    progress.update(done, total);
  }
}

/** Hints that the first load of this mode makes, as far as its polls know yet. */
function expected({ polls }: Pick<PollProgress, "polls">, mode: string): number {
  const ours = polls.filter(({ name }) => name.startsWith(`${mode}#`));
  return ours.reduce((sum, poll) => sum + poll.expected, 0);
}
