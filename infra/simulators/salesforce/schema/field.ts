/** Field types of the describe call that this simulator knows. */
export type FieldType =
  | "id"
  | "reference"
  | "string"
  | "textarea"
  | "picklist"
  | "multipicklist"
  | "email"
  | "phone"
  | "url"
  | "boolean"
  | "int"
  | "double"
  | "currency"
  | "percent"
  | "date"
  | "datetime"
  | "address";

interface PicklistValue {
  readonly value: string;
  readonly isDefault: boolean;
}

export interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  /** Characters at most; 0 for what is not text. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
  readonly nillable: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly defaultedOnCreate: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly caseSensitive: boolean;
  readonly restricted: boolean;
  readonly picklist: readonly PicklistValue[];
  readonly referenceTo: readonly string[];
  readonly relationshipName: string | null;
  readonly compoundFieldName: string | null;
  readonly custom: boolean;
  /** Made through the API: nobody sees it until a FieldPermissions row grants it. */
  readonly needsPermission: boolean;
  /** How the value is computed, for a field that nobody can write. */
  readonly formula: string | null;
}

const TYPES: Readonly<Record<string, FieldType>> = {
  id: "id",
  reference: "reference",
  string: "string",
  textarea: "textarea",
  picklist: "picklist",
  multipicklist: "multipicklist",
  email: "email",
  phone: "phone",
  url: "url",
  boolean: "boolean",
  int: "int",
  double: "double",
  currency: "currency",
  percent: "percent",
  date: "date",
  datetime: "datetime",
  address: "address",
};

/** `LastModifiedById` → `Last Modified By ID`. */
function labelOf(name: string): string {
  return name
    .replace(/__c$/, "")
    .replaceAll("_", " ")
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/\bId$/, "ID");
}

export function makeField(name: string, type: FieldType, more: Partial<Field> = {}): Field {
  return {
    name,
    label: labelOf(name),
    type,
    length: 0,
    precision: 0,
    scale: 0,
    nillable: true,
    createable: true,
    updateable: true,
    defaultedOnCreate: false,
    externalId: false,
    unique: false,
    caseSensitive: false,
    restricted: false,
    picklist: [],
    referenceTo: [],
    relationshipName: null,
    compoundFieldName: null,
    custom: name.endsWith("__c"),
    needsPermission: false,
    formula: null,
    ...more,
  };
}

const FLAGS = { n: "nillable", c: "createable", u: "updateable", d: "defaultedOnCreate" } as const;
const MORE_FLAGS = { e: "externalId", q: "unique", r: "restricted" } as const;

function flagsOf(letters: string): Partial<Field> {
  const entries = Object.entries({ ...FLAGS, ...MORE_FLAGS }).map(
    ([letter, flag]) => [flag, letters.includes(letter)] as const,
  );
  return Object.fromEntries(entries);
}

function sizeOf(text: string): Partial<Field> {
  const [precision = "0", scale] = text.split(".");
  if (scale === undefined) return { length: Number(precision) };
  return { precision: Number(precision), scale: Number(scale) };
}

/**
 * Reads one line of a field table: `Name type size flags [@Compound] [>Target,Target:Relation] [=a*;b]`.
 *
 * Size is a length, or digits and decimals as `18.2`, or `-`. Flags: n nillable, c createable,
 * u updateable, d defaulted on create, e external id, q unique, r restricted picklist. The value
 * with `*` is the default.
 */
export function parseField(line: string): Field {
  const [head = "", values] = line.trim().split(/\s*=\s*(.*)/s);
  const [name = "", typeName = "", size = "-", flags = "", ...rest] = head.split(/\s+/);
  const type = TYPES[typeName];
  if (!type) throw new Error(`Unknown field type in "${line}"`);
  const compound = rest.find((part) => part.startsWith("@"))?.slice(1) ?? null;
  const [targets, relation = null] = (
    rest.find((part) => part.startsWith(">"))?.slice(1) ?? ""
  ).split(":");
  const picklist = (values ?? "")
    .split(";")
    .filter((value) => value !== "")
    .map((value) => ({ value: value.replace(/\*$/, ""), isDefault: value.endsWith("*") }));
  return makeField(name, type, {
    ...(size === "-" ? {} : sizeOf(size)),
    ...flagsOf(flags),
    picklist,
    referenceTo: targets ? targets.split(",") : [],
    relationshipName: relation,
    compoundFieldName: compound,
  });
}

/** How values of a field are compared. */
type Comparison = "id" | "text" | "exact-text" | "number" | "boolean" | "date" | "datetime";

export function comparisonOf(field: Field): Comparison {
  switch (field.type) {
    case "id":
    case "reference":
      return "id";
    case "int":
    case "double":
    case "currency":
    case "percent":
      return "number";
    case "boolean":
    case "date":
    case "datetime":
      return field.type;
    default:
      return field.caseSensitive ? "exact-text" : "text";
  }
}
