import type { ObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import type { PropertyDefinition } from "./property-definition.ts";
import { momentOf } from "./property-value.ts";
import { invalid } from "./refusal.ts";
import type { SearchFilter, SearchRequest } from "./request-bodies.ts";
import type { StoredRecord } from "./stored-record.ts";

/** Both names of the stamp are `updatedAtMs` of a record, which is quicker to compare than its text. */
export function isModifiedStamp(name: string): boolean {
  return name === "lastmodifieddate" || name === "hs_lastmodifieddate";
}

export type Predicate = (record: StoredRecord) => boolean;

/** A value as searches compare it: a number where the property is one or a time, else text. */
type Comparable = number | string;

/** Bounds of a search. Source: search guide, 2026-04. */
const MAX_GROUPS = 5;
const MAX_FILTERS_PER_GROUP = 6;
const MAX_FILTERS = 18;

export function requireSearchBounds({ filterGroups }: SearchRequest): void {
  const counts = filterGroups.map(({ filters }) => filters.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (counts.length > MAX_GROUPS)
    throw invalid(`Too many filterGroups, the maximum is ${MAX_GROUPS}`);
  if (counts.some((count) => count > MAX_FILTERS_PER_GROUP) || total > MAX_FILTERS)
    throw invalid(
      `Too many filters, the maximum is ${MAX_FILTERS_PER_GROUP} in a group and ${MAX_FILTERS} in all`,
    );
}

/** True where any group holds, and a group holds where all its filters do. */
export function compileSearch(portal: Portal, type: ObjectType, request: SearchRequest): Predicate {
  const groups = request.filterGroups.map(({ filters }) =>
    filters.map((filter) =>
      compileFilter(searchedProperty(portal, type, filter.propertyName), filter),
    ),
  );
  const words = (request.query ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  return (record) =>
    (groups.length === 0 || groups.some((filters) => filters.every((holds) => holds(record)))) &&
    (words.length === 0 || mentions(type, record, words));
}

export function searchedProperty(
  portal: Portal,
  type: ObjectType,
  name: string,
): PropertyDefinition {
  const definition = portal.definitions.get(type, name);
  if (!definition) throw invalid(`Property '${name}' does not exist, so it cannot be searched`);
  return definition;
}

/** Each word begins a token of some searched property. */
function mentions(type: ObjectType, record: StoredRecord, words: readonly string[]): boolean {
  const values = type.queriedProperties.flatMap(
    (name) => record.properties[name]?.toLowerCase() ?? [],
  );
  const starts = values.flatMap((value) => [value, ...tokensOf(value)]);
  return words.every((word) => starts.some((start) => start.startsWith(word)));
}

function tokensOf(value: string): string[] {
  return value
    .toLowerCase()
    .split(/[\s@.,;:/_+-]+/)
    .filter(Boolean);
}

/** Numbers and times as numbers; enumerations as written; other text whatever its case. */
export function comparableOf(
  definition: PropertyDefinition,
  value: string,
): Comparable | undefined {
  const { type } = definition;
  if (type === "number") return Number.isFinite(Number(value)) ? Number(value) : undefined;
  if (type === "date" || type === "datetime") return momentOf(value);
  return type === "enumeration" ? value : value.toLowerCase();
}

/**
 * A record without a value meets NOT_HAS_PROPERTY alone: NEQ, NOT_IN and NOT_CONTAINS_TOKEN pass it
 * over (unverified; HubSpot's community advises a second group with NOT_HAS_PROPERTY).
 */
function compileFilter(definition: PropertyDefinition, filter: SearchFilter): Predicate {
  const { name } = definition;
  if (filter.operator === "HAS_PROPERTY") return ({ properties }) => properties[name] !== undefined;
  if (filter.operator === "NOT_HAS_PROPERTY")
    return ({ properties }) => properties[name] === undefined;
  const valueHolds = compileOperator(definition, filter);
  if (isModifiedStamp(name)) {
    const stampHolds = comparison(filter.operator, momentOf(filter.value ?? "") ?? Number.NaN);
    return ({ updatedAtMs }) => stampHolds?.(updatedAtMs) ?? valueHolds(String(updatedAtMs));
  }
  return ({ properties }) => {
    const value = properties[name];
    return value !== undefined && valueHolds(value);
  };
}

function compileOperator(
  definition: PropertyDefinition,
  filter: SearchFilter,
): (value: string) => boolean {
  const bound = (text: string | null | undefined, part: string): Comparable => {
    const comparable =
      text === null || text === undefined ? undefined : comparableOf(definition, text);
    if (comparable === undefined)
      throw invalid(`Filter on '${definition.name}' has no valid '${part}' for ${filter.operator}`);
    return comparable;
  };
  const compare = (holds: (value: Comparable) => boolean) => (value: string) => {
    const comparable = comparableOf(definition, value);
    return comparable !== undefined && holds(comparable);
  };
  if (filter.operator === "IN" || filter.operator === "NOT_IN") {
    const values = new Set((filter.values ?? []).map((text) => bound(text, "values")));
    if (values.size === 0) throw invalid(`Filter on '${definition.name}' has no 'values'`);
    const isIn = filter.operator === "IN";
    return compare((value) => values.has(value) === isIn);
  }
  if (filter.operator === "CONTAINS_TOKEN" || filter.operator === "NOT_CONTAINS_TOKEN") {
    const pattern = tokenPattern(String(bound(filter.value, "value")));
    const wanted = filter.operator === "CONTAINS_TOKEN";
    return (value) =>
      [value.toLowerCase(), ...tokensOf(value)].some((t) => pattern.test(t)) === wanted;
  }
  const low = bound(filter.value, "value");
  const holds = comparison(filter.operator, low);
  if (holds) return compare(holds);
  if (filter.operator !== "BETWEEN")
    throw invalid(`Invalid input JSON: '${filter.operator}' is not a search operator`);
  const high = bound(filter.highValue, "highValue");
  return compare((value) => value >= low && value <= high);
}

function comparison(
  operator: string,
  bound: Comparable,
): ((value: Comparable) => boolean) | undefined {
  switch (operator) {
    case "EQ":
      return (value) => value === bound;
    case "NEQ":
      return (value) => value !== bound;
    case "LT":
      return (value) => value < bound;
    case "LTE":
      return (value) => value <= bound;
    case "GT":
      return (value) => value > bound;
    case "GTE":
      return (value) => value >= bound;
    default:
      return undefined;
  }
}

/** `*` stands for any run of characters; everything else for itself. */
function tokenPattern(token: string): RegExp {
  const literal = token
    .toLowerCase()
    .split("*")
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`);
}
