import { refuseDuplicates } from "./accept-values.ts";
import { settleLinks } from "./archive-record.ts";
import { additionalEmailsOf, refuseTakenEmail } from "./contact-emails.ts";
import { findLive, requireArchived } from "./find-record.ts";
import { CONTACT, type ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Write } from "./portal.ts";
import { reviseRecord } from "./revise-record.ts";
import type { StoredRecord } from "./stored-record.ts";

/**
 * Brings a record back from the recycle bin, as a person does in HubSpot; no API does. Its
 * associations come back where the other record is still there (unverified), and it is refused
 * where another record has taken one of its unique values meanwhile (unverified).
 */
export function restoreRecord(write: Write, type: ObjectType, id: string): StoredRecord {
  const { portal, atMs, source } = write;
  const { archivedAtMs: _, archivedLinks = [], ...record } = requireArchived(portal, type, { id });
  refuseDuplicates(portal, type, { id, values: new Map(Object.entries(record.properties)) });
  if (type === CONTACT)
    for (const email of additionalEmailsOf(record)) refuseTakenEmail(portal, email, id);
  const restored = reviseRecord(write, type, [record, new Map()]);
  const from = { type, id };
  const changes = archivedLinks.flatMap(({ to, toId, typeId }) => {
    const toType = portal.objectTypes.find(to);
    if (!toType || !findLive(portal, toType, { id: toId })) return [];
    return portal.associations.add(from, { type: toType, id: toId }, [typeId]);
  });
  portal.count("updates");
  const details = { objectId: Number(id), changeFlag: "RESTORED" };
  portal.webhooks.publish(
    { kind: "restore", type, occurredAtMs: atMs, source, details },
    PORTAL_ID,
  );
  settleLinks(write, changes);
  return portal.store(type).get(id) ?? restored;
}
