import type { Cause, PropertyFacts } from "../core/parking/cause.ts";
import type { RefusedProperty, WriteResult } from "../sync/ports.ts";
import type { HubspotContext } from "./hubspot-context.ts";

/**
 * HubSpot's codes of refused values: `errors[].code`, `error` of a listed problem, or the category of
 * the whole. Source: the error bodies of the CRM guides, read 2026-11-21; codes of property rules are
 * those of the changelog on property validations, and their list may be incomplete (unverified).
 */
const CAUSES: Readonly<Record<string, Cause>> = {
  INVALID_OPTION: "value-not-in-picklist",
  INVALID_STAGE: "value-not-in-picklist",
  INVALID_PIPELINE: "value-not-in-picklist",
  INVALID_STRING_LENGTH: "too-long",
  TOO_LONG: "too-long",
  INVALID_DOUBLE: "wrong-type",
  INVALID_INTEGER: "wrong-type",
  INVALID_LONG: "wrong-type",
  INVALID_BOOLEAN: "wrong-type",
  INVALID_DATE: "wrong-type",
  INVALID_DATETIME: "wrong-type",
  INVALID_EMAIL: "wrong-type",
  INVALID_PHONE_NUMBER: "wrong-type",
  REQUIRED_FIELD: "required-blank",
  REQUIRED_PROPERTY: "required-blank",
  READ_ONLY_VALUE: "no-permission",
  FORBIDDEN: "no-permission",
  PROPERTY_DOESNT_EXIST: "field-missing",
  CONFLICT: "value-taken",
  CONFLICTING_UNIQUE_VALUE: "value-taken",
  NON_UNIQUE_VALUE: "value-taken",
  OWNER_UNKNOWN: "owner-unknown",
  INVALID_OWNER_ID: "owner-unknown",
  INVALID_ALPHA: "validation-rule",
  INVALID_ALPHANUMERIC: "validation-rule",
  INVALID_REGEX: "validation-rule",
  PROPERTY_RULES_VIOLATION: "validation-rule",
};

export function causeOf(code: string): Cause {
  return CAUSES[code] ?? "unknown";
}

/** Causes that a definition is meant to foresee. */
const FORESEEABLE: ReadonlySet<Cause> = new Set([
  "value-not-in-picklist",
  "too-long",
  "wrong-type",
  "no-permission",
  "field-missing",
]);

/** The same refusals, with their cause and what HubSpot says of the property. */
export async function withCauses(
  { definitions }: HubspotContext,
  object: string,
  result: WriteResult,
): Promise<WriteResult> {
  const { failed, refused } = result;
  const explained = failed ? { ...failed, cause: causeOf(failed.code) } : undefined;
  if (refused.length === 0) return failed ? { ...result, failed: explained } : result;
  const known = await definitions.of(object, []);
  return {
    ...result,
    failed: explained,
    refused: refused.map((one) => explain(one, known.get(one.property)?.facts)),
  };
}

function explain(refused: RefusedProperty, facts: PropertyFacts | undefined): RefusedProperty {
  const cause = causeOf(refused.code);
  return { ...refused, cause, ...(facts ? { facts } : {}) };
}

/** HubSpot itself refused what the definitions at hand had allowed: they are out of date. */
export function wasUnforeseen(refused: readonly Pick<RefusedProperty, "code">[]): boolean {
  return refused.some(({ code }) => FORESEEABLE.has(causeOf(code)));
}
