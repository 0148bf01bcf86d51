import { requireLive } from "./find-record.ts";
import { CONTACT } from "./object-type.ts";
import type { Portal, Write } from "./portal.ts";
import { Refusal } from "./refusal.ts";
import { reviseRecord } from "./revise-record.ts";
import type { StoredRecord } from "./stored-record.ts";

/** The addresses besides the first that identify a contact too. */
export function additionalEmailsOf({ properties }: Pick<StoredRecord, "properties">): string[] {
  return (properties["hs_additional_emails"] ?? "").split(";").filter(Boolean);
}

export function emailsOf(record: Pick<StoredRecord, "properties">): string[] {
  const first = record.properties["email"];
  return [...(first === undefined ? [] : [first]), ...additionalEmailsOf(record)];
}

/** The list as the property holds it; null where it is empty. */
export function joinedEmails(emails: readonly string[]): string | null {
  return [...new Set(emails)].join(";") || null;
}

/** Replaces a contact's additional addresses by what `change` makes of them. */
export function changeAdditionalEmails(
  write: Write,
  contactId: string,
  change: (emails: readonly string[]) => readonly string[],
): StoredRecord {
  const contact = requireLive(write.portal, CONTACT, { id: contactId });
  const emails = change(additionalEmailsOf(contact));
  for (const email of emails) refuseTakenEmail(write.portal, email, contact.id);
  const changes = new Map([["hs_additional_emails", joinedEmails(emails)]]);
  write.portal.count("updates");
  return reviseRecord(write, CONTACT, [contact, changes]);
}

/** An address, first or additional, belongs to one contact. */
export function refuseTakenEmail(portal: Portal, email: string, id: string | undefined): void {
  const holder = portal.store(CONTACT).findByUnique("email", email);
  if (!holder || holder.id === id) return;
  throw new Refusal(409, `Contact already exists. Existing ID: ${holder.id}`, {
    category: "CONFLICT",
  });
}
