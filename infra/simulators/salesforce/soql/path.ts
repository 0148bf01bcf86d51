import type { Access } from "../records/access.ts";
import { type Row, type Scalar, textOf } from "../records/exact-json.ts";
import { followReference, valueIn } from "../records/field-of-row.ts";
import { Refusal } from "../records/refusal.ts";
import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";

/** A field path such as `Account.Owner.Email`, resolved. */
export interface Path {
  /** Reference fields to follow, then the field itself. */
  readonly steps: readonly { readonly field: Field; readonly relation: string }[];
  readonly field: Field;
  readonly read: (row: Row) => Scalar;
}

const ADVICE =
  "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.";

function unknownField(name: string, sobject: string): Refusal {
  return new Refusal("INVALID_FIELD", `No such column '${name}' on entity '${sobject}'. ${ADVICE}`);
}

function unknownRelation(name: string): Refusal {
  return new Refusal(
    "INVALID_FIELD",
    `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

/** The row that `reference` leads to. A deleted parent is still seen, as on the platform. */
export function follow(access: Access, reference: Scalar | undefined): Row | undefined {
  return followReference(access.database, reference)?.row;
}

/** Resolves `text` against `type`; its own name or `alias` may stand in front. */
export function resolvePath(
  access: Access,
  from: { readonly type: SObjectType; readonly alias?: string | undefined },
  text: string,
): Path {
  const parts = text.split(".").map((part) => part.trim());
  const head = parts[0]?.toLowerCase();
  const isOwnName = head === from.type.name.toLowerCase() || head === from.alias?.toLowerCase();
  if (parts.length > 1 && isOwnName) parts.shift();
  const leaf = parts.pop() ?? "";
  let type = from.type;
  const steps: { field: Field; relation: string }[] = [];
  for (const part of parts) {
    const field = access
      .fields(type)
      .find((each) => each.relationshipName?.toLowerCase() === part.toLowerCase());
    const target = field && access.database.schema.find(field.referenceTo[0] ?? "");
    if (!field || !target) throw unknownRelation(part);
    steps.push({ field, relation: field.relationshipName ?? part });
    type = target;
  }
  const field = access.find(type, leaf);
  if (!field) throw unknownField(leaf, type.name);
  const names = steps.map((step) => step.field.name);
  const owner = type;
  const read = (row: Row): Scalar => {
    let at: Row | undefined = row;
    for (const name of names) at = at && follow(access, at[name]);
    return at ? valueIn(access.database, { type: owner, row: at }, field) : null;
  };
  return { steps, field, read };
}

/** The parts of a compound address, as REST nests them. Null where all are empty. */
export function readAddress(type: SObjectType, compound: Field, row: Row): unknown {
  const parts = [...type.fields.values()].filter(
    (field) => field.compoundFieldName === compound.name,
  );
  const prefix = compound.name.replace(/Address$/, "");
  const entries = parts.map((field) => {
    const part = field.name.slice(prefix.length);
    return [part.charAt(0).toLowerCase() + part.slice(1), row[field.name] ?? null] as const;
  });
  return entries.every(([, value]) => value === null) ? null : Object.fromEntries(entries);
}

/** `attributes` of a record: its object and the address it has under API `version`. */
export function attributesOf(type: SObjectType, row: Row, version: string): object {
  const id = textOf(row, "Id") ?? "";
  return { type: type.name, url: `/services/data/v${version}/sobjects/${type.name}/${id}` };
}
