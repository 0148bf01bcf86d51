import { renameSync } from "node:fs";
import { fileWriter } from "hyparquet-writer";
import type { Column, Row } from "../../shared/tabular/column.ts";
import { openParquet } from "../../shared/tabular/parquet-file.ts";
import { csvLine } from "./csv.ts";
import type { Shell } from "./shell.ts";
import { openSink } from "./sink.ts";

export const TABLE_FORMATS = ["csv", "parquet", "ndjson"] as const;

export type TableFormat = (typeof TABLE_FORMATS)[number];

/** A file that takes the rows of a table as they come. It has its name once it is whole. */
export interface TableFile {
  write(rows: readonly Row[]): Promise<void>;
  end(): Promise<void>;
}

/** By it a spreadsheet knows that the file is UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF";

/** Spreadsheets know a moment without the letters of ISO 8601; it stays in UTC. */
function sheetCell(cell: string | null, column: Column | undefined): string {
  if (cell === null) return "";
  return column?.type === "moment" ? cell.replace("T", " ").replace("Z", "") : cell;
}

export async function openTableFile(
  shell: Shell,
  {
    file,
    format,
    columns,
  }: { readonly file: string; readonly format: TableFormat; readonly columns: readonly Column[] },
): Promise<TableFile> {
  const unfinished = `${file}.unfinished`;
  const named = (inner: TableFile): TableFile => ({
    write: inner.write,
    async end() {
      await inner.end();
      renameSync(unfinished, file);
    },
  });
  if (format === "parquet") {
    const parquet = openParquet(fileWriter(unfinished), columns);
    return named({ write: parquet.write, end: parquet.finish });
  }
  const sink = await openSink(shell, unfinished);
  const names = columns.map(({ name }) => name);
  if (format === "csv") await sink.write(BYTE_ORDER_MARK + csvLine(names));
  const textOf = (row: Row) =>
    format === "csv"
      ? csvLine(row.map((cell, index) => sheetCell(cell, columns[index])))
      : `${JSON.stringify(Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])))}\n`;
  return named({
    write: (rows) => sink.write(rows.map(textOf).join("")),
    end: sink.end,
  });
}
