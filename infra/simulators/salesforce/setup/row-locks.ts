import { z } from "zod";

/**
 * Rows that somebody else holds. A lock ends when it is let go, after `refusals` refused writes, or
 * `forMs` after it was taken, whichever comes first.
 */
export const lockRequest = z.strictObject({
  recordIds: z.array(z.string()).min(1),
  refusals: z.int().min(1).optional(),
  forMs: z.int().min(1).optional(),
});

interface Lock {
  readonly recordIds: ReadonlySet<string>;
  readonly untilMs: number;
  refusalsLeft: number;
}

/** Locks are held by running transactions, so none of them outlives the process. */
export class RowLocks {
  #locks: Lock[] = [];

  hold({ recordIds, refusals, forMs }: z.infer<typeof lockRequest>, nowMs: number): void {
    this.#locks.push({
      recordIds: new Set(recordIds),
      untilMs: nowMs + (forMs ?? Number.POSITIVE_INFINITY),
      refusalsLeft: refusals ?? Number.POSITIVE_INFINITY,
    });
  }

  /** The first of `ids` that is held. Each answer other than undefined counts as one refusal. */
  refuse(ids: readonly string[], nowMs: number): string | undefined {
    if (this.#locks.length === 0) return undefined;
    this.#locks = this.#locks.filter((each) => each.untilMs > nowMs && each.refusalsLeft > 0);
    for (const lock of this.#locks) {
      const held = ids.find((id) => lock.recordIds.has(id));
      if (held === undefined) continue;
      lock.refusalsLeft -= 1;
      return held;
    }
    return undefined;
  }

  heldIds(nowMs: number): string[] {
    return this.#locks
      .filter((each) => each.untilMs > nowMs && each.refusalsLeft > 0)
      .flatMap((each) => [...each.recordIds]);
  }

  releaseAll(): void {
    this.#locks = [];
  }
}
