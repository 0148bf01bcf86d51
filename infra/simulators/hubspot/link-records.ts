import { archiveRecord } from "./archive-record.ts";
import { LEAD_PRIMARY_CONTACT, PRIMARY_COMPANY } from "./association-types.ts";
import type { End, LinkChange } from "./associations.ts";
import { COMPANY, CONTACT, LEAD, OBJECT_TYPES, type ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Portal, type Write } from "./portal.ts";
import { invalid, Refusal } from "./refusal.ts";
import { reviseRecord } from "./revise-record.ts";

/** Associates two records by `typeIds`, and whatever follows from that. */
export function linkRecords(
  write: Write,
  [from, to]: readonly [End, End],
  typeIds: readonly number[],
): void {
  requireLive(write.portal, from);
  requireLive(write.portal, to);
  follow(write, write.portal.associations.add(from, to, typeIds));
  write.portal.count("associations");
}

/** Takes `typeIds` away, or everything where `typeIds` is "all". Nothing there is nothing wrong. */
export function unlinkRecords(
  write: Write,
  [from, to]: readonly [End, End],
  typeIds: readonly number[] | "all",
): void {
  const { associations } = write.portal;
  const changes =
    typeIds === "all" ? associations.removeAll(from, to) : associations.remove(from, to, typeIds);
  if (changes.length === 0) return;
  follow(write, changes);
  write.portal.count("associations");
}

/** Brings the associations of a contact in line with its `associatedcompanyid`. */
export function linkPrimaryCompany(
  write: Write,
  contactId: string,
  companyId: string | undefined,
): void {
  const contact: End = { type: CONTACT, id: contactId };
  const current = primaryCompanyOf(write.portal, contactId);
  if (companyId === current) return;
  if (companyId !== undefined)
    linkRecords(write, [contact, { type: COMPANY, id: companyId }], [PRIMARY_COMPANY]);
  else if (current !== undefined)
    unlinkRecords(write, [contact, { type: COMPANY, id: current }], [PRIMARY_COMPANY]);
}

/** The object at the other end of an association type, which a create names by its id alone. */
export function targetOfType(portal: Portal, from: ObjectType, typeId: number): ObjectType {
  const target = OBJECT_TYPES.find((to) =>
    portal.associations.types(from, to).some((type) => type.typeId === typeId),
  );
  if (!target) throw invalid(`Association type ${typeId} is not valid from ${from.singular}`);
  return target;
}

function requireLive(portal: Portal, { type, id }: End): void {
  const record = portal.store(type).get(id);
  if (!record || record.archivedAtMs !== undefined)
    throw new Refusal(404, `${type.singular} with id ${id} does not exist`, {
      category: "OBJECT_NOT_FOUND",
      context: { ids: [id] },
    });
}

function follow(write: Write, changes: readonly LinkChange[]): void {
  for (const change of changes) publishLink(write, change);
  const touched = (type: ObjectType, typeId: number) =>
    new Set(
      changes
        .filter(({ from, type: each }) => from.type === type && each.typeId === typeId)
        .map(({ from }) => from.id),
    );
  for (const contactId of touched(CONTACT, PRIMARY_COMPANY)) mirrorPrimaryCompany(write, contactId);
  for (const leadId of touched(LEAD, LEAD_PRIMARY_CONTACT)) dropLeadWithoutContact(write, leadId);
}

function primaryCompanyOf(portal: Portal, contactId: string): string | undefined {
  return portal.associations
    .linked({ type: CONTACT, id: contactId }, COMPANY)
    .find(({ types }) => types.some(({ typeId }) => typeId === PRIMARY_COMPANY))?.toId;
}

function mirrorPrimaryCompany(write: Write, contactId: string): void {
  const contact = write.portal.store(CONTACT).get(contactId);
  const companyId = primaryCompanyOf(write.portal, contactId) ?? null;
  if (!contact || (contact.properties["associatedcompanyid"] ?? null) === companyId) return;
  reviseRecord(write, CONTACT, [contact, new Map([["associatedcompanyid", companyId]])]);
}

/** A lead lives as long as it has a primary contact. Source: leads guide, 2026-04. */
function dropLeadWithoutContact(write: Write, leadId: string): void {
  const lead = write.portal.store(LEAD).get(leadId);
  const contacts = write.portal.associations.linked({ type: LEAD, id: leadId }, CONTACT);
  const hasPrimary = contacts.some(({ types }) =>
    types.some(({ typeId }) => typeId === LEAD_PRIMARY_CONTACT),
  );
  if (lead && lead.archivedAtMs === undefined && !hasPrimary) archiveRecord(write, LEAD, lead);
}

function publishLink(
  { portal, atMs, source }: Write,
  { from, to, type, removed }: LinkChange,
): void {
  const names = [from.type, to.type].map(({ singular }) => singular.toUpperCase());
  const details = {
    fromObjectId: Number(from.id),
    toObjectId: Number(to.id),
    fromObjectTypeId: from.type.typeId,
    toObjectTypeId: to.type.typeId,
    associationType: names.join("_TO_"),
    associationTypeId: type.typeId,
    associationCategory: type.category,
    associationRemoved: removed,
    isPrimaryAssociation: type.label === "Primary",
  };
  portal.webhooks.publish(
    { kind: "associationChange", type: from.type, occurredAtMs: atMs, source, details },
    PORTAL_ID,
  );
}
