import { FilterOperatorEnum } from "@hubspot/api-client/lib/codegen/crm/objects/index.js";
import type { WireShape } from "../core/mapping/wire-shape.ts";
import { inParallel } from "../sync/in-parallel.ts";
import type { ChangedPage, ChangedRow, PollCursor } from "../sync/ports.ts";
import type { HubspotContext } from "./hubspot-context.ts";
import { listPlaceOf, nextOfLists, startListing, textOfListPlace } from "./list-ranges.ts";
import { rawProperties } from "./raw-properties.ts";
import { answerOrFault } from "./refusal.ts";
import {
  compareIds,
  modifiedAtMs,
  searchAnswer,
  stampProperty,
  type WireRecord,
} from "./wire-record.ts";

const PAGE = 200;
/** Pages read in one call while all rows share one stamp, as those of a big import may. */
const MOST_PAGES_OF_ONE_STAMP = 5;
/** Comes before every record id. */
const NO_ID = "0";

interface Found {
  readonly rows: readonly WireRecord[];
  readonly next: PollCursor | undefined;
  readonly total: number;
}

/**
 * One page of rows that changed since the cursor. Nothing is skipped and nothing comes for ever,
 * though rows move to the end while we page, since our own writes bump their stamp:
 *
 * - Pages start at a stamp, never at an offset, so a row that leaves shifts no other.
 * - Search sorts by stamp alone, so a full page may hold some rows of its last stamp and not others.
 *   They are left to the next page, which starts at that stamp.
 * - Where one stamp fills a whole page, its rows are read by ascending id.
 *
 * Five searches a second are few where all of a large object is read from its beginning: after the first
 * page it is listed then, in several ranges of ids at once.
 */
export async function changedSince(
  context: HubspotContext,
  object: string,
  cursor?: PollCursor,
): Promise<ChangedPage> {
  const shape = context.shapeOf(object);
  if (cursor?.bulk !== undefined) return nextListed(context, shape, cursor);
  const from = cursor ?? { modifiedAtMs: 0, id: NO_ID };
  const { rows, next, total } = await findChanged(context, shape, from);
  const ordered = [...rows].sort(
    (left, right) =>
      modifiedAtMs(object, left) - modifiedAtMs(object, right) || compareIds(left.id, right.id),
  );
  const changed = await changedRows(context, shape, ordered);
  const [any] = rows;
  if (cursor || !next || !any || total < context.listFromRows)
    return { rows: changed, next, total };
  const place = await startListing(context, shape, { anyId: any.id, nowMs: context.now() });
  return { rows: changed, next: { ...next, bulk: textOfListPlace(place) }, total };
}

/** What is listed comes in no order of stamps; what changed since the lists were begun follows by stamp. */
async function nextListed(
  context: HubspotContext,
  shape: WireShape,
  { bulk = "", ...from }: PollCursor,
): Promise<ChangedPage> {
  const place = listPlaceOf(bulk);
  const page = place && (await nextOfLists(context, shape, place));
  if (!page) return { rows: [], next: from, total: undefined };
  const since = { modifiedAtMs: place.sinceMs, id: NO_ID };
  return {
    rows: await changedRows(context, shape, page.rows),
    next: page.next ? { ...from, bulk: textOfListPlace(page.next) } : since,
    total: undefined,
  };
}

function changedRows(
  context: HubspotContext,
  shape: WireShape,
  rows: readonly WireRecord[],
): Promise<ChangedRow[]> {
  return inParallel(rows, async (row) => ({
    id: row.id,
    modifiedAtMs: modifiedAtMs(shape.object, row),
    evidence: await rawProperties(shape, row, context.owners),
    ...accordIdOf(shape, row),
    relates: undefined,
  }));
}

function accordIdOf({ idProperty }: WireShape, { properties }: WireRecord) {
  const accordId = properties[idProperty];
  return accordId ? { accordId } : {};
}

async function findChanged(
  context: HubspotContext,
  shape: WireShape,
  cursor: PollCursor,
): Promise<Found> {
  const stamp = (row: WireRecord) => modifiedAtMs(shape.object, row);
  const isNew = (row: WireRecord) =>
    stamp(row) > cursor.modifiedAtMs ||
    (stamp(row) === cursor.modifiedAtMs && compareIds(row.id, cursor.id) > 0);
  const page = await search(context, shape, {
    from: { operator: FilterOperatorEnum.Gte, value: String(cursor.modifiedAtMs) },
  });
  const fresh = page.results.filter(isNew);
  const total = page.total - (page.results.length - fresh.length);
  const last = page.results.at(-1);
  const first = page.results[0];
  if (page.results.length < PAGE || !last || !first) return { rows: fresh, next: undefined, total };
  if (stamp(first) === stamp(last)) {
    const afterId = stamp(last) === cursor.modifiedAtMs ? cursor.id : NO_ID;
    return {
      ...(await ofOneStamp(context, shape, { modifiedAtMs: stamp(last), id: afterId })),
      total,
    };
  }
  const whole = fresh.filter((row) => stamp(row) < stamp(last));
  return { rows: whole, next: { modifiedAtMs: stamp(last), id: NO_ID }, total };
}

async function ofOneStamp(
  context: HubspotContext,
  shape: WireShape,
  cursor: PollCursor,
): Promise<Pick<Found, "rows" | "next">> {
  const rows: WireRecord[] = [];
  const { modifiedAtMs: stamp } = cursor;
  let { id } = cursor;
  for (let page = 0; page < MOST_PAGES_OF_ONE_STAMP; page += 1) {
    const { results } = await search(context, shape, {
      from: { operator: FilterOperatorEnum.Eq, value: String(stamp) },
      afterId: id,
    });
    rows.push(...results);
    id = results.at(-1)?.id ?? id;
    if (results.length < PAGE) return { rows, next: { modifiedAtMs: stamp + 1, id: NO_ID } };
  }
  return { rows, next: { modifiedAtMs: stamp, id } };
}

interface Range {
  readonly from: { readonly operator: FilterOperatorEnum; readonly value: string };
  readonly afterId?: string;
}

async function search({ api }: HubspotContext, shape: WireShape, { from, afterId }: Range) {
  const stamp = stampProperty(shape.object);
  const byId = {
    propertyName: "hs_object_id",
    operator: FilterOperatorEnum.Gt,
    value: afterId ?? NO_ID,
  };
  const call = api.search.doSearch(shape.object, {
    filterGroups: [
      {
        filters: [{ propertyName: stamp, ...from }, ...(afterId === undefined ? [] : [byId])],
      },
    ],
    sorts: [afterId === undefined ? stamp : "hs_object_id"],
    properties: [...new Set([...shape.properties, shape.idProperty, stamp])],
    limit: PAGE,
  });
  return searchAnswer.parse(await answerOrFault(call, `list changed ${shape.object}`));
}
