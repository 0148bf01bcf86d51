import { type Accepted, refuseDuplicates, requireOnCreate } from "./accept-values.ts";
import { deriveValues } from "./derived-values.ts";
import { linkPrimaryCompany, linkRecords, targetOfType } from "./link-records.ts";
import { CONTACT, type ObjectType } from "./object-type.ts";
import { PORTAL_ID, type Write } from "./portal.ts";
import { invalidValues } from "./refusal.ts";
import { requireValues } from "./required-values.ts";
import { publishChanges, reviseRecord } from "./revise-record.ts";
import { modifiedStamps, type StoredRecord } from "./stored-record.ts";

/** An association that is made together with its record. */
interface NewAssociation {
  readonly toId: string;
  readonly typeIds: readonly number[];
}

export interface NewRecord {
  readonly accepted: Accepted;
  readonly associations: readonly NewAssociation[];
}

export function createRecord(write: Write, type: ObjectType, input: NewRecord): StoredRecord {
  const { portal, atMs, source } = write;
  const { values, problems } = input.accepted;
  if (problems.length > 0) throw invalidValues(problems);
  const associationTypeIds = input.associations.flatMap(({ typeIds }) => typeIds);
  requireOnCreate(portal, type, { values, associationTypeIds });
  requireValues(write, type, { before: undefined, values });
  refuseDuplicates(portal, type, { id: undefined, values });
  deriveValues(write, { type, before: undefined, values });
  const id = portal.newId();
  const given = [...values].flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  const iso = new Date(atMs).toISOString();
  portal.store(type).put({
    id,
    createdAtMs: atMs,
    updatedAtMs: atMs,
    properties: {
      ...Object.fromEntries(given),
      ...modifiedStamps(type, atMs),
      createdate: iso,
      hs_createdate: iso,
      hs_object_id: id,
      hs_object_source: source.sourceType,
      hs_object_source_id: source.sourceId,
      hs_object_source_label: source.sourceType,
      ...(type === CONTACT
        ? { hs_all_contact_vids: id, hs_is_contact: "true", hs_is_unworked: "true" }
        : {}),
    },
    history: {},
  });
  portal.count("creates");
  const details = { objectId: Number(id), changeFlag: "NEW" };
  portal.webhooks.publish(
    { kind: "creation", type, occurredAtMs: atMs, source, details },
    PORTAL_ID,
  );
  publishChanges(write, type, [id, new Map(given)]);
  for (const { toId, typeIds } of input.associations) {
    const to = targetOfType(portal, type, typeIds[0] ?? 0);
    linkRecords(
      write,
      [
        { type, id },
        { type: to, id: toId },
      ],
      typeIds,
    );
  }
  return afterLinks(write, type, { id, values });
}

export function updateRecord(
  write: Write,
  type: ObjectType,
  { record, accepted }: { record: StoredRecord; accepted: Accepted },
): StoredRecord {
  const { values, problems } = accepted;
  if (problems.length > 0) throw invalidValues(problems);
  requireValues(write, type, { before: record, values });
  refuseDuplicates(write.portal, type, { id: record.id, values });
  deriveValues(write, { type, before: record, values });
  reviseRecord(write, type, [record, values]);
  write.portal.count("updates");
  return afterLinks(write, type, { id: record.id, values });
}

/** The record as it stands once its company, where one was written, is associated too. */
function afterLinks(
  write: Write,
  type: ObjectType,
  { id, values }: { id: string; values: ReadonlyMap<string, string | null> },
): StoredRecord {
  const companyId = values.get("associatedcompanyid");
  if (type === CONTACT && companyId !== undefined)
    linkPrimaryCompany(write, id, companyId ?? undefined);
  const record = write.portal.store(type).get(id);
  if (!record) throw new Error(`record ${id} vanished while it was being written`);
  return record;
}
