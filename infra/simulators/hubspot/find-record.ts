import type { ObjectType } from "./object-type.ts";
import type { Portal } from "./portal.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";
import type { StoredRecord } from "./stored-record.ts";

/** Source: records guide, 2026-04. */
const KEPT_IN_BIN_MS = 90 * 86_400_000;

/** A merge chain longer than this is a loop. */
const LONGEST_CHAIN = 250;

/** A record named by its id, or by the value of a unique property. */
export interface RecordRef {
  readonly id: string;
  readonly idProperty?: string | null | undefined;
}

/** The record, in the recycle bin or not; an old id of a merge leads to the survivor. */
export function findRecord(
  portal: Portal,
  type: ObjectType,
  ref: RecordRef,
): StoredRecord | undefined {
  return lookUp(portal, type, { ...ref, id: followMerges(portal, type, ref) });
}

/** The record not archived, or undefined. A retired id of a merge does not answer here. */
export function findLive(
  portal: Portal,
  type: ObjectType,
  ref: RecordRef,
): StoredRecord | undefined {
  const record = lookUp(portal, type, ref);
  return record?.archivedAtMs === undefined ? record : undefined;
}

/** For calls on a single record, where the old ids of a merge lead to the survivor. */
export function requireLive(portal: Portal, type: ObjectType, ref: RecordRef): StoredRecord {
  const record = findLive(portal, type, { ...ref, id: followMerges(portal, type, ref) });
  if (!record) throw notFound();
  return record;
}

export function requireArchived(portal: Portal, type: ObjectType, ref: RecordRef): StoredRecord {
  const record = portal.store(type).get(ref.id);
  if (!record || !isInRecycleBin(portal, record)) throw notFound();
  return record;
}

/** Archived, and not so long ago that HubSpot has emptied the bin. */
export function isInRecycleBin(portal: Portal, { archivedAtMs }: StoredRecord): boolean {
  return archivedAtMs !== undefined && portal.clock.now() - archivedAtMs <= KEPT_IN_BIN_MS;
}

function lookUp(portal: Portal, type: ObjectType, { id, idProperty }: RecordRef) {
  const store = portal.store(type);
  if (!idProperty || idProperty === "hs_object_id") return store.get(id);
  const definition = portal.definitions.get(type, idProperty);
  if (!definition?.hasUniqueValue)
    throw invalid(`Property '${idProperty}' is not a unique identifier property`);
  return store.findByUnique(idProperty, id);
}

function followMerges(portal: Portal, type: ObjectType, { id, idProperty }: RecordRef): string {
  if (idProperty) return id;
  let current = id;
  for (let hop = 0; hop < LONGEST_CHAIN; hop += 1) {
    const next = portal.redirects.get(`${type.plural}/${current}`);
    if (next === undefined) return current;
    current = next;
  }
  return current;
}

/** The error of a 207 for records that are not there. */
export function missingRecords(type: ObjectType, ids: readonly string[]): Refusal {
  return new Refusal(
    404,
    `Could not get some ${type.singular.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`,
    { category: "OBJECT_NOT_FOUND", context: { ids } },
  );
}
