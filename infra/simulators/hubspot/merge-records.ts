import { isFrom, takeLinks } from "./archive-record.ts";
import { additionalEmailsOf, emailsOf, joinedEmails } from "./contact-emails.ts";
import { requireLive } from "./find-record.ts";
import { CONTACT, LEAD, type ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Portal, type Write } from "./portal.ts";
import { invalid, Refusal } from "./refusal.ts";
import { modifiedStamps, type StoredRecord, versionsOf } from "./stored-record.ts";

/** Records that one may be made of. Source: error handling guide, 2026-04. */
const MAX_IDENTITIES = 250;

interface Pair {
  readonly primary: StoredRecord;
  readonly other: StoredRecord;
}

/**
 * Makes one record of two, with an id of its own; the primary's values win, and the other's fill
 * the gaps. So since 2025-01-14 for contacts and companies; for deals it is assumed (unverified).
 */
export function mergeRecords(
  write: Write,
  type: ObjectType,
  { primaryObjectId, objectIdToMerge }: { primaryObjectId: string; objectIdToMerge: string },
): StoredRecord {
  const { portal } = write;
  if (type === LEAD) throw invalid("Leads cannot be merged");
  const primary = requireLive(portal, type, { id: primaryObjectId });
  const other = requireLive(portal, type, { id: objectIdToMerge });
  if (primary.id === other.id) throw invalid("A record cannot be merged with itself");
  const merged = [...identitiesOf(primary), ...identitiesOf(other)];
  if (merged.length > MAX_IDENTITIES)
    throw new Refusal(414, `Cannot have more than ${MAX_IDENTITIES} identities on a profile`, {
      category: "VALIDATION_ERROR",
    });
  const id = portal.newId();
  const survivor = survivorOf(write, type, { id, primary, other });
  // The other's come first, so that of a type there is only one of, the primary's stays.
  const links = [other, primary].flatMap((each) => outwardLinks(portal, type, each.id));
  for (const loser of [primary, other]) {
    portal.store(type).purge(loser.id);
    portal.redirects.set(`${type.plural}/${loser.id}`, id);
  }
  portal.store(type).put({
    ...survivor,
    properties: { ...survivor.properties, hs_merged_object_ids: merged.join(";") },
  });
  for (const { to, typeId } of links)
    if (!merged.includes(to.id) || to.type !== type)
      portal.associations.add({ type, id }, to, [typeId]);
  portal.count("updates");
  publishMerge(write, type, { id, primary, other });
  return requireLive(portal, type, { id });
}

function outwardLinks(portal: Portal, type: ObjectType, id: string) {
  const from = { type, id };
  return takeLinks(portal, from)
    .filter((change) => isFrom(change, from))
    .map(({ to, type: linkType }) => ({ to, typeId: linkType.typeId }));
}

/** The ids a record was made of, its own among them. */
function identitiesOf({ id, properties }: StoredRecord): string[] {
  return [...(properties["hs_merged_object_ids"]?.split(";").filter(Boolean) ?? []), id];
}

function survivorOf(
  { portal, atMs }: Write,
  type: ObjectType,
  { id, primary, other }: Pair & { readonly id: string },
): StoredRecord {
  const properties: Record<string, string> = {
    ...other.properties,
    ...primary.properties,
    ...exceptions(portal, type, { primary, other }),
    ...modifiedStamps(type, atMs),
    ...(type === CONTACT ? contactIdentities(id, { primary, other }) : {}),
    hs_object_id: id,
  };
  const names = [properties, other.history, primary.history].flatMap(Object.keys);
  const holderOf = (name: string) =>
    properties[name] === primary.properties[name] ? primary : other;
  return {
    id,
    createdAtMs: Math.min(primary.createdAtMs, other.createdAtMs),
    updatedAtMs: atMs,
    properties,
    history: Object.fromEntries(
      [...new Set(names)].map((name) => [name, versionsOf(holderOf(name), name)]),
    ),
  };
}

function isHeld({ properties }: StoredRecord, name: string): boolean {
  return properties[name] !== undefined;
}

/**
 * Where the primary does not simply win: the furthest lifecycle stage, the earliest creation and the
 * oldest original source stay. Source: knowledge base "Merge records", stages; the rest unverified.
 */
function exceptions(
  portal: Portal,
  type: ObjectType,
  { primary, other }: Pair,
): Record<string, string> {
  const older = other.createdAtMs < primary.createdAtMs ? other : primary;
  const kept = ["createdate", "hs_createdate"];
  if (isHeld(older, "hs_analytics_source"))
    kept.push(...["", "_data_1", "_data_2"].map((end) => `hs_analytics_source${end}`));
  const stages = [primary, other].flatMap(({ properties }) => properties["lifecyclestage"] ?? []);
  const inOrder = portal.definitions.get(type, "lifecyclestage")?.options ?? [];
  const rankOf = (stage: string) => inOrder.findIndex(({ value }) => value === stage);
  const [furthest] = stages.sort((a, b) => rankOf(b) - rankOf(a));
  return {
    ...Object.fromEntries(
      kept.flatMap((name) => {
        const value = older.properties[name];
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    ...(furthest === undefined ? {} : { lifecyclestage: furthest }),
  };
}

/** All addresses and ids of either go on identifying the contact. */
function contactIdentities(id: string, { primary, other }: Pair): Record<string, string> {
  const first = primary.properties["email"] ?? other.properties["email"];
  const rest = [...additionalEmailsOf(primary), ...emailsOf(other)].filter(
    (email) => email !== first,
  );
  const emails = joinedEmails(rest);
  const vids = [...identitiesOf(primary), ...identitiesOf(other)];
  return {
    ...(emails === null ? {} : { hs_additional_emails: emails }),
    hs_all_contact_vids: [id, ...vids].join(";"),
    hs_calculated_merged_vids: vids.map((vid) => `${vid}:${id}`).join(";"),
  };
}

function publishMerge(
  { portal, atMs, source }: Write,
  type: ObjectType,
  { id, primary, other }: Pair & { readonly id: string },
): void {
  const moved = Object.keys(other.properties).filter((name) => !isHeld(primary, name));
  const details = {
    objectId: Number(id),
    primaryObjectId: Number(primary.id),
    mergedObjectIds: [Number(other.id)],
    newObjectId: Number(id),
    numberOfPropertiesMoved: moved.length,
  };
  portal.webhooks.publish({ kind: "merge", type, occurredAtMs: atMs, source, details }, PORTAL_ID);
}
