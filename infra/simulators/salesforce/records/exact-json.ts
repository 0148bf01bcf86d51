declare global {
  /**
   * "JSON.parse source text access", in V8 since Node 22 and not yet in TypeScript's own library.
   * Source: https://tc39.es/proposal-json-parse-with-source/
   */
  interface JSON {
    rawJSON(text: string): object;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/**
 * A number by its digits. An amount of 18 digits does not fit a double, and the real API carries
 * it as a bare JSON number, so the text is kept and written back untouched.
 */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): object {
    return JSON.rawJSON(this.text);
  }
}

/** What one field of one row can hold. Dates are text in the form of the REST API. */
export type Scalar = string | boolean | null | ExactNumber;

/** One record, by canonical field name. Rows are replaced, never changed in place. */
export type Row = Readonly<Record<string, Scalar>>;

/** Parses JSON, keeping every number as the digits it was written with. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_key, value, context) =>
    typeof value === "number" ? new ExactNumber(context.source ?? String(value)) : value,
  );
}

/** A JSON object, as opposed to an array, a null or an exact number. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
  );
}

/**
 * A row as it is stored: numbers as `{"n": digits}`, so that plain JSON.parse reads it back, which
 * is several times faster than keeping the source of every number; and no nulls.
 */
export function writeStoredRow(row: Row): string {
  const stored: Record<string, unknown> = {};
  for (const name in row) {
    const value = row[name];
    if (value === null || value === undefined) continue;
    stored[name] = value instanceof ExactNumber ? { n: value.text } : value;
  }
  return JSON.stringify(stored);
}

/** Reads a row that this simulator stored earlier, or refuses to start on anything else. */
export function readStoredRow(json: string): Row {
  const parsed: unknown = JSON.parse(json);
  if (!isObject(parsed)) throw new Error("A stored row is not a JSON object");
  const row: Record<string, Scalar> = {};
  for (const name in parsed) {
    const value = parsed[name];
    if (typeof value === "string" || typeof value === "boolean") row[name] = value;
    else if (isObject(value) && typeof value["n"] === "string")
      row[name] = new ExactNumber(value["n"]);
    else throw new Error(`A stored row has no such value: ${name}`);
  }
  return row;
}

/** The text of a field, or undefined where it is null, absent or not text. */
export function textOf(row: Row | undefined, field: string): string | undefined {
  const value = row?.[field];
  return typeof value === "string" ? value : undefined;
}
