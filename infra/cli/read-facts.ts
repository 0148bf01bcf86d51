import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import * as z from "zod";
import { Failure } from "./failure.ts";

const COLUMNS = ["opportunity", "kind", "amount", "currency", "day", "reference"] as const;

const facts = z.array(z.record(z.enum(COLUMNS), z.string()));

/** The lines of a CSV file with these columns, in any order; all of it is text, amounts too. */
export function readFacts(file: string): z.infer<typeof facts> {
  const text = contentOf(file);
  try {
    return facts.parse(parse(text, { columns: true, bom: true, trim: true, skipEmptyLines: true }));
  } catch (cause) {
    throw new Failure(
      "usage",
      `${file} is no CSV file with the columns ${COLUMNS.join(", ")} and none besides`,
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
