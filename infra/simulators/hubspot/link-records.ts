import { primaryCompanyOf, settleLinks } from "./archive-record.ts";
import { PRIMARY_COMPANY } from "./association-types.ts";
import type { End, LinkChange } from "./associations.ts";
import { COMPANY, CONTACT, type ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Portal, type Write } from "./portal.ts";
import { invalid, Refusal } from "./refusal.ts";

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
  const target = portal.objectTypes
    .all()
    .find((to) => portal.associations.types(from, to).some((type) => type.typeId === typeId));
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
  settleLinks(write, changes);
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
