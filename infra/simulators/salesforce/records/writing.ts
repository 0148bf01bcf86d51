import type { Access } from "./access.ts";
import type { Transaction } from "./database.ts";
import type { Scalar } from "./exact-json.ts";

/** Everything a write needs to know besides the values. */
export interface Writing {
  readonly access: Access;
  readonly transaction: Transaction;
}

/** A row that is not yet in its table. */
export type Draft = Record<string, Scalar>;
