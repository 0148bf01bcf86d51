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
  const properties = propertiesToRead(shape);
  const chunks = await inParallel(chunksOf(ids, BATCH), (chunk) =>
    readBatch(context, shape, { ids: chunk, properties, archived: false }),
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
  return [...present, ...(await observeAbsent(context, shape, { absent, records }))];
}

async function readBatch(
  { api }: HubspotContext,
  shape: WireShape,
  { ids, properties, archived }: BatchOf,
): Promise<readonly WireRecord[]> {
  const inputs = ids.map((id) => ({ id }));
  const call = api.records.read(
    shape.object,
    { inputs, properties: [...properties], propertiesWithHistory: [] },
    archived,
  );
  return batchAnswer.parse(await answerOrFault(call, `read ${shape.object}`)).results;
}

interface BatchOf {
  readonly ids: readonly string[];
  readonly properties: readonly string[];
  readonly archived: boolean;
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
 * A record that a batch does not find was deleted, merged into another, or deleted for good. The heir of
 * a merge names whom it was made of, so that one that is read along costs no call. A hundred that lie
 * in the recycle bin cost one. What is left is asked for one at a time: batches do not follow the old
 * ids of a merge, single reads do. Source: HubSpot changelog on merges of 2025-01-14, read 2026-11-21;
 * that the bin shows no old ids is unverified, and made good by the heir, which is a changed record.
 */
async function observeAbsent(
  context: HubspotContext,
  shape: WireShape,
  {
    absent,
    records,
  }: { readonly absent: readonly string[]; readonly records: readonly WireRecord[] },
): Promise<Observation[]> {
  const { object } = shape;
  const heirs = new Map(records.flatMap((one) => mergedIds(one).map((id) => [id, one.id])));
  const unknown = absent.filter((id) => !heirs.has(id));
  const bins = await inParallel(chunksOf(unknown, BATCH), (ids) =>
    readBatch(context, shape, { ids, properties: [], archived: true }),
  );
  const binned = new Set(bins.flat().map(({ id }) => id));
  const left = unknown.filter((id) => !binned.has(id));
  await inParallel(left, async (id) => {
    const heir = await currentIdOf(context.api, object, id);
    if (heir !== undefined && heir !== id) heirs.set(id, heir);
  });
  return absent.map((id) => {
    const heir = heirs.get(id);
    const seen = goneObservation(object, id);
    if (heir !== undefined) return { ...seen, continuedAs: { ...seen.ref, id: heir } };
    return binned.has(id) ? seen : { ...seen, goneForGood: true };
  });
}

function goneObservation(object: string, id: string): Observation {
  return {
    ref: { system: "hubspot", object, id },
    gone: true,
    continuedAs: undefined,
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
