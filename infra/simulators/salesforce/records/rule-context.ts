import type { Database, Transaction } from "./database.ts";
import type { Row, Scalar } from "./exact-json.ts";

/** One row on its way into its table. */
export interface RuleContext {
  readonly database: Database;
  readonly transaction: Transaction;
  /** The row as it will be. A rule may change it before it is saved. */
  readonly row: Record<string, Scalar>;
  readonly before: Row | undefined;
  /** The fields that the caller set. */
  readonly given: ReadonlySet<string>;
}
