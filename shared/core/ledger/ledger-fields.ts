import type { AfterwardsKind } from "./standing.ts";

/** Where the fields of an opportunity tell of its money, by the names of the mapping. */
export interface LedgerFields {
  readonly won: string;
  readonly amount: string;
  readonly closeDate: string;
  readonly owner: string;
  readonly stage: string;
  /** Fields that tell what became of a won deal: totals, each with the field of its day. */
  readonly afterwards: readonly {
    readonly kind: AfterwardsKind;
    readonly amount: string;
    readonly day: string;
  }[];
}
