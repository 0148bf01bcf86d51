import { createHash } from "node:crypto";
import { archiveRecord } from "./archive-record.ts";
import { emailsOf } from "./contact-emails.ts";
import { findRecord, type RecordRef } from "./find-record.ts";
import { CONTACT, type ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Portal, type Write } from "./portal.ts";
import { invalid, type ValueProblem } from "./refusal.ts";

/**
 * Forgets a contact for good, also one in the recycle bin: no read finds it, and none of its
 * addresses may come back. An address that nobody has is blocked all the same; an id that nobody
 * has is nothing wrong. Source: reference of `gdpr-delete`, read 2026-11-21.
 */
export function forgetContact(write: Write, type: ObjectType, ref: RecordRef): void {
  if (type !== CONTACT) throw invalid("Only contacts can be deleted for privacy");
  const { portal } = write;
  const record = findRecord(portal, type, ref);
  const named = ref.idProperty === "email" ? [ref.id] : [];
  for (const email of [...named, ...(record ? emailsOf(record) : [])])
    portal.blockedEmails.set(blockKey(email), true);
  if (!record) return;
  const forget = () => publishForgotten(write, record.id);
  const archive = () => {
    if (record.archivedAtMs === undefined) archiveRecord(write, record, { type, id: record.id });
  };
  // Both events are told, in either order: webhooks guide, 2025-01.
  const [first, second] = portal.random.number() < 0.5 ? [forget, archive] : [archive, forget];
  first();
  second();
  portal.store(type).purge(record.id);
}

/** Only hashes are kept: what is to be forgotten is not written down. */
function blockKey(email: string): string {
  return createHash("sha256").update(email.trim().toLowerCase()).digest("hex");
}

/** Why an address may not be used. The code and text are unverified. */
export function blockedProblem(portal: Portal, email: string): ValueProblem | undefined {
  if (portal.blockedEmails.size === 0 || !portal.blockedEmails.has(blockKey(email)))
    return undefined;
  const message = `Email address ${email} belongs to a contact that was permanently deleted`;
  return { name: "email", error: "EMAIL_BLOCKED", message };
}

function publishForgotten({ portal, atMs, source }: Write, id: string): void {
  const details = { objectId: Number(id) };
  portal.webhooks.publish(
    { kind: "privacyDeletion", type: CONTACT, occurredAtMs: atMs, source, details },
    PORTAL_ID,
  );
}
