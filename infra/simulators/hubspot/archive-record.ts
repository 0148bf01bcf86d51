import { OBJECT_TYPES, type ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Write } from "./portal.ts";
import type { StoredRecord } from "./stored-record.ts";

/** Puts a record into the recycle bin: out of search, lists and associations, its e-mail free again. */
export function archiveRecord(write: Write, type: ObjectType, record: StoredRecord): void {
  const { portal, atMs, source } = write;
  const from = { type, id: record.id };
  for (const to of OBJECT_TYPES)
    for (const { toId } of portal.associations.linked(from, to))
      portal.associations.removeAll(from, { type: to, id: toId });
  portal.store(type).put({ ...record, archivedAtMs: atMs, updatedAtMs: atMs });
  portal.count("archives");
  const details = { objectId: Number(record.id), changeFlag: "DELETED" };
  portal.webhooks.publish(
    { kind: "deletion", type, occurredAtMs: atMs, source, details },
    PORTAL_ID,
  );
}
