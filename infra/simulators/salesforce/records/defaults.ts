import type { SObjectType } from "../schema/schema.ts";
import type { Scalar } from "./exact-json.ts";

/** What a row has before anyone fills it in. A field that is not there is null. */
export function defaultsOf(type: SObjectType): Record<string, Scalar> {
  const row: Record<string, Scalar> = {};
  for (const field of type.fields.values()) {
    const standard = field.picklist.find((entry) => entry.isDefault);
    if (field.type === "boolean") row[field.name] = false;
    else if (standard) row[field.name] = standard.value;
  }
  return row;
}
