import { ParquetWriter, type Writer } from "hyparquet-writer";
import {
  type Column,
  type ColumnType,
  DECIMAL_PRECISION,
  DECIMAL_SCALE,
  type Row,
} from "./column.ts";

/** Rows are encoded so many at a time: what a file holds decides its bytes, and not how it came in. */
const ROWS_A_GROUP = 10_000;

type Schema = ConstructorParameters<typeof ParquetWriter>[0]["schema"];

const ELEMENTS: Readonly<Record<ColumnType, Omit<Schema[number], "name">>> = {
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
  decimal: {
    type: "FIXED_LEN_BYTE_ARRAY",
    type_length: 16,
    converted_type: "DECIMAL",
    precision: DECIMAL_PRECISION,
    scale: DECIMAL_SCALE,
  },
  whole: { type: "INT64" },
  day: { type: "INT32", converted_type: "DATE" },
  moment: { type: "INT64", converted_type: "TIMESTAMP_MILLIS" },
};

const DAY_MS = 86_400_000;

/** A Parquet file that takes rows as they come. The same rows are the same bytes. */
export interface ParquetFile {
  write(rows: readonly Row[]): Promise<void>;
  /** Ends the file; nothing may be written afterwards. */
  finish(): Promise<void>;
}

/** @param writer - Where the bytes go: hyparquet's own, into a file or the memory. */
export function openParquet(writer: Writer, columns: readonly Column[]): ParquetFile {
  const schema: Schema = [
    { name: "row", num_children: columns.length },
    ...columns.map(({ name, type }) => ({
      name,
      repetition_type: "OPTIONAL" as const,
      ...ELEMENTS[type],
    })),
  ];
  const file = new ParquetWriter({ writer, schema, createdBy: "accord" });
  let waiting: Row[] = [];
  const flush = async () => {
    const columnData = columns.map(({ name, type }, index) => ({
      name,
      data: waiting.map((row) => stored(type, row[index] ?? null)),
    }));
    await file.write({ columnData, rowGroupSize: ROWS_A_GROUP });
    waiting = [];
  };
  return {
    async write(rows) {
      for (const row of rows) {
        waiting.push(row);
        if (waiting.length === ROWS_A_GROUP) await flush();
      }
    },
    async finish() {
      if (waiting.length > 0) await flush();
      await file.finish();
    },
  };
}

function stored(type: ColumnType, cell: string | null): string | bigint | number | null {
  if (cell === null) return null;
  switch (type) {
    case "text":
      return cell;
    case "decimal":
      return unscaled(cell);
    case "whole":
      return BigInt(cell);
    case "day":
      return Date.parse(cell) / DAY_MS;
    case "moment":
      return BigInt(Date.parse(cell));
  }
}

/** `-12.34` as -123400n: the digits, without a float in between. */
function unscaled(decimal: string): bigint {
  const [whole = "", fraction = ""] = decimal.split(".");
  if (fraction.length > DECIMAL_SCALE)
    throw new Error(`${decimal} has more than ${DECIMAL_SCALE} digits after the point`);
  return BigInt(`${whole}${fraction.padEnd(DECIMAL_SCALE, "0")}`);
}
