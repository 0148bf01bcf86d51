import { z } from "zod";
import { ExactNumber } from "../records/exact-json.ts";
import { Refusal } from "../records/refusal.ts";
import { type Field, type FieldType, makeField } from "../schema/field.ts";

/** Types of the Metadata API, and what they are called in a describe. */
const TYPES: Readonly<Record<string, FieldType>> = {
  Text: "string",
  TextArea: "textarea",
  LongTextArea: "textarea",
  Email: "email",
  Phone: "phone",
  Url: "url",
  Date: "date",
  DateTime: "datetime",
  Checkbox: "boolean",
  Number: "double",
  Currency: "currency",
  Percent: "percent",
  Picklist: "picklist",
  MultiselectPicklist: "multipicklist",
  Lookup: "reference",
};

const number = z.preprocess(
  (value) => (value instanceof ExactNumber ? Number(value.text) : value),
  z.number().optional(),
);

/** A custom field as the Metadata API describes it. */
export const fieldMetadata = z.object({
  type: z.string(),
  label: z.string(),
  length: number,
  precision: number,
  scale: number,
  externalId: z.boolean().optional(),
  unique: z.boolean().optional(),
  caseSensitive: z.boolean().optional(),
  required: z.boolean().optional(),
  /** Texts, numbers and fields joined by `&`: what this simulator understands of formulas. */
  formula: z.string().optional(),
  /** The object that a lookup leads to. */
  referenceTo: z.string().optional(),
  valueSet: z
    .object({
      restricted: z.boolean().optional(),
      valueSetDefinition: z.object({
        value: z.array(z.object({ fullName: z.string(), default: z.boolean().optional() })),
      }),
    })
    .optional(),
});

export type FieldMetadata = z.infer<typeof fieldMetadata>;

function refuse(message: string, fields: readonly string[] = []): Refusal {
  return new Refusal("FIELD_INTEGRITY_EXCEPTION", message, { fields });
}

/** A text field says how long it is, a number how many digits it has. */
function checkSizes(type: FieldType, given: FieldMetadata): void {
  if (given.formula !== undefined && (given.externalId || given.unique || given.required))
    throw refuse("A formula field is neither required, nor unique, nor an external ID", [
      "Metadata",
    ]);
  if (type === "reference" && given.referenceTo === undefined)
    throw refuse("A lookup must specify referenceTo", ["Metadata"]);
  if (given.formula !== undefined) return;
  if (type === "string" && !(given.length && given.length >= 1 && given.length <= 255))
    throw refuse("Length for a text field must be between 1 and 255", ["Metadata"]);
  if (type === "double" && (given.precision === undefined || given.scale === undefined))
    throw refuse("Number fields must specify precision and scale", ["Metadata"]);
  if (given.externalId && !["string", "double", "email"].includes(type))
    throw refuse("External ID is not allowed for this field type", ["Metadata"]);
}

/** Longest text that a formula gives. Source: formula field limits, Salesforce help. */
const FORMULA_LENGTH = 1300;

function lengthOf(type: FieldType, given: FieldMetadata): number {
  if (type === "boolean") return 0;
  if (type === "reference") return 18;
  return given.length ?? (given.formula === undefined ? 255 : FORMULA_LENGTH);
}

/** What nobody can write, nor leave empty, is never asked for. */
function traitsOf(type: FieldType, given: FieldMetadata): Partial<Field> {
  const isFormula = given.formula !== undefined;
  const isCheckbox = type === "boolean";
  return {
    nillable: isFormula || (!isCheckbox && given.required !== true),
    defaultedOnCreate: isCheckbox,
    createable: !isFormula,
    updateable: !isFormula,
    formula: given.formula ?? null,
  };
}

/** @throws Refusal - FIELD_INTEGRITY_EXCEPTION where the definition does not hold together. */
export function toField(name: string, given: FieldMetadata): Field {
  const type = TYPES[given.type];
  if (!type) throw refuse(`Unsupported field type: ${given.type}`, ["Metadata"]);
  checkSizes(type, given);
  const picklist = (given.valueSet?.valueSetDefinition.value ?? []).map((value) => ({
    value: value.fullName,
    isDefault: value.default === true,
  }));
  const relationshipName = type === "reference" ? name.replace(/__c$/, "__r") : null;
  return makeField(name, type, {
    ...traitsOf(type, given),
    label: given.label,
    length: lengthOf(type, given),
    referenceTo: given.referenceTo === undefined ? [] : [given.referenceTo],
    relationshipName,
    precision: given.precision ?? 18,
    scale: given.scale ?? 2,
    externalId: given.externalId === true,
    unique: given.unique === true,
    caseSensitive: given.caseSensitive === true,
    restricted: given.valueSet?.restricted === true,
    picklist,
    custom: true,
    // What must be filled in must be seen: the platform gives required fields to everybody.
    needsPermission: given.required !== true,
  });
}
