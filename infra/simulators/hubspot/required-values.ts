import { valueAfter } from "./derived-values.ts";
import type { ObjectType } from "./object-type.ts";
import type { Write } from "./portal.ts";
import { invalid } from "./refusal.ts";
import type { ConditionalRule } from "./required-rules.ts";
import type { StoredRecord } from "./stored-record.ts";

interface RuledWrite {
  /** Undefined where the record is being created. */
  readonly before: StoredRecord | undefined;
  readonly values: Map<string, string | null>;
}

/**
 * Refuses a record that lacks what an admin requires. API writes meet these rules from version
 * 2026-09 on alone. Source: changelog "crm-api-write-validation-enforcement"; that an update meets
 * only conditions that it touches is unverified.
 */
export function requireValues(
  write: Write,
  type: ObjectType,
  { before, values }: RuledWrite,
): void {
  if (!write.meetsAdminRules) return;
  const rules = write.portal.requiredRules.get(type.plural);
  if (!rules) return;
  const after = { type, before, values };
  const holds = ({ property, values: wanted }: ConditionalRule) =>
    wanted.includes(valueAfter(after, property) ?? "");
  const isTouched = ({ property, requires }: ConditionalRule) =>
    !before || [property, ...requires].some((name) => values.has(name));
  const required = [
    ...(before ? [] : rules.onCreate),
    ...rules.conditional
      .filter((rule) => isTouched(rule) && holds(rule))
      .flatMap(({ requires }) => requires),
  ];
  const missing = [...new Set(required)].filter((name) => valueAfter(after, name) === undefined);
  if (missing.length === 0) return;
  const doing = before ? "updating" : "creating";
  throw invalid(
    `Error ${doing} ${type.singular.toUpperCase()}. Some required properties were not set.`,
    { context: { properties: missing } },
  );
}
