import type { Field } from "../schema/field.ts";
import { type FormulaPart, formulaParts } from "../schema/formula.ts";
import type { SObjectType } from "../schema/schema.ts";
import type { Database } from "./database.ts";
import { ExactNumber, type Row, type Scalar } from "./exact-json.ts";

interface RowOf {
  readonly type: SObjectType;
  readonly row: Row;
}

/** The row that `reference` leads to. A deleted parent is still seen, as on the platform. */
export function followReference(
  database: Database,
  reference: Scalar | undefined,
): RowOf | undefined {
  if (typeof reference !== "string") return undefined;
  const type = database.schema.findByPrefix(reference);
  const row = type && database.table(type.name).get(reference);
  return row && { type, row };
}

function relationOf(type: SObjectType, name: string): Field | undefined {
  return [...type.fields.values()].find(
    (field) => field.relationshipName?.toLowerCase() === name.toLowerCase(),
  );
}

/** What a formula reads, whoever asks: field-level security does not hold inside of it. */
function readPath(database: Database, from: RowOf, path: readonly string[]): Scalar {
  const [name = "", ...rest] = path;
  if (rest.length === 0) {
    const field = from.type.fields.get(name.toLowerCase());
    return field ? valueIn(database, from, field) : null;
  }
  const relation = relationOf(from.type, name);
  const parent = relation && followReference(database, from.row[relation.name]);
  return parent ? readPath(database, parent, rest) : null;
}

function textOf(database: Database, from: RowOf, part: FormulaPart): string {
  if ("text" in part) return part.text;
  const value = readPath(database, from, part.path);
  if (value === null) return "";
  return value instanceof ExactNumber ? value.text : String(value);
}

/** A formula that is one field alone keeps its kind of value; any other gives text. */
function evaluate(database: Database, from: RowOf, parts: readonly FormulaPart[]): Scalar {
  const [only, ...more] = parts;
  if (only && more.length === 0 && "path" in only) return readPath(database, from, only.path);
  const text = parts.map((part) => textOf(database, from, part)).join("");
  return text === "" ? null : text;
}

/** What `field` of a row says: what is kept there, or what its formula comes to right now. */
export function valueIn(database: Database, from: RowOf, field: Field): Scalar {
  if (field.formula === null) return from.row[field.name] ?? null;
  return evaluate(database, from, formulaParts(field.formula) ?? []);
}

/** Whether every field that a formula names is there. */
export function namesFields(
  database: Database,
  type: SObjectType,
  parts: readonly FormulaPart[],
): boolean {
  const leads = (at: SObjectType, [name = "", ...rest]: readonly string[]): boolean => {
    if (rest.length === 0) return at.fields.has(name.toLowerCase());
    const target = database.schema.find(relationOf(at, name)?.referenceTo[0] ?? "");
    return target !== undefined && leads(target, rest);
  };
  return parts.every((part) => "text" in part || leads(type, part.path));
}
