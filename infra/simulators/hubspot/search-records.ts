import type { ObjectStore } from "./object-store.ts";
import type { ObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { momentOf } from "./property-value.ts";
import { recordAnswer } from "./record-answer.ts";
import { invalid, Refusal } from "./refusal.ts";
import { parseBody, type SearchRequest, searchBody } from "./request-bodies.ts";
import {
  comparableOf,
  compileSearch,
  isModifiedStamp,
  type Predicate,
  requireSearchBounds,
  searchedProperty,
} from "./search-filter.ts";
import type { StoredRecord } from "./stored-record.ts";

/** Bounds of a search. Source: search guide, 2026-04. */
const MAX_PAGE = 200;
const MAX_RESULTS = 10_000;
const MAX_BODY_CHARACTERS = 3_000;

interface Order {
  readonly name: string;
  readonly descending: boolean;
}

/** Answers a search. `text` is the body as sent, since its length has a bound of its own. */
export function searchRecords(
  portal: Portal,
  type: ObjectType,
  text: string,
): Record<string, unknown> {
  if (text.length > MAX_BODY_CHARACTERS)
    throw new Refusal(400, `The request body exceeds ${MAX_BODY_CHARACTERS} characters`, {
      category: "VALIDATION_ERROR",
    });
  const request = parseBody(searchBody, text === "" ? "{}" : text);
  requireSearchBounds(request);
  if (request.limit > MAX_PAGE) throw invalid(`The limit of a search is ${MAX_PAGE}`);
  if (request.after + request.limit > MAX_RESULTS)
    throw invalid(
      `A search returns at most ${MAX_RESULTS} results; page beyond them by narrowing it`,
    );
  const { total, page } = findPage(portal, type, request);
  const next = request.after + page.length;
  return {
    total,
    results: page.map((record) =>
      recordAnswer(portal, type, {
        record,
        wanted: { properties: request.properties, withHistory: [] },
      }),
    ),
    ...(next < total ? { paging: { next: { after: String(next) } } } : {}),
  };
}

function findPage(portal: Portal, type: ObjectType, request: SearchRequest) {
  const matches = compileSearch(portal, type, request);
  const order = orderOf(request);
  const store = portal.store(type);
  store.searchIndex.refresh();
  const { after, limit } = request;
  let total = 0;
  const page: StoredRecord[] = [];
  for (const record of inOrder(portal, store, { order, request, matches })) {
    if (total >= after && page.length < limit) page.push(record);
    total += 1;
  }
  return { total, page };
}

function orderOf({ sorts }: SearchRequest): Order | undefined {
  if (sorts.length > 1) throw invalid("A search takes one sort");
  const [sort] = sorts;
  if (sort === undefined) return undefined;
  if (typeof sort === "string") {
    const descending = sort.startsWith("-");
    return { name: descending ? sort.slice(1) : sort, descending };
  }
  return { name: sort.propertyName, descending: sort.direction?.startsWith("DESC") ?? false };
}

interface Plan {
  readonly order: Order | undefined;
  readonly request: SearchRequest;
  readonly matches: Predicate;
}

/** Matching records in order. Orders by id and by modification are kept ready; others are sorted now. */
function inOrder(portal: Portal, store: ObjectStore, plan: Plan): Iterable<StoredRecord> {
  const { order } = plan;
  if (!order) return byIndex(store, plan, "byId");
  const definition = searchedProperty(portal, store.type, order.name);
  if (isModifiedStamp(order.name)) return byIndex(store, plan, "byModified");
  if (order.name === "hs_object_id") return byIndex(store, plan, "byId");
  const keyed = [...byIndex(store, { ...plan, order: undefined }, "byId")].map((record) => {
    const value = record.properties[order.name];
    return { record, key: value === undefined ? undefined : comparableOf(definition, value) };
  });
  const sign = order.descending ? -1 : 1;
  keyed.sort((a, b) => {
    // Without a value, last, whichever way the rest is sorted.
    if (a.key === undefined || b.key === undefined)
      return Number(a.key === undefined) - Number(b.key === undefined);
    return a.key < b.key ? -sign : a.key > b.key ? sign : 0;
  });
  return keyed.map(({ record }) => record);
}

function* byIndex(
  store: ObjectStore,
  plan: Plan,
  name: "byId" | "byModified",
): Generator<StoredRecord> {
  const { searchIndex } = store;
  const index = searchIndex[name];
  const range = name === "byModified" ? modifiedRange(plan.request) : EVERYTHING;
  const entries = index.entries();
  const first = index.lowerBound(range.fromMs);
  const end =
    range.toMs === Number.POSITIVE_INFINITY ? entries.length : index.lowerBound(range.toMs + 1);
  const descending = plan.order?.descending ?? false;
  const isByModified = name === "byModified";
  for (let step = 0; step < end - first; step += 1) {
    const entry = entries[descending ? end - 1 - step : first + step];
    const record = entry && searchIndex.get(entry.id);
    if (!record || (isByModified && record.updatedAtMs !== entry.key)) continue;
    if (plan.matches(record)) yield record;
  }
}

const EVERYTHING = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY } as const;

/** How much of the order by modification can match at all, where a single group bounds it. */
function modifiedRange({ filterGroups }: SearchRequest): { fromMs: number; toMs: number } {
  const [group, ...others] = filterGroups;
  if (!group || others.length > 0) return EVERYTHING;
  let { fromMs, toMs }: { fromMs: number; toMs: number } = EVERYTHING;
  for (const { propertyName, operator, value, highValue } of group.filters) {
    if (!isModifiedStamp(propertyName)) continue;
    const low = momentOf(value ?? "");
    const high = operator === "BETWEEN" ? momentOf(highValue ?? "") : low;
    if (low !== undefined && ["GT", "GTE", "EQ", "BETWEEN"].includes(operator))
      fromMs = Math.max(fromMs, low);
    if (high !== undefined && ["LT", "LTE", "EQ", "BETWEEN"].includes(operator))
      toMs = Math.min(toMs, high);
  }
  return { fromMs, toMs };
}
