import type { System } from "../core/reconcile/system.ts";
import type { AccordRecord } from "../sync/record.ts";

/** The reconciled records of opportunities, as the ledger needs them. */
export interface Opportunities {
  load(ids: readonly string[]): Promise<readonly AccordRecord[]>;
  /** Those whose id begins with the shard, `0` to `f`, page by page. */
  inShard(shard: string): AsyncIterable<readonly AccordRecord[]>;
  /** All of them, a hundred at a time, behind the place that the page before ended at. */
  page(after: string | undefined): Promise<{
    readonly records: readonly AccordRecord[];
    readonly next?: string;
  }>;
  /** Our ids by those of a CRM's deals; of one that no record holds, none. */
  byCrmId(system: System, ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
