import type { FieldType, Query } from "@jetstreamapp/soql-parser-js";
import type { Access } from "../records/access.ts";
import { convertAmount, currencyOfUser } from "../records/currency.ts";
import { ExactNumber, isObject, type Row } from "../records/exact-json.ts";
import { valueIn } from "../records/field-of-row.ts";
import { Refusal } from "../records/refusal.ts";
import type { SObjectType } from "../schema/schema.ts";
import { attributesOf, follow, type Path, readAddress, resolvePath } from "./path.ts";

/** Writes one selected field of `row` into `record`. */
type Setter = (row: Row, record: Record<string, unknown>) => void;

/** A row as a query answers it. */
export type Projection = (row: Row) => Record<string, unknown>;

interface Selecting {
  readonly access: Access;
  readonly type: SObjectType;
  readonly version: string;
}

function pathSetter({ access, type, version }: Selecting, path: Path): Setter {
  const { field, steps } = path;
  return (row, record) => {
    let at = row;
    let inside = record;
    let atType = type;
    for (const step of steps) {
      const parent = follow(access, at[step.field.name]);
      const parentType = access.database.schema.find(
        access.database.schema.findByPrefix(String(at[step.field.name]))?.name ?? "",
      );
      if (!parent || !parentType) {
        inside[step.relation] = null;
        return;
      }
      const made = inside[step.relation];
      const nested = isObject(made)
        ? made
        : { attributes: attributesOf(parentType, parent, version) };
      inside[step.relation] = nested;
      [at, inside, atType] = [parent, nested, parentType];
    }
    inside[field.name] =
      field.type === "address"
        ? readAddress(atType, field, at)
        : valueIn(access.database, { type: atType, row: at }, field);
  };
}

/** An amount in the currency of the user who asks. The record keeps saying its own currency. */
function convertedSetter(
  { access, type }: Selecting,
  { field, steps, read }: Path,
  alias: string | undefined,
): Setter {
  if (field.type !== "currency" || steps.length > 0)
    throw new Refusal("INVALID_FIELD", `Field ${field.name} is no currency field of ${type.name}`);
  const to = currencyOfUser(access.database, access.userId);
  return (row, record) => {
    const amount = read(row);
    record[alias ?? field.name] =
      amount instanceof ExactNumber
        ? convertAmount(access.database, { type, row, amount }, to)
        : amount;
  };
}

/** `FIELDS(ALL)` and its like, which the platform allows for 200 rows at most. */
function allFields(selecting: Selecting, which: string, limit: number | undefined): Setter[] {
  const { access, type } = selecting;
  if (which !== "STANDARD" && (limit === undefined || limit > 200))
    throw new Refusal(
      "MALFORMED_QUERY",
      `The SOQL FIELDS function must have a LIMIT of at most 200`,
    );
  return access
    .fields(type)
    .filter((field) => which === "ALL" || field.custom === (which === "CUSTOM"))
    .map((field) => pathSetter(selecting, resolvePath(access, { type }, field.name)));
}

function settersOf(selecting: Selecting, selected: FieldType, query: Query): Setter[] {
  const { access, type } = selecting;
  const from = { type, alias: query.sObjectAlias };
  if (selected.type === "Field") {
    const name = "rawValue" in selected ? selected.rawValue : selected.field;
    return [pathSetter(selecting, resolvePath(access, from, name))];
  }
  if (selected.type === "FieldRelationship") {
    const name = [...selected.relationships, selected.field].join(".");
    return [pathSetter(selecting, resolvePath(access, from, name))];
  }
  if (selected.type === "FieldFunctionExpression") {
    const [parameter] = selected.parameters;
    if (selected.functionName === "FIELDS" && typeof parameter === "string")
      return allFields(selecting, parameter.toUpperCase(), query.limit);
    if (selected.functionName.toUpperCase() === "CONVERTCURRENCY" && typeof parameter === "string")
      return [convertedSetter(selecting, resolvePath(access, from, parameter), selected.alias)];
    if (selected.functionName.toUpperCase() === "TOLABEL" && typeof parameter === "string") {
      const path = resolvePath(access, from, parameter);
      return [
        (row, record) => {
          record[selected.alias ?? path.field.name] = path.read(row);
        },
      ];
    }
  }
  throw new Refusal(
    "MALFORMED_QUERY",
    "This simulator answers no sub-queries and no such function",
  );
}

/** Reads the SELECT list of `query`. */
export function projectionOf(selecting: Selecting, query: Query): Projection {
  const setters = (query.fields ?? []).flatMap((field) => settersOf(selecting, field, query));
  return (row) => {
    const record: Record<string, unknown> = {
      attributes: attributesOf(selecting.type, row, selecting.version),
    };
    for (const set of setters) set(row, record);
    return record;
  };
}
