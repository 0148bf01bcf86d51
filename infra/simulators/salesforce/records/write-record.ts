import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import type { Access } from "./access.ts";
import type { Transaction } from "./database.ts";
import { defaultsOf } from "./defaults.ts";
import { isObject, type Row, type Scalar, textOf } from "./exact-json.ts";
import { readFieldValue } from "./field-value.ts";
import { rulesOf } from "./object-rules.ts";
import { entityIsDeleted, invalidCrossReference, Refusal, unknownColumn } from "./refusal.ts";
import type { RuleContext } from "./rule-context.ts";
import { indexKey } from "./table.ts";

type Draft = Record<string, Scalar>;

/** Everything a write needs to know besides the values. */
export interface Writing {
  readonly access: Access;
  readonly transaction: Transaction;
}

/** Not fields of the record, though they travel in it. */
const ENVELOPE = new Set(["attributes"]);

/** The parent that `{"Account": {"Ext__c": "7"}}` names. */
function findByExternalId(writing: Writing, field: Field, value: Record<string, unknown>): string {
  const { access } = writing;
  const target = access.database.schema.find(field.referenceTo[0] ?? "");
  const [entry] = Object.entries(value).filter(([name]) => !ENVELOPE.has(name));
  if (!target || !entry) throw invalidCrossReference([field.name]);
  const key = access.expect(target, entry[0]);
  const found = access.database
    .table(target.name)
    .find(key.name, indexKey(readFieldValue(key, entry[1])))
    .filter((row) => row["IsDeleted"] !== true);
  const id = textOf(found[0], "Id");
  if (id === undefined || !(key.externalId || key.type === "id"))
    throw new Refusal(
      "INVALID_FIELD",
      `Foreign key external ID: ${String(entry[1]).toLowerCase()} not found for field ${key.name} in entity ${target.name}`,
    );
  return id;
}

/** Reads the values of a request. Unknown fields are refused first, then read-only ones. */
function readValues(
  writing: Writing,
  type: SObjectType,
  input: Record<string, unknown>,
  kind: "createable" | "updateable",
): Draft {
  const { access } = writing;
  const values: Draft = {};
  const refused: string[] = [];
  for (const [name, value] of Object.entries(input)) {
    if (ENVELOPE.has(name)) continue;
    const relation = isObject(value)
      ? access.fields(type).find((field) => field.relationshipName === name)
      : undefined;
    const field = relation ?? access.expect(type, name);
    if (!field[kind] || !access.canEdit(type, field)) refused.push(field.name);
    else if (relation && isObject(value))
      values[field.name] = findByExternalId(writing, field, value);
    else values[field.name] = readFieldValue(field, value);
  }
  if (refused.length > 0)
    throw new Refusal(
      "INVALID_FIELD_FOR_INSERT_UPDATE",
      `Unable to create/update fields: ${refused.join(", ")}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
      { fields: refused },
    );
  return values;
}

function checkRequired(type: SObjectType, row: Row): void {
  const missing = [...type.fields.values()]
    .filter((field) => field.createable && !field.nillable && !field.defaultedOnCreate)
    .filter((field) => row[field.name] === null || row[field.name] === undefined)
    .map((field) => field.name);
  if (missing.length > 0)
    throw new Refusal(
      "REQUIRED_FIELD_MISSING",
      `Required fields are missing: [${missing.join(", ")}]`,
      { fields: missing },
    );
}

/** A field that has a default cannot be left empty afterwards. */
function checkNotEmptied(type: SObjectType, values: Row): void {
  const emptied = [...type.fields.values()]
    .filter((field) => !field.nillable && values[field.name] === null)
    .map((field) => field.name);
  if (emptied.length > 0)
    throw new Refusal(
      "REQUIRED_FIELD_MISSING",
      `Required fields are missing: [${emptied.join(", ")}]`,
      { fields: emptied },
    );
}

/** Every reference that `values` sets must lead to a live row of the right object. */
function checkReferences({ access }: Writing, type: SObjectType, values: Row): void {
  for (const [name, value] of Object.entries(values)) {
    const field = type.fields.get(name.toLowerCase());
    if (field?.type !== "reference" || typeof value !== "string") continue;
    const target = access.database.schema.findByPrefix(value);
    if (target && !field.referenceTo.includes(target.name))
      throw new Refusal("MALFORMED_ID", `${field.label}: id value of incorrect type: ${value}`, {
        fields: [field.name],
      });
    const row = target && access.database.table(target.name).get(value);
    if (!row) throw invalidCrossReference([field.name]);
    if (row["IsDeleted"] === true) throw entityIsDeleted();
  }
}

function checkUnique({ access }: Writing, type: SObjectType, row: Row): void {
  const table = access.database.table(type.name);
  for (const field of type.fields.values()) {
    const value = row[field.name];
    if (!field.unique || value === null || value === undefined) continue;
    const other = table
      .find(field.name, indexKey(value))
      .find(
        (each) =>
          each["Id"] !== row["Id"] &&
          each["IsDeleted"] !== true &&
          (!field.caseSensitive || each[field.name] === value),
      );
    if (other)
      throw new Refusal(
        "DUPLICATE_VALUE",
        `duplicate value found: ${field.name} duplicates value on record with id: ${(textOf(other, "Id") ?? "").slice(0, 15)}`,
        { fields: [] },
      );
  }
}

function save(writing: Writing, type: SObjectType, row: Draft, before: Row | undefined): Row {
  const { transaction } = writing;
  row["SystemModstamp"] = transaction.stamp;
  row["LastModifiedDate"] = transaction.stamp;
  row["LastModifiedById"] = transaction.session.userId;
  checkUnique(writing, type, row);
  const mark = transaction.mark();
  transaction.put(type, row);
  try {
    rulesOf(type.name).afterSave?.(contextOf(writing, row, before));
  } catch (error) {
    transaction.rollbackTo(mark);
    throw error;
  }
  return row;
}

function contextOf(writing: Writing, row: Draft, before: Row | undefined): RuleContext {
  const { access, transaction } = writing;
  return { database: access.database, transaction, row, before, given: new Set() };
}

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
  checkRequired(type, row);
  checkReferences(writing, type, values);
  row["Id"] = transaction.newId(type);
  row["CreatedDate"] = transaction.stamp;
  row["CreatedById"] = userId;
  const given = new Set(Object.keys(values));
  rulesOf(type.name).beforeSave?.({ ...contextOf(writing, row, undefined), given });
  return save(writing, type, row, undefined);
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
  const row: Draft = { ...before, ...values };
  checkRequired(type, row);
  checkNotEmptied(type, values);
  checkReferences(writing, type, values);
  const given = new Set(Object.keys(values));
  rulesOf(type.name).beforeSave?.({ ...contextOf(writing, row, before), given });
  return save(writing, type, row, before);
}

/** Puts one record into the recycle bin, and with it what cannot be without it. */
export function deleteRecord(writing: Writing, type: SObjectType, before: Row): void {
  const { transaction, access } = writing;
  const stamps = {
    IsDeleted: true,
    SystemModstamp: transaction.stamp,
    LastModifiedDate: transaction.stamp,
    LastModifiedById: transaction.session.userId,
  };
  transaction.put(type, { ...before, ...stamps });
  const id = indexKey(before["Id"]);
  for (const [childName, field] of rulesOf(type.name).cascade ?? []) {
    const child = access.database.schema.find(childName);
    if (!child) throw unknownColumn(field, childName);
    for (const row of access.database.table(childName).find(field, id))
      if (row["IsDeleted"] !== true) deleteRecord(writing, child, row);
  }
}
