import { archiveRecord } from "./archive-record.ts";
import type { LinkChange } from "./associations.ts";
import { findLive, type RecordRef, requireLive } from "./find-record.ts";
import { CONTACT, LEAD, OBJECT_TYPES, type ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Write } from "./portal.ts";
import { invalid } from "./refusal.ts";
import { modifiedStamps, type StoredRecord } from "./stored-record.ts";

/**
 * Makes one record of two, with an id of its own; the primary's values win, and the other's fill
 * the gaps. So since 2025-01-14 for contacts and companies; for deals it is assumed (unverified).
 */
export function mergeRecords(
  write: Write,
  type: ObjectType,
  { primaryObjectId, objectIdToMerge }: { primaryObjectId: string; objectIdToMerge: string },
): StoredRecord {
  const { portal, atMs, source } = write;
  if (type === LEAD) throw invalid("Leads cannot be merged");
  const primary = requireLive(portal, type, { id: primaryObjectId });
  const other = requireLive(portal, type, { id: objectIdToMerge });
  if (primary.id === other.id) throw invalid("A record cannot be merged with itself");
  const id = portal.newId();
  const losers = [primary.id, other.id];
  const links = losers.flatMap((loser) => takeLinks(write, { type, id: loser }));
  for (const loser of losers) {
    portal.store(type).purge(loser);
    portal.redirects.set(`${type.plural}/${loser}`, id);
  }
  const survivor: StoredRecord = {
    id,
    createdAtMs: Math.min(primary.createdAtMs, other.createdAtMs),
    updatedAtMs: atMs,
    properties: {
      ...other.properties,
      ...primary.properties,
      ...modifiedStamps(type, atMs),
      ...mergedIds([primary, other]),
      ...(type === CONTACT ? additionalEmails(primary, other) : {}),
      hs_object_id: id,
    },
    history: { ...other.history, ...primary.history },
  };
  portal.store(type).put(survivor);
  for (const { to, type: linkType } of links)
    portal.associations.add({ type, id }, to, [linkType.typeId]);
  portal.count("updates");
  const details = {
    objectId: Number(id),
    primaryObjectId: Number(primary.id),
    mergedObjectIds: [Number(other.id)],
    newObjectId: Number(id),
    numberOfPropertiesMoved: Object.keys(other.properties).length,
  };
  portal.webhooks.publish({ kind: "merge", type, occurredAtMs: atMs, source, details }, PORTAL_ID);
  return survivor;
}

/** The associations of a record that is about to go, taken from it. */
function takeLinks({ portal }: Write, from: { type: ObjectType; id: string }): LinkChange[] {
  return OBJECT_TYPES.flatMap((to) =>
    portal.associations
      .linked(from, to)
      .flatMap(({ toId }) => portal.associations.removeAll(from, { type: to, id: toId }))
      .filter((change) => change.from.type === from.type && change.from.id === from.id),
  );
}

function mergedIds(records: readonly StoredRecord[]): Record<string, string> {
  const ids = records.flatMap(({ id, properties }) => [
    ...(properties["hs_merged_object_ids"]?.split(";") ?? []),
    id,
  ]);
  return { hs_merged_object_ids: ids.join(";") };
}

/** The other's address goes on identifying the contact. */
function additionalEmails(primary: StoredRecord, other: StoredRecord): Record<string, string> {
  const emails = [
    ...(primary.properties["hs_additional_emails"]?.split(";") ?? []),
    ...(other.properties["hs_additional_emails"]?.split(";") ?? []),
    other.properties["email"] ?? "",
  ].filter((email) => email !== "" && email !== primary.properties["email"]);
  const hasOwn = primary.properties["email"] !== undefined;
  return emails.length > 0 && hasOwn
    ? { hs_additional_emails: [...new Set(emails)].join(";") }
    : {};
}

/** Forgets a contact for good: not even the recycle bin keeps it. Nobody there is nothing wrong. */
export function purgeContact(write: Write, type: ObjectType, ref: RecordRef): void {
  if (type !== CONTACT) throw invalid("Only contacts can be deleted for privacy");
  const record = findLive(write.portal, type, ref);
  if (!record) return;
  archiveRecord(write, type, record);
  write.portal.store(type).purge(record.id);
}
