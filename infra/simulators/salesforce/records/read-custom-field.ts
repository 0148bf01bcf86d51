import type { Field } from "../schema/field.ts";
import { formulaParts } from "../schema/formula.ts";
import type { SObjectType } from "../schema/schema.ts";
import { fieldMetadata, toField } from "../setup/custom-field.ts";
import type { Database } from "./database.ts";
import { namesFields } from "./field-of-row.ts";
import { Refusal } from "./refusal.ts";

function refuse(message: string): Refusal {
  return new Refusal("FIELD_INTEGRITY_EXCEPTION", message, { fields: ["Metadata"] });
}

/** Reads the definition of a custom field, and refuses one that this org could not have. */
export function readCustomField(
  database: Database,
  { type, name }: { readonly type: SObjectType; readonly name: string },
  metadata: unknown,
): Field {
  const given = fieldMetadata.safeParse(metadata);
  if (!given.success) throw refuse(given.error.issues[0]?.message ?? "Metadata is required");
  const field = toField(name, given.data);
  const [target] = field.referenceTo;
  if (target !== undefined && !database.schema.find(target))
    throw refuse(`There is no object ${target} to refer to`);
  if (field.formula === null) return field;
  const parts = formulaParts(field.formula);
  if (!parts)
    throw refuse("This simulator understands texts, numbers and fields joined by & as a formula");
  if (!namesFields(database, type, parts))
    throw refuse(`A field in the formula does not exist: ${field.formula}`);
  return field;
}
