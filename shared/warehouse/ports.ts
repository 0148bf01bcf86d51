import type { Row } from "../tabular/column.ts";
import type { WarehouseTable } from "../tabular/warehouse-layout.ts";

/** Where the files lie, by their keys. */
export interface FileStore {
  /** The text of a file; undefined where there is none. */
  readText(key: string): Promise<string | undefined>;
  write(key: string, content: Uint8Array, contentType: string): Promise<void>;
}

/** What a table's rows are read from. */
export interface WarehouseSource {
  readonly table: WarehouseTable;
  /** Nothing was added before. */
  readonly firstMonth: string;
  /**
   * The rows that were added in a month up to a moment, in an order that later rows do not change: they
   * come behind.
   */
  rows(month: string, upTo: string): AsyncIterable<readonly Row[]>;
}

export interface WarehouseWorld {
  readonly files: FileStore;
  readonly sources: readonly WarehouseSource[];
  /** SHA-256 in hexadecimal. */
  readonly digest: (content: Uint8Array) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
