import { z } from "zod";

/**
 * What the next `commits` commits are told as, in place of their changes: `gap` names the records and
 * not what changed, `wildcard` names not even those, `overflow` only the objects.
 */
export const gapRequest = z.strictObject({
  commits: z.int().min(0),
  as: z.enum(["gap", "wildcard", "overflow"]).default("gap"),
});

export type GapKind = z.infer<typeof gapRequest>["as"];

/** Commits that are to be told without their changes, as after an internal error of the platform. */
export class Gaps {
  #next: z.infer<typeof gapRequest> = { commits: 0, as: "gap" };

  open(request: z.infer<typeof gapRequest>): void {
    this.#next = request;
  }

  /** How the commit at hand is to be told, where it falls into a gap. */
  take(): GapKind | undefined {
    const { commits, as } = this.#next;
    if (commits === 0) return undefined;
    this.#next = { commits: commits - 1, as };
    return as;
  }
}
