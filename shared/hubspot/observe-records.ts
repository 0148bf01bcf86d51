import type { WireShape } from "../core/mapping/wire-shape.ts";
import { chunksOf, inParallel } from "../sync/in-parallel.ts";
import { NO_RELATIONS, type Observation, type Ref, refKey } from "../sync/ports.ts";
import { dealRelations } from "./deal-relations.ts";
import { BATCH, type HubspotContext } from "./hubspot-context.ts";
import { rawProperties } from "./raw-properties.ts";
import { answerOrFault, answerOrRefusal, refusedFault } from "./refusal.ts";
import {
  batchAnswer,
  modifiedAtMs,
  stampProperty,
  type WireRecord,
  wireRecord,
} from "./wire-record.ts";

const MERGED_IDS = "hs_merged_object_ids";

/** Everything an observation is made of: what the mapping reads, our id, and HubSpot's own stamps. */
export function propertiesToRead({ object, idProperty, properties }: WireShape): string[] {
  const own = [idProperty, "createdate", stampProperty(object), MERGED_IDS];
  return [...new Set([...properties, ...own])];
}

export async function observeRecords(
  context: HubspotContext,
  refs: readonly Ref[],
): Promise<ReadonlyMap<string, Observation>> {
  const idsByObject = Map.groupBy(refs, ({ object }) => object);
  const observed = new Map<string, Observation>();
  for (const [object, refsOfObject] of idsByObject) {
    const shape = context.shapeOf(object);
    const ids = [...new Set(refsOfObject.map(({ id }) => id))];
    for (const observation of await observeIds(context, shape, ids))
      observed.set(refKey(observation.ref), observation);
  }
  return observed;
}

async function observeIds(
  context: HubspotContext,
  shape: WireShape,
  ids: readonly string[],
): Promise<readonly Observation[]> {
  const chunks = await inParallel(chunksOf(ids, BATCH), (chunk) =>
    readBatch(context, shape, chunk),
  );
  const asked = new Set(ids);
  const records = chunks.flat();
  const present = await observationsOf(
    context,
    shape,
    records.filter(({ id }) => asked.has(id)),
  );
  const seen = new Set(present.map(({ ref }) => ref.id));
  const absent = ids.filter((id) => !seen.has(id));
  const gone = await inParallel(absent, (id) => observeAbsent(context, shape, { id, records }));
  return [...present, ...gone];
}

async function readBatch(
  { api }: HubspotContext,
  shape: WireShape,
  ids: readonly string[],
): Promise<readonly WireRecord[]> {
  const call = api.records.read(
    shape.object,
    {
      inputs: ids.map((id) => ({ id })),
      properties: propertiesToRead(shape),
      propertiesWithHistory: [],
    },
    false,
  );
  return batchAnswer.parse(await answerOrFault(call, `read ${shape.object}`)).results;
}

export async function observationsOf(
  context: HubspotContext,
  shape: WireShape,
  records: readonly WireRecord[],
): Promise<readonly Observation[]> {
  const { object, idProperty } = shape;
  const dealIds = object === "deals" ? records.map(({ id }) => id) : [];
  const relations = await dealRelations(context.api, dealIds);
  return Promise.all(
    records.map(async (record) => ({
      ref: { system: "hubspot" as const, object, id: record.id },
      gone: false,
      continuedAs: undefined,
      ...continuing(object, record),
      accordId: record.properties[idProperty] || undefined,
      properties: await rawProperties(shape, record, context.owners),
      createdAtMs: record.createdAt.getTime(),
      modifiedAtMs: modifiedAtMs(object, record),
      relations: relations.get(record.id) ?? NO_RELATIONS,
    })),
  );
}

function continuing(object: string, record: WireRecord): Pick<Observation, "continues"> {
  const continues = mergedIds(record).map((id) => ({ system: "hubspot" as const, object, id }));
  return continues.length > 0 ? { continues } : {};
}

/** The records that it was made of, by their old ids; at most 250. Source: property of that name. */
function mergedIds({ properties }: WireRecord): string[] {
  return (properties[MERGED_IDS] ?? "").split(";").filter((id) => id !== "");
}

/**
 * A record that a batch does not find is deleted, or merged into another. Merging makes a new record,
 * and the ids of both old ones lead to it when they are asked for one at a time; batches do not follow.
 * Source: HubSpot changelog on merges of 2025-01-14, read 2026-11-21.
 */
async function observeAbsent(
  { api }: HubspotContext,
  { object }: WireShape,
  { id, records }: { readonly id: string; readonly records: readonly WireRecord[] },
): Promise<Observation> {
  const heir =
    records.find((record) => mergedIds(record).includes(id))?.id ??
    (await currentIdOf(api, object, id));
  const ref = { system: "hubspot", object } as const;
  return {
    ref: { ...ref, id },
    gone: true,
    continuedAs: heir === undefined || heir === id ? undefined : { ...ref, id: heir },
    accordId: undefined,
    properties: {},
    createdAtMs: 0,
    modifiedAtMs: 0,
    relations: NO_RELATIONS,
  };
}

async function currentIdOf(
  api: HubspotContext["api"],
  object: string,
  id: string,
): Promise<string | undefined> {
  const outcome = await answerOrRefusal(api.single.getById(object, id, [MERGED_IDS]));
  if ("answer" in outcome) return wireRecord.parse(outcome.answer).id;
  if (outcome.refusal.httpStatus === 404 || outcome.refusal.httpStatus === 400) return undefined;
  throw refusedFault(outcome.refusal, `read one of ${object}`);
}
