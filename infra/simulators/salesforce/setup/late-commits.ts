import { z } from "zod";

/**
 * The next `transactions` that write `object` (any, where it is left out) commit `ms` after their rows
 * were stamped. Until then nobody sees them, while what they write is locked and their unique values
 * are taken: a long-running trigger, or a bulk load.
 */
export const lateness = z.strictObject({
  transactions: z.int().min(0),
  ms: z.int().min(1),
  object: z.string().optional(),
});

export class LateCommits {
  #next: z.infer<typeof lateness> = { transactions: 0, ms: 1 };

  expect(next: z.infer<typeof lateness>): void {
    this.#next = next;
  }

  /** How late a transaction that writes `objects` commits; 0 for at once. */
  take(objects: readonly string[]): number {
    const { transactions, ms, object } = this.#next;
    if (transactions === 0 || !(object === undefined || objects.includes(object))) return 0;
    this.#next = { ...this.#next, transactions: transactions - 1 };
    return ms;
  }
}
