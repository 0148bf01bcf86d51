import { LEAD_PRIMARY_CONTACT, PRIMARY_COMPANY } from "./association-types.ts";
import type { End, LinkChange } from "./associations.ts";
import { COMPANY, CONTACT, LEAD } from "./object-type.ts";
import { PORTAL_ID, type Portal, type Write } from "./portal.ts";
import { reviseRecord } from "./revise-record.ts";
import type { StoredRecord } from "./stored-record.ts";

/**
 * Puts a record into the recycle bin: out of lists and associations, its unique values free again.
 * Its associations go with it, and come back with it. Whether HubSpot tells them in webhooks of
 * their own is unverified; here they are not.
 */
export function archiveRecord(write: Write, record: StoredRecord, from: End): void {
  const { portal, atMs, source } = write;
  const changes = takeLinks(portal, from);
  const links = changes
    .filter((change) => isFrom(change, from))
    .map(({ to, type }) => ({ to: to.type.plural, toId: to.id, typeId: type.typeId }));
  portal
    .store(from.type)
    .put({ ...record, archivedAtMs: atMs, updatedAtMs: atMs, archivedLinks: links });
  portal.count("archives");
  const details = { objectId: Number(record.id), changeFlag: "DELETED" };
  portal.webhooks.publish(
    { kind: "deletion", type: from.type, occurredAtMs: atMs, source, details },
    PORTAL_ID,
  );
  settleLinks(write, changes);
}

/** Ends every association of a record, and says what ended, seen from both sides. */
export function takeLinks(portal: Portal, from: End): LinkChange[] {
  return portal.objectTypes
    .all()
    .flatMap((to) =>
      portal.associations
        .linked(from, to)
        .flatMap(({ toId }) => portal.associations.removeAll(from, { type: to, id: toId })),
    );
}

export function isFrom({ from }: LinkChange, { type, id }: End): boolean {
  return from.type === type && from.id === id;
}

/** What follows from associations that began or ended. */
export function settleLinks(write: Write, changes: readonly LinkChange[]): void {
  const touched = (type: End["type"], typeId: number) =>
    new Set(
      changes
        .filter(({ from, type: each }) => from.type === type && each.typeId === typeId)
        .map(({ from }) => from.id),
    );
  for (const contactId of touched(CONTACT, PRIMARY_COMPANY)) mirrorPrimaryCompany(write, contactId);
  for (const leadId of touched(LEAD, LEAD_PRIMARY_CONTACT)) dropLeadWithoutContact(write, leadId);
}

export function primaryCompanyOf(portal: Portal, contactId: string): string | undefined {
  return portal.associations
    .linked({ type: CONTACT, id: contactId }, COMPANY)
    .find(({ types }) => types.some(({ typeId }) => typeId === PRIMARY_COMPANY))?.toId;
}

function mirrorPrimaryCompany(write: Write, contactId: string): void {
  const contact = write.portal.store(CONTACT).get(contactId);
  if (contact?.archivedAtMs !== undefined) return;
  const companyId = primaryCompanyOf(write.portal, contactId) ?? null;
  if (!contact || (contact.properties["associatedcompanyid"] ?? null) === companyId) return;
  reviseRecord(write, CONTACT, [contact, new Map([["associatedcompanyid", companyId]])]);
}

/** A lead lives as long as it has a primary contact. Source: leads guide, 2026-04. */
function dropLeadWithoutContact(write: Write, leadId: string): void {
  const from = { type: LEAD, id: leadId };
  const lead = write.portal.store(LEAD).get(leadId);
  const hasPrimary = write.portal.associations
    .linked(from, CONTACT)
    .some(({ types }) => types.some(({ typeId }) => typeId === LEAD_PRIMARY_CONTACT));
  if (lead && lead.archivedAtMs === undefined && !hasPrimary) archiveRecord(write, lead, from);
}
