import * as z from "zod";
import { Fault } from "../sync/fault.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import type { MissingField } from "../sync/ports.ts";
import { COLLECTION_ROWS, sendCollection } from "./collection.ts";
import type { OrgContext } from "./org-context.ts";
import { literal, queryRows, textOf } from "./soql.ts";

/** Holds the permissions on the fields that Accord created, and nothing else. */
const PERMISSION_SET = { Name: "Accord_Sync", Label: "Accord Sync" } as const;

type NotAllowed = { readonly field: MissingField; readonly message: string };

const created = z.object({ id: z.string() });

/**
 * Lets the integration user read and edit the fields, by a permission set of our own. Each step looks
 * first, so that a set-up that stopped half-way can be run again.
 *
 * @returns The fields that are still hidden, with Salesforce's words.
 */
export async function allowFields(
  context: OrgContext,
  fields: readonly MissingField[],
): Promise<readonly NotAllowed[]> {
  if (fields.length === 0) return [];
  try {
    return await grantAll(context, fields);
  } catch (error) {
    if (!(error instanceof Fault) || error.disposition === "retry") throw error;
    // Without the right to manage permission sets, Salesforce denies that there are any.
    return fields.map((field) => ({ field, message: error.message }));
  }
}

async function grantAll(
  context: OrgContext,
  fields: readonly MissingField[],
): Promise<readonly NotAllowed[]> {
  const set = await findOrCreate(context, "PermissionSet", PERMISSION_SET, {
    Name: PERMISSION_SET.Name,
  });
  if ("message" in set) return fields.map((field) => ({ field, message: set.message }));
  const assignment = { PermissionSetId: set.id, AssigneeId: await context.org.userId() };
  const assigned = await findOrCreate(context, "PermissionSetAssignment", assignment, assignment);
  if ("message" in assigned) return fields.map((field) => ({ field, message: assigned.message }));
  const granted = await grantedFields(context, set.id);
  const waiting = fields.filter((field) => !granted.has(qualified(field)));
  const hidden: NotAllowed[] = [];
  for (const piece of chunksOf(waiting, COLLECTION_ROWS))
    hidden.push(...(await grant(context, set.id, piece)));
  return hidden;
}

const qualified = ({ object, property }: MissingField): string => `${object}.${property}`;

type Found = { readonly id: string } | { readonly message: string };

async function findOrCreate(
  { org }: OrgContext,
  object: string,
  values: Readonly<Record<string, string>>,
  key: Readonly<Record<string, string>>,
): Promise<Found> {
  const where = Object.entries(key)
    .map(([field, value]) => `${field} = ${literal(value)}`)
    .join(" AND ");
  const text = `SELECT Id FROM ${object} WHERE ${where} LIMIT 1`;
  const [known] = await queryRows(org, { object, rows: "live", text });
  const id = known === undefined ? null : textOf(known, "Id");
  if (id !== null) return { id };
  const answer = await org.attempt({
    method: "POST",
    path: `/sobjects/${object}`,
    body: JSON.stringify(values),
    repeatable: false,
  });
  if (answer.ok) return created.parse(answer.body);
  return { message: `${object}: ${answer.code}: ${answer.message}` };
}

async function grantedFields({ org }: OrgContext, setId: string): Promise<ReadonlySet<string>> {
  const object = "FieldPermissions";
  const where = `ParentId = ${literal(setId)} AND PermissionsRead = true AND PermissionsEdit = true`;
  const text = `SELECT Field FROM ${object} WHERE ${where}`;
  const rows = await queryRows(org, { object, rows: "live", text });
  return new Set(rows.flatMap((row) => textOf(row, "Field") ?? []));
}

async function grant(
  { org }: OrgContext,
  setId: string,
  fields: readonly MissingField[],
): Promise<NotAllowed[]> {
  const outcomes = await sendCollection(org, "grant fields", {
    method: "POST",
    path: "/composite/sobjects",
    rows: fields.map((field) => ({
      attributes: { type: "FieldPermissions" },
      ParentId: setId,
      SobjectType: field.object,
      Field: qualified(field),
      PermissionsRead: true,
      PermissionsEdit: true,
    })),
  });
  return fields.flatMap((field, index) => {
    const error = outcomes[index]?.errors[0];
    return error === undefined ? [] : [{ field, message: `${error.statusCode}: ${error.message}` }];
  });
}
