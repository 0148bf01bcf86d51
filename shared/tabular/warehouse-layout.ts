import type { Column } from "./column.ts";
import { CREDIT_COLUMNS } from "./credit-columns.ts";
import { ENTRY_COLUMNS } from "./entry-columns.ts";

/** A month in which rows were added, `2026-10`; or a version that a query has to name, `first@d8750543`. */
type PartitionType = "month" | "named";

/** A column that the folders are named by, as Hive does: `posted_month=2026-10`. */
interface Partition {
  readonly name: string;
  readonly type: PartitionType;
}

/** A table of the warehouse: Parquet files under one prefix, in a folder for each of its partitions. */
export interface WarehouseTable {
  readonly name: string;
  readonly columns: readonly Column[];
  /** From the outer folder to the inner one. */
  readonly partitions: readonly Partition[];
}

const POSTED_MONTH: Partition = { name: "posted_month", type: "month" };

export const ENTRIES_TABLE: WarehouseTable = {
  name: "entries",
  columns: ENTRY_COLUMNS,
  partitions: [POSTED_MONTH],
};

/** By version: every model credits the same money, and whoever adds up several has it several times. */
export const CREDITS_TABLE: WarehouseTable = {
  name: "credits",
  columns: CREDIT_COLUMNS,
  partitions: [{ name: "model_version", type: "named" }, POSTED_MONTH],
};

export const WAREHOUSE_TABLES: readonly WarehouseTable[] = [ENTRIES_TABLE, CREDITS_TABLE];

/** Grows when a table's columns change: months that are over are written once in each form. */
export const LAYOUT = "v1";

export const tablePrefix = (table: string) => `${LAYOUT}/${table}/`;

/** @param values - Of the table's partitions, in their order. */
export function partitionPrefix(
  { name, partitions }: WarehouseTable,
  values: readonly string[],
): string {
  const folders = partitions.map((one, index) => `${one.name}=${values[index]}/`);
  return `${tablePrefix(name)}${folders.join("")}`;
}

export const partKey = (table: WarehouseTable, values: readonly string[], part: number) =>
  `${partitionPrefix(table, values)}part-${String(part).padStart(5, "0")}.parquet`;

/** Apart from the tables, whose engines take every file below their prefix for rows. */
export const manifestKey = ({ name }: WarehouseTable, values: readonly string[]) =>
  `${LAYOUT}/manifests/${name}/${values.join("/")}.json`;
