import type { Polled, PollWorld } from "./poll-changes.ts";
import type { Ref } from "./ports.ts";

/** A change that its webhook lost is noticed within this; so long a sweep rests between two rounds. */
const ROUND_MS = 6 * 3_600_000;

const STOP_BEFORE_MS = 15_000;

/** A page is a thousand opportunities; a message holds what one batch of the worker takes. */
const HINTS_A_MESSAGE = 200;

/**
 * Goes over all opportunities of a system and hints each with all the relations it has, where polls
 * cannot tell that relations changed (decision 0010). What is known is dismissed without a call.
 *
 * A round may take many invocations: the watermark keeps when it began, and how far it is.
 */
export async function sweepRelations(
  world: PollWorld,
  { system, object }: Pick<Ref, "system" | "object">,
): Promise<Polled> {
  const { relationsAfter } = (world.bulkCrms ?? world.crms)[system];
  const name = `${world.mode}#relations#${system}#${object}`;
  let mark = await world.watermarks.load(name);
  const save = async (cursor: { modifiedAtMs: number; id: string }, isDone: boolean) => {
    const next = { cursor, expected: 0, queued: 0, caughtUp: isDone, cutShort: !isDone };
    const version = mark?.version ?? 0;
    if ((await world.watermarks.save(name, next, version)) === "stale") return false;
    mark = { ...next, version: version + 1 };
    return true;
  };
  const nothing = { rows: 0, caughtUp: true };
  if (!relationsAfter) return nothing;
  if (!mark) {
    // The first load reads them all.
    await save({ modifiedAtMs: world.now(), id: "" }, true);
    return nothing;
  }
  const begunAtMs = mark.cursor?.modifiedAtMs ?? 0;
  if (mark.caughtUp && world.now() - begunAtMs < ROUND_MS) return nothing;
  const round = mark.caughtUp
    ? { modifiedAtMs: world.now(), id: "" }
    : { modifiedAtMs: begunAtMs, id: mark.cursor?.id ?? "" };
  let rows = 0;
  let { id } = round;
  while (world.remainingMs() > STOP_BEFORE_MS) {
    const page = await relationsAfter(object, id === "" ? undefined : id);
    const hints = page.rows.map((row) => ({
      ref: { system, object, id: row.id },
      related: row.related,
    }));
    for (let start = 0; start < hints.length; start += HINTS_A_MESSAGE)
      await world.queue.send(hints.slice(start, start + HINTS_A_MESSAGE), {
        lane: "bulk",
        delaySeconds: 0,
        attempt: 0,
      });
    rows += hints.length;
    id = page.next ?? "";
    const isDone = page.next === undefined;
    if (!(await save({ ...round, id }, isDone))) return { rows, caughtUp: false };
    if (isDone) return { rows, caughtUp: true };
  }
  return { rows, caughtUp: false };
}
