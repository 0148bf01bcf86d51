import { textOf } from "./exact-json.ts";
import { Refusal } from "./refusal.ts";
import type { RuleContext } from "./rule-context.ts";
import { indexKey } from "./table.ts";

function refuseTwin(
  { database, row }: RuleContext,
  sobject: string,
  fields: readonly string[],
): void {
  const [first = ""] = fields;
  const twin = database
    .table(sobject)
    .find(first, indexKey(row[first]))
    .find(
      (other) =>
        other["Id"] !== row["Id"] &&
        other["IsDeleted"] !== true &&
        fields.every((field) => indexKey(other[field]) === indexKey(row[field])),
    );
  if (twin)
    throw new Refusal(
      "DUPLICATE_VALUE",
      `duplicate value found: ${fields.join(", ")} duplicates value on record with id: ${(textOf(twin, "Id") ?? "").slice(0, 15)}`,
      { fields: [] },
    );
}

export function beforePermissionSet(context: RuleContext): void {
  refuseTwin(context, "PermissionSet", ["Name"]);
}

export function beforeAssignment(context: RuleContext): void {
  context.row["IsActive"] = true;
  refuseTwin(context, "PermissionSetAssignment", ["PermissionSetId", "AssigneeId"]);
}

/** Permissions are given on fields that exist, and whoever may edit may read. */
export function beforeFieldPermissions(context: RuleContext): void {
  const { database, row } = context;
  const [objectName = "", fieldName = ""] = (textOf(row, "Field") ?? "").split(".");
  const type = database.schema.find(objectName);
  const field = type?.fields.get(fieldName.toLowerCase());
  if (!type || !field || type.name !== row["SobjectType"])
    throw new Refusal(
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      `Field Name: bad value for restricted picklist field: ${textOf(row, "Field") ?? ""}`,
      { fields: ["Field"] },
    );
  row["Field"] = `${type.name}.${field.name}`;
  if (row["PermissionsEdit"] === true && row["PermissionsRead"] !== true)
    throw new Refusal(
      "FIELD_INTEGRITY_EXCEPTION",
      `Permission Edit ${row["Field"]} depends on permission(s): Read ${row["Field"]}`,
      { fields: [] },
    );
  refuseTwin(context, "FieldPermissions", ["Field", "ParentId"]);
}
