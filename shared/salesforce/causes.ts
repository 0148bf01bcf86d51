import type { Cause, PropertyFacts } from "../core/parking/cause.ts";
import type { RefusedProperty, WriteResult } from "../sync/ports.ts";
import type { Description } from "./describe.ts";

/**
 * Salesforce's status codes of refused rows and fields. Source: "Core Data Types Used in API Calls",
 * StatusCode, of the SOAP API guide (read 2026-11-21).
 */
const CAUSES: Readonly<Record<string, Cause>> = {
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: "value-not-in-picklist",
  STRING_TOO_LONG: "too-long",
  NUMBER_OUTSIDE_VALID_RANGE: "too-long",
  INVALID_TYPE_ON_FIELD_IN_RECORD: "wrong-type",
  INVALID_EMAIL_ADDRESS: "wrong-type",
  JSON_PARSER_ERROR: "wrong-type",
  REQUIRED_FIELD_MISSING: "required-blank",
  INVALID_FIELD_FOR_INSERT_UPDATE: "no-permission",
  FIELD_NOT_UPDATABLE: "no-permission",
  INSUFFICIENT_ACCESS_OR_READONLY: "no-permission",
  INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY: "no-permission",
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: "validation-rule",
  INVALID_FIELD: "field-missing",
  DUPLICATE_VALUE: "value-taken",
  OWNER_UNKNOWN: "owner-unknown",
  OP_WITH_INVALID_USER_TYPE_EXCEPTION: "owner-unknown",
  INACTIVE_OWNER_OR_USER: "owner-unknown",
  FIELD_CUSTOM_VALIDATION_EXCEPTION: "validation-rule",
  FIELD_FILTER_VALIDATION_EXCEPTION: "validation-rule",
  FIELD_INTEGRITY_EXCEPTION: "validation-rule",
  DUPLICATES_DETECTED: "duplicate-rule",
  ENTITY_IS_LOCKED: "locked",
};

export function causeOf(code: string): Cause {
  return CAUSES[code] ?? "unknown";
}

/** Causes that a description is meant to foresee. */
const FORESEEABLE: ReadonlySet<Cause> = new Set([
  "value-not-in-picklist",
  "too-long",
  "wrong-type",
  "required-blank",
  "no-permission",
  "field-missing",
]);

/** Salesforce itself refused what the description at hand had allowed: it is out of date. */
export function wasUnforeseen(refused: readonly Pick<RefusedProperty, "code">[]): boolean {
  return refused.some(({ code }) => FORESEEABLE.has(causeOf(code)));
}

/** The same refusals, with their cause and what Salesforce says of the field. */
export function withCauses(description: Description, result: WriteResult): WriteResult {
  const { failed, refused } = result;
  return {
    ...result,
    failed: failed ? { ...failed, cause: causeOf(failed.code) } : undefined,
    refused: refused.map((one) => explain(one, description.get(one.property)?.facts)),
  };
}

function explain(refused: RefusedProperty, facts: PropertyFacts | undefined): RefusedProperty {
  return { ...refused, cause: causeOf(refused.code), ...(facts ? { facts } : {}) };
}
