import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import { isObject, textOf } from "./exact-json.ts";
import { readFieldValue } from "./field-value.ts";
import { invalidCrossReference, Refusal } from "./refusal.ts";
import { indexKey } from "./table.ts";
import type { Draft, Writing } from "./writing.ts";

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
export function readValues(
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
