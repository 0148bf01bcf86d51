import { setTimeout as sleep } from "node:timers/promises";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { ArchiveResult, Ref } from "../sync/ports.ts";
import { COLLECTION_ROWS, deleteCollection } from "./collection.ts";
import type { OrgContext } from "./org-context.ts";
import { ROW_LOCKED, rowFailure } from "./row-error.ts";

const TRIES = 3;
const LOCK_PAUSE_MS = 300;

/** Moves records into the recycle bin, from which they can be undeleted for 15 days. */
export async function archive(
  { org }: OrgContext,
  refs: readonly Ref[],
): Promise<readonly ArchiveResult[]> {
  const results = new Map<Ref, ArchiveResult>();
  let open = refs;
  for (let round = 1; open.length > 0; round += 1) {
    const sent = await inParallel(chunksOf(open, COLLECTION_ROWS), async (piece) => {
      const ids = piece.map(({ id }) => id);
      const outcomes = await deleteCollection(org, "delete records", ids);
      return piece.map((ref, index) => ({ ref, error: outcomes[index]?.errors[0] }));
    });
    const isLocked = (code: string | undefined) => code === ROW_LOCKED && round < TRIES;
    const again = sent.flat().filter(({ error }) => isLocked(error?.statusCode));
    for (const { ref, error } of sent.flat())
      results.set(ref, {
        ref,
        failed: error && !isGone(error.statusCode) ? rowFailure(error, {}) : undefined,
      });
    open = again.map(({ ref }) => ref);
    if (open.length > 0) await sleep(LOCK_PAUSE_MS * round);
  }
  return refs.flatMap((ref) => results.get(ref) ?? []);
}

/** Somebody else was faster. */
const isGone = (code: string) => code === "ENTITY_IS_DELETED";
