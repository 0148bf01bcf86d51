import type { Polled, PollWorld } from "./poll-changes.ts";
import { type Hint, type Ref, refKey } from "./ports.ts";
import type { AccordRecord } from "./record.ts";
import { DELETED } from "./subject.ts";

/** Records of ours that have, or had, a CRM record of one object, page by page. */
export interface LinkPages {
  /** @param after - What the last page gave as `next`. */
  page(
    object: Pick<Ref, "system" | "object">,
    after: string | undefined,
  ): Promise<{ readonly records: readonly AccordRecord[]; readonly next: string | undefined }>;
}

/** So long a sweep rests between two rounds (decision 0013). */
const ROUND_MS = 24 * 3_600_000;

const STOP_BEFORE_MS = 15_000;

/** Of one invocation: a sweep takes its time, and leaves the calls to what is live. */
const MOST_PAGES = 20;

/** Hints a message: what one batch of the worker takes. */
const HINTS_A_MESSAGE = 200;

/**
 * Goes over the CRM records of an object that our records are tied to, and hints those that are gone,
 * and those that were deleted and are back: no poll of HubSpot tells of a deletion, none of Salesforce
 * of one that left the recycle bin. A round may take many invocations.
 */
export async function sweepLinks(
  world: PollWorld & { readonly links: LinkPages },
  of: Pick<Ref, "system" | "object">,
): Promise<Polled> {
  const { watermarks, mode, now, links } = world;
  const name = `${mode}#links#${of.system}#${of.object}`;
  const mark = await watermarks.load(name);
  const save = async (cursor: { modifiedAtMs: number; id: string }, isDone: boolean) => {
    const next = { cursor, expected: 0, queued: 0, caughtUp: isDone, cutShort: !isDone };
    await watermarks.save(name, next, mark?.version ?? 0);
  };
  // The first load looks at them all.
  if (!mark) await save({ modifiedAtMs: now(), id: "" }, true);
  const begunAtMs = mark?.cursor?.modifiedAtMs ?? 0;
  const isResting = mark?.caughtUp && now() - begunAtMs < ROUND_MS;
  if (!mark || isResting) return { rows: 0, caughtUp: true };
  const round = mark.caughtUp ? now() : begunAtMs;
  let after = mark.caughtUp ? undefined : mark.cursor?.id || undefined;
  let rows = 0;
  let isDone = false;
  for (let page = 0; page < MOST_PAGES && world.remainingMs() > STOP_BEFORE_MS; page += 1) {
    const { records, next } = await links.page(of, after);
    await tellOf(world, await changedAmong(world, of, records));
    rows += records.length;
    after = next;
    isDone = next === undefined;
    if (isDone) break;
  }
  await save({ modifiedAtMs: round, id: after ?? "" }, isDone);
  return { rows, caughtUp: isDone };
}

/** Those of the records whose CRM record is not what they take it for. */
async function changedAmong(
  { crms, bulkCrms = crms }: PollWorld,
  { system, object }: Pick<Ref, "system" | "object">,
  records: readonly AccordRecord[],
): Promise<Hint[]> {
  const tied = records.flatMap(({ links }) => {
    const ours = links.filter((link) => link.system === system);
    const living = ours.find(({ ended }) => !ended);
    const lost = ours.filter(({ ended }) => ended?.because === DELETED).at(-1);
    const link = living ?? lost;
    if (link?.object !== object) return [];
    return [{ ref: { system, object, id: link.id }, isHere: link === living }];
  });
  if (tied.length === 0) return [];
  const observed = await bulkCrms[system].observe(tied.map(({ ref }) => ref));
  const because = "a sweep found it to be gone, or back";
  return tied.flatMap(({ ref, isHere }) => {
    const seen = observed.get(refKey(ref));
    return seen && seen.gone === isHere ? [{ ref, because }] : [];
  });
}

async function tellOf({ queue }: PollWorld, hints: readonly Hint[]): Promise<void> {
  for (let start = 0; start < hints.length; start += HINTS_A_MESSAGE)
    await queue.send(hints.slice(start, start + HINTS_A_MESSAGE), {
      lane: "bulk",
      delaySeconds: 0,
      attempt: 0,
    });
}
