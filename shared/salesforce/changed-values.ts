import type { RawValue } from "../core/codec/codec.ts";

/** What every edit changes, and what says nothing about the record. */
const STAMPS: ReadonlySet<string> = new Set([
  "LastModifiedDate",
  "LastModifiedById",
  "SystemModstamp",
]);

/** Fields that say more about a record than a value: the record itself is to be read. */
const ASKS_FOR_A_LOOK = /^(?:OwnerId|AccountId|MasterRecordId|IsDeleted|IsConverted|Converted\w+)$/;

/** Of compounds only a person's name has parts that are fields of the same name. */
const NAME_PART = /^Name\.(\w+)$/;

const DATE_FIELD = /Date(?:time)?(?:__c)?$/i;

/** Beyond it a parsed number need not have the digits that were sent; 6 decimals are left below it. */
const EXACT_BELOW = 1e9;
const EXACT_DECIMALS = /^-?\d+(?:\.\d{1,6})?$/;

/**
 * The changed fields of an UPDATE with their values as text, or undefined where anything about them is
 * uncertain: wrong evidence could dismiss a change, missing evidence costs one read.
 *
 * A changed field that the body lacks was set to null: Event Relay leaves nulls out.
 */
export function changedValues(
  changedFields: readonly string[],
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, RawValue>> | undefined {
  const evidence: Record<string, RawValue> = {};
  for (const changed of changedFields) {
    if (STAMPS.has(changed)) continue;
    const part = NAME_PART.exec(changed)?.[1];
    const property = part ?? changed;
    if (property.includes(".") || ASKS_FOR_A_LOOK.test(property)) return undefined;
    const value = part === undefined ? body[changed] : partOfName(body["Name"], part);
    const text = textOf(property, value);
    if (text === undefined) return undefined;
    evidence[property] = text;
  }
  return Object.keys(evidence).length === 0 ? undefined : evidence;
}

/**
 * The values that a record was created with, as far as they are certain. Owner and relations are left
 * out: the next poll compares those.
 */
export function createdValues(
  body: Readonly<Record<string, unknown>>,
): Readonly<Record<string, RawValue>> | undefined {
  const parts = typeof body["Name"] === "object" && body["Name"] !== null ? body["Name"] : {};
  const evidence: Record<string, RawValue> = {};
  for (const [property, value] of [...Object.entries(body), ...Object.entries(parts)]) {
    if (STAMPS.has(property) || ASKS_FOR_A_LOOK.test(property)) continue;
    const text = textOf(property, value);
    if (text !== undefined) evidence[property] = text;
  }
  return Object.keys(evidence).length === 0 ? undefined : evidence;
}

function partOfName(name: unknown, part: string): unknown {
  if (name === undefined || name === null) return null;
  if (typeof name !== "object") return name;
  return new Map<string, unknown>(Object.entries(name)).get(part);
}

/** Undefined for what cannot be told for certain. */
function textOf(property: string, value: unknown): RawValue | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "number") return undefined;
  if (DATE_FIELD.test(property)) return isoOf(value);
  const digits = String(value);
  return Math.abs(value) < EXACT_BELOW && EXACT_DECIMALS.test(digits) ? digits : undefined;
}

/** Events of some channels give dates in milliseconds since 1970. */
function isoOf(epochMs: number): string | undefined {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
