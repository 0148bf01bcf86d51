/**
 * What the cells of a column are. Each is text, in one form: a `decimal` such as `-12.34`, a `whole`
 * number, a `day` `2026-10-31`, a `moment` `2026-10-31T08:00:00.000Z`. None is ever a float.
 */
export const COLUMN_TYPES = ["text", "decimal", "whole", "day", "moment"] as const;

export type ColumnType = (typeof COLUMN_TYPES)[number];

export interface Column {
  /** Small letters and underscores, so that no engine needs it quoted. */
  readonly name: string;
  readonly type: ColumnType;
}

/** A cell for each column; null where there is nothing. */
export type Row = readonly (string | null)[];

/** No currency of ISO 4217 has more digits after the decimal point. */
export const DECIMAL_SCALE = 4;

/** The most that Athena, DuckDB and most others take. */
export const DECIMAL_PRECISION = 38;
