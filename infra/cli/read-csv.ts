import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import * as z from "zod";
import { Failure } from "./failure.ts";

interface Columns<Name extends string, Maybe extends string> {
  readonly columns: readonly Name[];
  /** May be left out, as may their cells. */
  readonly optional?: readonly Maybe[];
}

type Line<Name extends string, Maybe extends string> = Record<Name, string> &
  Partial<Record<Maybe, string>>;

/** The lines of a CSV file with these columns, in any order; all of it is text, amounts too. */
export function readCsv<Name extends string, Maybe extends string = never>(
  file: string,
  { columns, optional = [] }: Columns<Name, Maybe>,
): Line<Name, Maybe>[] {
  const text = contentOf(file);
  const known = new Set<string>([...columns, ...optional]);
  const isLine = (line: Record<string, string>): line is Line<Name, Maybe> =>
    columns.every((name) => line[name] !== undefined) &&
    Object.keys(line).every((name) => known.has(name));
  const lines = z.array(z.record(z.string(), z.string()).refine(isLine));
  try {
    return lines.parse(parse(text, { columns: true, bom: true, trim: true, skipEmptyLines: true }));
  } catch (cause) {
    const besides = optional.length === 0 ? "none" : `none but ${optional.join(", ")}`;
    throw new Failure(
      "usage",
      `${file} is no CSV file with the columns ${columns.join(", ")} and ${besides} besides`,
      { cause },
    );
  }
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Failure("usage", `${file} cannot be read: ${reason}`, { cause });
  }
}
