import type { ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Write } from "./portal.ts";
import { effective, type PropertyChanges, revise, type StoredRecord } from "./stored-record.ts";

/**
 * Puts `changes` into force, in the store and in the webhooks.
 *
 * A write that changes nothing still moves the modified stamp (unverified: HubSpot does not say, and
 * this is the harder case for a client that polls), but tells no webhook and adds no history.
 */
export function reviseRecord(
  write: Write,
  type: ObjectType,
  [record, changes]: readonly [StoredRecord, PropertyChanges],
): StoredRecord {
  const { portal, atMs, source } = write;
  const real = effective(record, changes);
  const revised = revise(record, { type, changes: real, atMs, source });
  portal.store(type).put(revised);
  publishChanges(write, type, [record.id, real]);
  return revised;
}

/** One event for each property that a person or an app can change; calculated ones do not fire. */
export function publishChanges(
  { portal, atMs, source }: Write,
  type: ObjectType,
  [id, changes]: readonly [string, PropertyChanges],
): void {
  for (const [propertyName, value] of changes) {
    if (portal.definitions.get(type, propertyName)?.modificationMetadata.readOnlyValue) continue;
    const details = { objectId: Number(id), propertyName, propertyValue: value ?? "" };
    portal.webhooks.publish(
      { kind: "propertyChange", type, occurredAtMs: atMs, source, propertyName, details },
      PORTAL_ID,
    );
  }
}
