import type { Failure } from "../sync/ports.ts";
import { causeOf } from "./causes.ts";
import type { RowError } from "./collection.ts";

export const ROW_LOCKED = "UNABLE_TO_LOCK_ROW";
export const DUPLICATE_VALUE = "DUPLICATE_VALUE";
export const UNKNOWN_FIELD = "INVALID_FIELD";

/**
 * Refusals of a row that another attempt can get past: a lock ends, and a record that is gone or was
 * converted is seen as such when it is next observed.
 */
const RETRYABLE: ReadonlySet<string> = new Set([
  ROW_LOCKED,
  "ENTITY_IS_DELETED",
  "NOT_FOUND",
  "INVALID_CROSS_REFERENCE_KEY",
  "CANNOT_UPDATE_CONVERTED_LEAD",
  "SERVER_UNAVAILABLE",
]);

export function rowFailure(
  { statusCode, message }: RowError,
  written: Readonly<Record<string, unknown>>,
): Failure {
  return {
    code: statusCode,
    message: withoutData(message, written),
    retryable: RETRYABLE.has(statusCode),
    cause: causeOf(statusCode),
  };
}

const E_MAIL = /[^\s@:,;<>"'()]+@[^\s@:,;<>"'()]+/g;

/** Written values below this length are too common in any text to be told apart from it. */
const SHORTEST_VALUE = 3;

/** Salesforce's words, which help, less the values that it quotes, which are customers' data. */
export function withoutData(message: string, written: Readonly<Record<string, unknown>>): string {
  const quoted = Object.values(written)
    .filter((value) => typeof value === "string")
    .filter((value) => value.length >= SHORTEST_VALUE)
    .sort((one, other) => other.length - one.length);
  const cut = quoted.reduce((text, value) => text.replaceAll(value, "[value]"), message);
  return cut.replace(E_MAIL, "[e-mail]");
}
