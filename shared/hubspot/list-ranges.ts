import { FilterOperatorEnum } from "@hubspot/api-client/lib/codegen/crm/objects/index.js";
import * as z from "zod";
import type { WireShape } from "../core/mapping/wire-shape.ts";
import { inParallel } from "../sync/in-parallel.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { answerOrFault, answerOrRefusal, refusedFault } from "./refusal.ts";
import {
  compareIds,
  searchAnswer,
  stampProperty,
  type WireRecord,
  wireRecord,
} from "./wire-record.ts";

/** Records of one list page. Source: CRM objects guide, read 2026-11-21. */
const LIST_PAGE = 100;
/** Lists that go on side by side: three and a half pages a second each, of the 19 calls there are. */
const RANGES = 4;
/** A range of fewer ids is not worth another call to split it. */
const LEAST_WIDTH = 1000n;
/** A look for where to split may find that there is nothing beyond, which is news, and looks again. */
const MOST_LOOKS = 8;
/** Ids have been given out for long, and have grown by many digits. */
const FURTHER = 16n;
/** HubSpot's clock may differ from ours, and its search shows a change late. */
const MARGIN_MS = 300_000;

const range = z.object({
  /** HubSpot's cursor of the next page. */
  after: z.string(),
  /** Ids up to this one are read. */
  seen: z.string(),
  /** Ids from this one on are another range's. */
  end: z.string(),
  /** Of a range that begins: the record it has to begin with. */
  first: z.string().optional(),
});

const place = z.object({ sinceMs: z.number(), ranges: z.array(range) });

type Range = z.infer<typeof range>;

/** Where several lists of one object stand. */
export type ListPlace = z.infer<typeof place>;

export interface ListedPage {
  readonly rows: readonly WireRecord[];
  /** Undefined once all is read that was there at `sinceMs`. */
  readonly next: ListPlace | undefined;
}

const listAnswer = z.object({
  results: z.array(wireRecord),
  paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish(),
});

/** A place as a cursor carries it. */
export function textOfListPlace(at: ListPlace): string {
  return JSON.stringify(at);
}

/** @returns undefined for what this version of Accord has not written. */
export function listPlaceOf(text: string): ListPlace | undefined {
  try {
    return place.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Before the first page of a list of all records. `anyId`: of one that is there. */
export async function startListing(
  context: HubspotContext,
  shape: WireShape,
  { anyId, nowMs }: { readonly anyId: string; readonly nowMs: number },
): Promise<ListPlace> {
  let end = BigInt(anyId);
  while (await firstBeyond(context, shape, end)) end *= FURTHER;
  const whole = { after: "", seen: "0", end: String(end + 1n) };
  return { sinceMs: nowMs - MARGIN_MS, ranges: [whole] };
}

/**
 * The next page of each of several lists, which HubSpot gives in the order of ids. That a list may begin at
 * any id is not documented, so each that begins is held against a search for its first record.
 *
 * @returns undefined where HubSpot lists in another way: the records are to be read by search.
 */
export async function nextOfLists(
  context: HubspotContext,
  shape: WireShape,
  at: ListPlace,
): Promise<ListedPage | undefined> {
  const ranges = await split(context, shape, at.ranges);
  const read = await inParallel(ranges, (one) => readRange(context, shape, one));
  const pages = read.flatMap((page) => page ?? []);
  if (pages.length < read.length) return undefined;
  const left = pages.flatMap(({ next }) => next ?? []);
  return {
    rows: pages.flatMap(({ rows }) => rows),
    next: left.length > 0 ? { ...at, ranges: left } : undefined,
  };
}

/** As many ranges as can be read side by side: the widest is halved until there are. */
async function split(
  context: HubspotContext,
  shape: WireShape,
  given: readonly Range[],
): Promise<readonly Range[]> {
  const ranges = [...given];
  for (let looks = 0; looks < MOST_LOOKS && ranges.length < RANGES; looks += 1) {
    const [widest] = ranges.toSorted((one, other) => (widthOf(one) < widthOf(other) ? 1 : -1));
    if (!widest || widthOf(widest) < LEAST_WIDTH) break;
    const middle = (BigInt(widest.seen) + BigInt(widest.end)) / 2n;
    const first = await firstBeyond(context, shape, middle);
    const index = ranges.indexOf(widest);
    if (first === undefined || compareIds(first, widest.end) >= 0)
      ranges[index] = { ...widest, end: String(middle + 1n) };
    else {
      ranges[index] = { ...widest, end: first };
      ranges.push(beginningWith(first, widest.end));
    }
  }
  return ranges;
}

/** Whether HubSpot's cursor is the id before a page or the first one in it, the page has `first`. */
function beginningWith(first: string, end: string): Range {
  const before = BigInt(first) - 1n;
  return { after: String(before), seen: String(before - 1n), end, first };
}

function widthOf({ seen, end }: Range): bigint {
  return BigInt(end) - BigInt(seen);
}

/** The record with the least id above one. */
async function firstBeyond(
  { api }: HubspotContext,
  { object }: WireShape,
  id: bigint,
): Promise<string | undefined> {
  const call = api.search.doSearch(object, {
    filterGroups: [
      {
        filters: [
          { propertyName: "hs_object_id", operator: FilterOperatorEnum.Gt, value: String(id) },
        ],
      },
    ],
    sorts: ["hs_object_id"],
    properties: ["hs_object_id"],
    limit: 1,
  });
  return searchAnswer.parse(await answerOrFault(call, `look into ${object}`)).results[0]?.id;
}

interface RangePage {
  readonly rows: readonly WireRecord[];
  readonly next: Range | undefined;
}

/** @returns undefined where the page is not what a range of ids has there. */
async function readRange(
  { api }: HubspotContext,
  shape: WireShape,
  { after, seen, end, first }: Range,
): Promise<RangePage | undefined> {
  const stamp = stampProperty(shape.object);
  const properties = [...new Set([...shape.properties, shape.idProperty, stamp])];
  const outcome = await answerOrRefusal(
    api.single.getPage(shape.object, LIST_PAGE, after === "" ? undefined : after, properties),
  );
  if ("refusal" in outcome) {
    // A cursor that HubSpot has not given out itself may be none to it.
    if (first !== undefined && outcome.refusal.httpStatus === 400) return undefined;
    throw refusedFault(outcome.refusal, `list ${shape.object}`);
  }
  const { results, paging } = listAnswer.parse(outcome.answer);
  const ids = [seen, ...results.map(({ id }) => id)];
  const isInOrder = ids.every(
    (id, index) => index === 0 || compareIds(ids[index - 1] ?? "", id) < 0,
  );
  const isThere = first === undefined || ids.slice(1, 3).includes(first);
  if (!isInOrder || !isThere) return undefined;
  const rows = results.filter(({ id }) => compareIds(id, end) < 0);
  const next = paging?.next?.after;
  const isOver = next === undefined || rows.length < results.length;
  const last = rows.at(-1)?.id ?? seen;
  return { rows, next: isOver ? undefined : { after: next, seen: last, end } };
}
