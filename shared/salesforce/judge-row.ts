import type { RecordWrite, RefusedProperty, WriteResult } from "../sync/ports.ts";
import type { RowError, RowOutcome } from "./collection.ts";
import {
  DUPLICATE_VALUE,
  ROW_LOCKED,
  rowFailure,
  UNKNOWN_FIELD,
  withoutData,
} from "./row-error.ts";
import type { WireValue, WriteMode } from "./write-values.ts";

/** A row on its way, and how often it has come back for which reason. */
export interface OpenRow {
  readonly write: RecordWrite;
  readonly values: Readonly<Record<string, WireValue>>;
  readonly refused: readonly RefusedProperty[];
  readonly locks: number;
  readonly duplicates: number;
  readonly trims: number;
  readonly describedAgain: boolean;
}

const MOST_LOCKS = 3;

/** Salesforce checks in stages, and names the fields of one stage at a time. */
const MOST_TRIMS = 3;

/**
 * What one row's outcome comes to: a result, or the row as it is to be sent again.
 *
 * Two upserts of one new id within a second: the later is told DUPLICATE_VALUE, and finds the record
 * when sent again. Source: https://salesforce.stackexchange.com/questions/197382 (read 2026-11-21).
 */
export function judgeRow(
  row: OpenRow,
  mode: WriteMode,
  outcome: RowOutcome | undefined,
): WriteResult | OpenRow | "describe-again" {
  const [error] = outcome?.errors ?? [];
  if (outcome !== undefined && error === undefined) return result(row, outcome.id, outcome.created);
  if (outcome === undefined || error === undefined)
    return failure(row, { statusCode: "UNKNOWN_EXCEPTION", message: "", fields: [] });
  if (error.statusCode === ROW_LOCKED && row.locks + 1 < MOST_LOCKS)
    return { ...row, locks: row.locks + 1 };
  if (error.statusCode === DUPLICATE_VALUE && mode === "create" && row.duplicates === 0)
    return { ...row, duplicates: 1 };
  if (error.statusCode === UNKNOWN_FIELD && error.fields.length === 0 && !row.describedAgain)
    return "describe-again";
  const named = namedFields(row, outcome.errors);
  if (named.length === 0 || row.trims === MOST_TRIMS) return failure(row, error);
  return trimmed(row, mode, named);
}

function namedFields(row: OpenRow, errors: readonly RowError[]): RefusedProperty[] {
  const named = errors.flatMap(({ statusCode, message, fields }) =>
    fields
      .filter((property) => property in row.values)
      .map((property) => ({
        property,
        code: statusCode,
        message: withoutData(message, row.write.properties),
      })),
  );
  return [...new Map(named.map((refused) => [refused.property, refused])).values()];
}

/** The row without the fields that Salesforce would not take. */
function trimmed(
  row: OpenRow,
  mode: WriteMode,
  named: readonly RefusedProperty[],
): WriteResult | OpenRow {
  const names = new Set(named.map(({ property }) => property));
  const next = {
    ...row,
    values: Object.fromEntries(Object.entries(row.values).filter(([name]) => !names.has(name))),
    refused: [...row.refused, ...named],
    trims: row.trims + 1,
  };
  const isEmpty = Object.keys(next.values).length === 0;
  return mode === "update" && isEmpty ? result(next, undefined, false) : next;
}

function result(row: OpenRow, id: string | undefined, created: boolean): WriteResult {
  const { recordId } = row.write;
  return { recordId, id, created, refused: row.refused, failed: undefined };
}

function failure(row: OpenRow, error: RowError): WriteResult {
  return {
    recordId: row.write.recordId,
    id: undefined,
    created: false,
    refused: row.refused,
    failed: rowFailure(error, row.write.properties),
  };
}
