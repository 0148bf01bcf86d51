import type { Column } from "./column.ts";
import { ENTRY_COLUMNS } from "./entry-columns.ts";

/** A table of the warehouse: Parquet files under one prefix, by the month in which the rows were added. */
export interface WarehouseTable {
  readonly name: string;
  readonly columns: readonly Column[];
}

export const ENTRIES_TABLE: WarehouseTable = { name: "entries", columns: ENTRY_COLUMNS };

export const WAREHOUSE_TABLES: readonly WarehouseTable[] = [ENTRIES_TABLE];

/** The column that the folders are named by, as Hive does: `posted_month=2026-10`. */
export const PARTITION = "posted_month";

/** Grows when a table's columns change: months that are over are written once in each form. */
export const LAYOUT = "v1";

export const tablePrefix = (table: string) => `${LAYOUT}/${table}/`;

export const monthPrefix = (table: string, month: string) =>
  `${tablePrefix(table)}${PARTITION}=${month}/`;

export const partKey = (table: string, month: string, part: number) =>
  `${monthPrefix(table, month)}part-${String(part).padStart(5, "0")}.parquet`;

/** Apart from the tables, whose engines take every file below their prefix for rows. */
export const manifestKey = (table: string, month: string) =>
  `${LAYOUT}/manifests/${table}/${month}.json`;
