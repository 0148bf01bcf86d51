import type { SObjectType } from "../schema/schema.ts";
import { type Row, textOf } from "./exact-json.ts";
import { entityIsDeleted, invalidCrossReference, Refusal } from "./refusal.ts";
import { indexKey } from "./table.ts";
import type { Writing } from "./writing.ts";

export function checkRequired(type: SObjectType, row: Row): void {
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
export function checkNotEmptied(type: SObjectType, values: Row): void {
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
export function checkReferences({ access }: Writing, type: SObjectType, values: Row): void {
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

export function checkUnique({ access }: Writing, type: SObjectType, row: Row): void {
  const table = access.database.table(type.name);
  const held = access.database.heldRows(type.name);
  for (const field of type.fields.values()) {
    const value = row[field.name];
    if (!field.unique || value === null || value === undefined) continue;
    const key = indexKey(value);
    const isTwin = (each: Row) =>
      each["Id"] !== row["Id"] &&
      each["IsDeleted"] !== true &&
      (!field.caseSensitive || each[field.name] === value);
    const other = table.find(field.name, key).find(isTwin);
    const unseen = held.find((each) => indexKey(each[field.name]) === key && isTwin(each));
    // Who cannot see the other row is not told its id either.
    const id = other ? (textOf(other, "Id") ?? "").slice(0, 15) : "<unknown>";
    if (other ?? unseen)
      throw new Refusal(
        "DUPLICATE_VALUE",
        `duplicate value found: ${field.name} duplicates value on record with id: ${id}`,
        { fields: [] },
      );
  }
}
