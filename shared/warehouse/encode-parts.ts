import { ByteWriter } from "hyparquet-writer";
import type { Column, Row } from "../tabular/column.ts";
import { openParquet, type ParquetFile } from "../tabular/parquet-file.ts";

/** Some 10 to 20 MB a file: what query engines like, and what fits into a function's memory. */
const ROWS_A_PART = 100_000;

export interface Part {
  readonly content: Uint8Array;
  readonly rows: number;
}

/**
 * Packs rows into Parquet files of a fixed number of rows, one at a time. Rows that come behind change
 * the last file alone, and make further ones.
 */
export async function* encodeParts(
  columns: readonly Column[],
  pages: AsyncIterable<readonly Row[]>,
  rowsAPart = ROWS_A_PART,
): AsyncIterable<Part> {
  let open: OpenPart | undefined;
  for await (const page of pages) {
    for (let start = 0; start < page.length; ) {
      open ??= openPart(columns);
      const taken = page.slice(start, start + rowsAPart - open.rows);
      await open.file.write(taken);
      open.rows += taken.length;
      start += taken.length;
      if (open.rows < rowsAPart) continue;
      yield await ended(open);
      open = undefined;
    }
  }
  if (open) yield await ended(open);
}

interface OpenPart {
  readonly writer: ByteWriter;
  readonly file: ParquetFile;
  rows: number;
}

function openPart(columns: readonly Column[]): OpenPart {
  const writer = new ByteWriter();
  return { writer, file: openParquet(writer, columns), rows: 0 };
}

async function ended({ writer, file, rows }: OpenPart): Promise<Part> {
  await file.finish();
  return { content: writer.getBytes(), rows };
}
