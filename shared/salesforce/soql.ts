import * as z from "zod";
import { inParallel } from "../sync/in-parallel.ts";
import type { Org } from "./org.ts";

/**
 * A literal of SOQL. jsforce's own builder leaves backslashes as they are, so that a value ending in
 * one breaks out of its quotes; here both are escaped.
 */
export function literal(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r")}'`;
}

/** A literal for LIKE that matches `text` anywhere; `%` and `_` of the text itself are no wildcards. */
export function containsLiteral(text: string): string {
  return `'%${text.replace(/[\\']/g, "\\$&").replace(/[%_]/g, "\\$&")}%'`;
}

/** Salesforce compares milliseconds; a cursor cut to seconds would lose or repeat rows. */
export function datetimeLiteral(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** Ids of one collection call, and of one query, so that the two line up. */
const LITERALS_AT_ONCE = 200;

/** Of 16,384 bytes of URL and headers; the rest is for the token and the names of fields. */
const LITERALS_BYTES = 11_000;

const encodedBytes = (text: string): number => encodeURIComponent(text).length;

/** Groups conditions or literals so that a query of each group fits into a URL. */
function queryPieces(literals: readonly string[]): string[][] {
  const pieces: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of literals) {
    const added = encodedBytes(text) + encodedBytes(" OR ");
    const last = pieces.at(-1);
    if (last !== undefined && bytes + added <= LITERALS_BYTES && last.length < LITERALS_AT_ONCE) {
      last.push(text);
      bytes += added;
      continue;
    }
    pieces.push([text]);
    bytes = added;
  }
  return pieces;
}

const page = z.object({
  records: z.array(z.record(z.string(), z.unknown())),
  totalSize: z.coerce.number(),
  nextRecordsUrl: z.string().startsWith("/services/").optional(),
});

export type SoqlRow = Readonly<Record<string, unknown>>;

/** Pages of one query: 2,000 rows each, so more than 50 million rows mean that paging is broken. */
const MOST_PAGES = 25_000;

export interface Soql {
  /** Every row, to the last page. */
  readonly text: string;
  /** `with-deleted` also reads the recycle bin. */
  readonly rows: "live" | "with-deleted";
  /** The object, for messages. */
  readonly object: string;
}

export async function queryRows(org: Org, { text, rows, object }: Soql): Promise<SoqlRow[]> {
  const found: SoqlRow[] = [];
  let path = queryPath(text, rows);
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const { records, nextRecordsUrl } = page.parse(
      await org.ask(`read ${object}`, { method: "GET", path, repeatable: true }),
    );
    for (const record of records) found.push(record);
    if (nextRecordsUrl === undefined) return found;
    path = nextRecordsUrl;
  }
  throw new Error(`Salesforce's pages of ${object} do not end`);
}

/** @returns The `totalSize` of a query of COUNT(). */
export async function queryCount(org: Org, { text, rows, object }: Soql): Promise<number> {
  const path = queryPath(text, rows);
  const call = { method: "GET", path, repeatable: true } as const;
  return page.parse(await org.ask(`count ${object}`, call)).totalSize;
}

function queryPath(text: string, rows: Soql["rows"]): string {
  return `/${rows === "live" ? "query" : "queryAll"}?q=${encodeURIComponent(text)}`;
}

/** Runs one query for each piece that the literals have to be cut into. */
export async function queryIn(
  org: Org,
  literals: readonly string[],
  soqlOf: (piece: readonly string[]) => Soql,
): Promise<SoqlRow[]> {
  const pieces = queryPieces([...new Set(literals)]);
  return (await inParallel(pieces, (piece) => queryRows(org, soqlOf(piece)))).flat();
}

/** A value of a row as text: numbers came as their digits, and booleans become words. */
export function textOf(row: SoqlRow, field: string): string | null {
  const value = row[field];
  if (typeof value === "string") return value;
  return typeof value === "boolean" ? String(value) : null;
}

/** The milliseconds of `2026-09-09T00:41:57.000+0000`, or 0 where there is no time. */
export function epochMsOf(row: SoqlRow, field: string): number {
  return Date.parse((textOf(row, field) ?? "").replace(/\+0000$/, "Z")) || 0;
}
