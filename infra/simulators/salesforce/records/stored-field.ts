import { z } from "zod";
import type { Field } from "../schema/field.ts";

const storedField = z.object({
  name: z.string(),
  label: z.string(),
  type: z.enum([
    "id",
    "reference",
    "string",
    "textarea",
    "picklist",
    "multipicklist",
    "email",
    "phone",
    "url",
    "boolean",
    "int",
    "double",
    "currency",
    "percent",
    "date",
    "datetime",
    "address",
  ]),
  length: z.number(),
  precision: z.number(),
  scale: z.number(),
  nillable: z.boolean(),
  createable: z.boolean(),
  updateable: z.boolean(),
  defaultedOnCreate: z.boolean(),
  externalId: z.boolean(),
  unique: z.boolean(),
  caseSensitive: z.boolean(),
  restricted: z.boolean(),
  picklist: z.array(z.object({ value: z.string(), isDefault: z.boolean() })),
  referenceTo: z.array(z.string()),
  relationshipName: z.string().nullable(),
  compoundFieldName: z.string().nullable(),
  custom: z.boolean(),
  needsPermission: z.boolean(),
  formula: z.string().nullable(),
});

/** A field definition that was kept in an earlier run. */
export function readField(json: string): Field {
  return storedField.parse(JSON.parse(json));
}
