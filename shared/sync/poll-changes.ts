import type { System } from "../core/reconcile/system.ts";
import type {
  ChangedRow,
  Crms,
  Hint,
  HintQueue,
  PollCursor,
  Ref,
  WatermarkStore,
} from "./ports.ts";
import { refKey } from "./ports.ts";

export interface PollWorld {
  readonly crms: Crms;
  /** The same at the pace of a backfill, for reading everything; without it, there is one pace for all. */
  readonly bulkCrms?: Crms;
  readonly queue: HintQueue;
  readonly watermarks: WatermarkStore;
  /** Kept apart from the synchronising watermarks, where Accord runs read-only. */
  readonly mode: "sync" | "observe";
  readonly now: () => number;
  /** The poll stops between two pages when less than this is left to it. */
  readonly remainingMs: () => number;
}

export interface Polled {
  readonly rows: number;
  /** False: there is more to read, and the next poll goes on from here. */
  readonly caughtUp: boolean;
}

/**
 * How far behind its watermark a poll reads again. HubSpot's search index shows a row some seconds
 * after it was written; Salesforce stamps a row when its transaction begins to save and shows it
 * when that commits. Rows read twice are dismissed by their evidence.
 */
const OVERLAP_MS = { hubspot: 60_000, salesforce: 120_000 } as const;

const STOP_BEFORE_MS = 15_000;

/** Hints a message: a bulk message is one batch of calls, a live one leaves room for evidence. */
const HINTS_A_MESSAGE = { live: 100, bulk: 200 } as const;

/**
 * Reads what changed in one object since its watermark, and queues a hint for each row. The watermark
 * moves only when the hints of the page are queued for certain; a crash reads the page again.
 */
export async function pollChanges(
  world: PollWorld,
  { system, object }: { readonly system: System; readonly object: string },
): Promise<Polled> {
  const name = `${world.mode}#${system}#${object}`;
  let mark = await world.watermarks.load(name);
  const isFollowing = mark?.caughtUp === true && !mark.cutShort;
  const start = isFollowing ? behind(mark?.cursor, OVERLAP_MS[system]) : mark?.cursor;
  const crms = mark?.caughtUp ? world.crms : (world.bulkCrms ?? world.crms);
  const read = (from: PollCursor | undefined) => crms[system].changedSince(object, from);
  let rows = 0;
  let coming = read(start);
  for (;;) {
    const page = await coming;
    const goesOn = page.next !== undefined && world.remainingMs() >= STOP_BEFORE_MS;
    // The next page is on its way while this one is queued. Who awaits it hears of its failure.
    if (goesOn) coming = read(page.next);
    coming.catch(() => undefined);
    const firstLoad = !mark?.caughtUp;
    const hints = await queueRows(world.queue, { system, object, rows: page.rows, firstLoad });
    rows += page.rows.length;
    const queued = (mark?.queued ?? 0) + (firstLoad ? hints : 0);
    const last = page.rows.at(-1);
    // A page may hold nothing that it may keep, and still say where the next one starts.
    const reached = page.next ?? (last && { modifiedAtMs: last.modifiedAtMs, id: last.id });
    const mostRead = furthest(mark?.cursor, reached);
    const isFar = (mostRead?.modifiedAtMs ?? 0) < world.now() - OVERLAP_MS[system];
    const next = {
      cursor: mostRead,
      expected: Math.max(mark?.expected ?? 0, queued, firstLoad && !mark ? (page.total ?? 0) : 0),
      queued,
      caughtUp: !firstLoad || page.next === undefined,
      cutShort: page.next !== undefined && isFar,
    };
    const seenVersion = mark?.version ?? 0;
    const isNews =
      !mark ||
      mostRead !== mark.cursor ||
      next.queued !== mark.queued ||
      next.caughtUp !== mark.caughtUp ||
      next.cutShort !== mark.cutShort;
    if (isNews && (await world.watermarks.save(name, next, seenVersion)) === "stale")
      return { rows, caughtUp: false };
    if (!page.next) return { rows, caughtUp: true };
    if (!goesOn) return { rows, caughtUp: false };
    mark = isNews ? { ...next, version: seenVersion + 1 } : mark;
  }
}

function behind(cursor: PollCursor | undefined, overlapMs: number): PollCursor | undefined {
  return cursor && { modifiedAtMs: Math.max(0, cursor.modifiedAtMs - overlapMs), id: "" };
}

/** Reading the overlap again never moves a watermark back. HubSpot's ids are numbers: 9 is before 10. */
function furthest(
  one: PollCursor | undefined,
  other: PollCursor | undefined,
): PollCursor | undefined {
  if (!one || !other) return other ?? one;
  if (one.bulk !== undefined || other.bulk !== undefined) return other;
  const isBehind =
    other.modifiedAtMs === one.modifiedAtMs
      ? other.id.length < one.id.length || (other.id.length === one.id.length && other.id < one.id)
      : other.modifiedAtMs < one.modifiedAtMs;
  return isBehind ? one : other;
}

async function queueRows(
  queue: HintQueue,
  poll: Pick<Ref, "system" | "object"> & { rows: readonly ChangedRow[]; firstLoad: boolean },
): Promise<number> {
  const lane = poll.firstLoad ? "bulk" : "live";
  const hints = poll.rows.flatMap((row) => hintsOf(poll, row));
  const unique = uniqueHints(hints);
  const size = HINTS_A_MESSAGE[lane];
  for (let start = 0; start < unique.length; start += size)
    await queue.send(unique.slice(start, start + size), { lane, delaySeconds: 0, attempt: 0 });
  return unique.length;
}

/** One hint a record; of an opportunity, with all the relations that were seen. */
function uniqueHints(hints: readonly Hint[]): Hint[] {
  const byRef = new Map<string, Hint>();
  for (const hint of hints) {
    const key = refKey(hint.ref);
    const relations = [...(byRef.get(key)?.relations ?? []), ...(hint.relations ?? [])];
    const touches = [...(byRef.get(key)?.touches ?? []), ...(hint.touches ?? [])];
    byRef.set(key, {
      ...hint,
      ...(relations.length > 0 ? { relations } : {}),
      ...(touches.length > 0 ? { touches } : {}),
    });
  }
  return [...byRef.values()];
}

/** A row that relates two records stands for its opportunity, a touch for its person, others for themselves. */
function hintsOf({ system, object }: Pick<Ref, "system" | "object">, row: ChangedRow): Hint[] {
  if (row.relates) return [{ ref: row.relates.opportunity, relations: [row.relates.seen] }];
  if (row.touches) return [{ ref: row.touches.person, touches: [row.touches.seen] }];
  const ref = { system, object, id: row.id };
  return [{ ref, evidence: row.evidence, ...(row.related ? { related: row.related } : {}) }];
}
