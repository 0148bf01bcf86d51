import { FilterOperatorEnum } from "@hubspot/api-client/lib/codegen/crm/objects/index.js";
import type { WireShape } from "../core/mapping/wire-shape.ts";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import type { FindBy, Observation } from "../sync/ports.ts";
import { BATCH, type HubspotContext } from "./hubspot-context.ts";
import { observationsOf, propertiesToRead } from "./observe-records.ts";
import { answerOrFault } from "./refusal.ts";
import { batchAnswer, searchAnswer, type WireRecord } from "./wire-record.ts";

/** Rows of one search page, and the least that a page may be for more to follow. */
const SEARCH_PAGE = 200;
/** 10,000 records share a handful of domains: no set-up that Accord is made for. */
const MOST_PAGES = 50;
/** Characters of a search, less what its filters and sort take. Source: search guide, read 2026-11-21. */
const SEARCH_LENGTH = 3000 - 400;
/** Values of one filter. Source: search guide, read 2026-11-21. */
const VALUES_COUNT = 100;

export async function findRecords(
  context: HubspotContext,
  objects: readonly string[],
  { by, values }: { readonly by: FindBy; readonly values: readonly string[] },
): Promise<readonly Observation[]> {
  const wanted = [...new Set(values)].filter((value) => value !== "");
  if (wanted.length === 0) return [];
  const found: Observation[] = [];
  for (const object of objects) {
    const shape = context.shapeOf(object);
    const records = await recordsBy(context, shape, { by, values: wanted });
    const unique = [...new Map(records.map((record) => [record.id, record])).values()];
    found.push(...(await observationsOf(context, shape, unique)));
  }
  return found;
}

async function recordsBy(
  context: HubspotContext,
  shape: WireShape,
  { by, values }: { readonly by: FindBy; readonly values: readonly string[] },
): Promise<readonly WireRecord[]> {
  switch (by) {
    case "id":
      return searchByValue(context, shape, { property: "hs_object_id", values });
    case "partner-id": {
      const property = shape.partnerProperty ?? "";
      // A portal that no other connector has synced lacks it for good: it need not be read anew.
      const definitions = await context.definitions.of(shape.object, []);
      return definitions.has(property) ? searchByValue(context, shape, { property, values }) : [];
    }
    case "accord-id": {
      const definitions = await context.definitions.of(shape.object, [shape.idProperty]);
      if (!definitions.has(shape.idProperty)) return [];
      return readByProperty(context, shape, { idProperty: shape.idProperty, values });
    }
    case "email":
      if (shape.object !== "contacts") return [];
      return readByProperty(context, shape, { idProperty: "email", values });
    case "domain":
      if (shape.object !== "companies") return [];
      return searchByValue(context, shape, { property: "domain", values });
    case "value": {
      const { matchProperty: property } = shape;
      return property === undefined ? [] : searchByValue(context, shape, { property, values });
    }
  }
}

async function readByProperty(
  { api }: HubspotContext,
  shape: WireShape,
  { idProperty, values }: { readonly idProperty: string; readonly values: readonly string[] },
): Promise<readonly WireRecord[]> {
  const chunks = await inParallel(chunksOf(values, BATCH), async (chunk) => {
    const call = api.records.read(
      shape.object,
      {
        idProperty,
        inputs: chunk.map((id) => ({ id })),
        properties: propertiesToRead(shape),
        propertiesWithHistory: [],
      },
      false,
    );
    return batchAnswer.parse(await answerOrFault(call, `find ${shape.object} by ${idProperty}`));
  });
  return chunks.flatMap(({ results }) => results);
}

interface Sought {
  readonly property: string;
  readonly values: readonly string[];
}

async function searchByValue(
  context: HubspotContext,
  shape: WireShape,
  { property, values }: Sought,
): Promise<readonly WireRecord[]> {
  const lengthLeft = SEARCH_LENGTH - JSON.stringify(propertiesToRead(shape)).length;
  const chunks = await inParallel(shortChunks(values, lengthLeft), (chunk) =>
    searchValues(context, shape, { property, values: chunk }),
  );
  return chunks.flat();
}

/** Pages by record id rather than by offset, since records may come and go while we page. */
async function searchValues(
  { api }: HubspotContext,
  shape: WireShape,
  { property, values }: Sought,
): Promise<readonly WireRecord[]> {
  const found: WireRecord[] = [];
  for (let page = 0, lastId = "0"; page < MOST_PAGES; page += 1) {
    const call = api.search.doSearch(shape.object, {
      filterGroups: [
        {
          filters: [
            { propertyName: property, operator: FilterOperatorEnum.In, values: [...values] },
            { propertyName: "hs_object_id", operator: FilterOperatorEnum.Gt, value: lastId },
          ],
        },
      ],
      sorts: ["hs_object_id"],
      properties: propertiesToRead(shape),
      limit: SEARCH_PAGE,
    });
    const { results } = searchAnswer.parse(
      await answerOrFault(call, `find ${shape.object} by ${property}`),
    );
    found.push(...results);
    lastId = results.at(-1)?.id ?? lastId;
    if (results.length < SEARCH_PAGE) break;
  }
  return found;
}

function shortChunks(values: readonly string[], lengthLeft: number): string[][] {
  const chunks: string[][] = [];
  let length = 0;
  for (const value of values) {
    const last = chunks.at(-1);
    // Two quotes and a comma come on top of each value.
    length += value.length + 3;
    if (last && length <= lengthLeft && last.length < VALUES_COUNT) last.push(value);
    else {
      chunks.push([value]);
      length = value.length + 3;
    }
  }
  return chunks;
}
