import type { SObjectType } from "../schema/schema.ts";
import type { Access } from "./access.ts";
import { checkLocks } from "./admin-rules.ts";
import { checkNotEmptied, checkReferences } from "./check-row.ts";
import { defaultsOf } from "./defaults.ts";
import type { Row } from "./exact-json.ts";
import { rulesOf } from "./object-rules.ts";
import { readValues } from "./read-values.ts";
import { entityIsDeleted, Refusal, unknownColumn } from "./refusal.ts";
import { binned, saveRow } from "./save-row.ts";
import { indexKey } from "./table.ts";
import type { Draft, Writing } from "./writing.ts";

/** Creates one record and gives it back, or refuses and leaves everything as it was. */
export function createRecord(
  writing: Writing,
  type: SObjectType,
  input: Record<string, unknown>,
): Row {
  if (!type.writable)
    throw new Refusal(
      "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
      `entity type cannot be inserted: ${type.label}`,
    );
  if (Object.keys(input).some((name) => name.toLowerCase() === "id"))
    throw new Refusal("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", {
      fields: ["Id"],
    });
  const values = readValues(writing, type, input, "createable");
  const { transaction } = writing;
  const { userId } = transaction.session;
  const row: Draft = { ...defaultsOf(type), ...withoutNullDefaults(type, values) };
  if (type.fields.has("ownerid")) row["OwnerId"] ??= userId;
  const kinds = writing.access.database.setup.recordTypes.of(type.name);
  const standard = kinds.find(({ isDefault }) => isDefault);
  if (standard) row["RecordTypeId"] ??= standard.recordTypeId;
  checkReferences(writing, type, values);
  row["Id"] = transaction.newId(type);
  if (type.name.endsWith("__c")) row["Name"] ??= row["Id"];
  row["CreatedDate"] = transaction.stamp;
  row["CreatedById"] = userId;
  return saveRow(writing, type, { row, before: undefined, given: new Set(Object.keys(values)) });
}

/** A null for a field that has a default is the default. */
function withoutNullDefaults(type: SObjectType, values: Draft): Draft {
  const kept = Object.entries(values).filter(
    ([name, value]) => value !== null || !type.fields.get(name.toLowerCase())?.defaultedOnCreate,
  );
  return Object.fromEntries(kept);
}

/** The live row of that id. A deleted one and one that never was are told apart. */
export function expectLive(access: Access, type: SObjectType, id: string | undefined): Row {
  const row = id === undefined ? undefined : access.database.table(type.name).get(id);
  if (!row)
    throw new Refusal("NOT_FOUND", "The requested resource does not exist", { status: 404 });
  if (row["IsDeleted"] === true) throw entityIsDeleted();
  return row;
}

/** Changes one record. Its stamps move even where no value does, as a save on the platform. */
export function updateRecord(
  writing: Writing,
  type: SObjectType,
  before: Row,
  input: Record<string, unknown>,
): Row {
  if (!type.writable)
    throw new Refusal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be updated");
  const values = readValues(writing, type, input, "updateable");
  checkNotEmptied(type, values);
  checkReferences(writing, type, values);
  const row: Draft = { ...before, ...values };
  return saveRow(writing, type, { row, before, given: new Set(Object.keys(values)) });
}

/** Puts one record into the recycle bin, and with it what cannot be without it. */
export function deleteRecord(writing: Writing, type: SObjectType, before: Row): void {
  const { transaction, access } = writing;
  checkLocks(writing, type, [before]);
  transaction.put(type, { ...before, ...binned(writing) });
  const id = indexKey(before["Id"]);
  for (const [childName, field] of rulesOf(type.name).cascade ?? []) {
    const child = access.database.schema.find(childName);
    if (!child) throw unknownColumn(field, childName);
    for (const row of access.database.table(childName).find(field, id))
      if (row["IsDeleted"] !== true) deleteRecord(writing, child, row);
  }
}
