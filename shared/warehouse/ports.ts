import type { Row } from "../tabular/column.ts";
import type { WarehouseTable } from "../tabular/warehouse-layout.ts";

/** Where the files lie, by their keys. */
export interface FileStore {
  /** The text of a file; undefined where there is none. */
  readText(key: string): Promise<string | undefined>;
  write(key: string, content: Uint8Array, contentType: string): Promise<void>;
}

/** The rows of one folder of a table. */
export interface Stretch {
  /** Of the table's partitions, in their order. */
  readonly values: readonly string[];
  /** An instant: every row that was added up to it can be read. */
  readonly upTo: string;
  /** When `upTo` is there, no row is added any more, as far as is known now. */
  readonly end: string;
  /** Those up to `upTo`, in an order that later rows do not change: they come behind. */
  rows(): AsyncIterable<readonly Row[]>;
}

/** What a table's rows are read from. */
export interface WarehouseSource {
  readonly table: WarehouseTable;
  /** @param settled - An instant: whatever was posted by then is there to be seen. */
  stretches(settled: string): Promise<readonly Stretch[]>;
}

export interface WarehouseWorld {
  readonly files: FileStore;
  readonly sources: readonly WarehouseSource[];
  /** SHA-256 in hexadecimal. */
  readonly digest: (content: Uint8Array) => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}
