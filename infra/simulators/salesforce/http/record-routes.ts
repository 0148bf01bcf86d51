import type { Context, Hono } from "hono";
import { isObject, type Row, textOf } from "../records/exact-json.ts";
import { valueIn } from "../records/field-of-row.ts";
import { readFieldValue } from "../records/field-value.ts";
import { toId18 } from "../records/record-id.ts";
import { entityIsDeleted, notFound, Refusal } from "../records/refusal.ts";
import { indexKey } from "../records/table.ts";
import { createRecord, deleteRecord, expectLive, updateRecord } from "../records/write-record.ts";
import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import { attributesOf, readAddress } from "../soql/path.ts";
import {
  authenticate,
  type Call,
  expectType,
  noContent,
  type Org,
  readBody,
  sendJson,
} from "./org.ts";

const BASE = "/services/data/:version/sobjects/:type";

/** A record as the record resource answers it: every field asked for, null ones too. */
export function toRecord(
  { access, session }: Call,
  type: SObjectType,
  of: { readonly row: Row; readonly fields: readonly Field[] },
): Record<string, unknown> {
  const record: Record<string, unknown> = {
    attributes: attributesOf(type, of.row, session.version),
  };
  for (const field of of.fields)
    if (access.canRead(type, field))
      record[field.name] =
        field.type === "address"
          ? readAddress(type, field, of.row)
          : valueIn(access.database, { type, row: of.row }, field);
  return record;
}

/** The fields of `?fields=A,B`, or all that the user sees. */
function wantedFields({ access }: Call, type: SObjectType, wanted: string | undefined): Field[] {
  if (wanted === undefined) return access.fields(type);
  return wanted.split(",").map((name) => access.expect(type, name.trim()));
}

/** The key field of an upsert: an external id that the user sees, or Id. */
export function expectKeyField({ access }: Call, type: SObjectType, name: string): Field {
  const field = access.find(type, name);
  if (!field || !(field.externalId || field.type === "id"))
    throw notFound(`Provided external ID field does not exist or is not accessible: ${name}`);
  return field;
}

/** Every live row whose `field` has `value`. */
export function findByKey(
  { org }: Call,
  type: SObjectType,
  at: { field: Field; value: unknown },
): Row[] {
  const value = readFieldValue(at.field, at.value);
  if (value === null) return [];
  const table = org.database.table(type.name);
  return table
    .find(at.field.name, indexKey(value))
    .filter((row) => row["IsDeleted"] !== true)
    .filter((row) => !at.field.caseSensitive || row[at.field.name] === value);
}

async function readRecord(context: Context): Promise<Record<string, unknown>> {
  const body = await readBody(context);
  if (!isObject(body)) throw new Refusal("JSON_PARSER_ERROR", "The request body is not an object");
  return body;
}

function inTransaction<Result>(
  call: Call,
  work: (writing: {
    access: Call["access"];
    transaction: Parameters<typeof createRecord>[0]["transaction"];
  }) => Result,
): Result {
  return call.org.database.transact(call.session, (transaction) =>
    work({ access: call.access, transaction }),
  );
}

async function create(org: Org, context: Context): Promise<Response> {
  const call = authenticate(org, context);
  const type = expectType(org, context.req.param("type"));
  const input = await readRecord(context);
  refuseSetup(call, type);
  const row = inTransaction(call, (writing) => createRecord(writing, type, input));
  return sendJson(201, { id: row["Id"], success: true, errors: [] });
}

/** Whoever may not customize the org may not grant permissions either. */
export function refuseSetup({ org }: Call, type: SObjectType): void {
  if (type.isSetup && !org.canCustomize)
    throw new Refusal(
      "INSUFFICIENT_ACCESS_OR_READONLY",
      `insufficient access rights on entity: ${type.name}`,
    );
}

/** The URL of each row, which is what the platform answers where a key fits several. */
function multipleChoices({ session }: Call, type: SObjectType, rows: readonly Row[]): Response {
  const base = `/services/data/v${session.version}/sobjects/${type.name}`;
  return sendJson(
    300,
    rows.map((row) => `${base}/${textOf(row, "Id")}`),
  );
}

function readByKey(org: Org, context: Context): Response {
  const call = authenticate(org, context);
  const type = expectType(org, context.req.param("type"));
  const field = expectKeyField(call, type, context.req.param("field") ?? "");
  const rows = findByKey(call, type, { field, value: context.req.param("value") });
  if (rows.length > 1) return multipleChoices(call, type, rows);
  const [row] = rows;
  if (!row) throw notFound();
  const fields = wantedFields(call, type, context.req.query("fields"));
  return sendJson(200, toRecord(call, type, { row, fields }));
}

async function upsertByKey(org: Org, context: Context): Promise<Response> {
  const call = authenticate(org, context);
  const type = expectType(org, context.req.param("type"));
  const field = expectKeyField(call, type, context.req.param("field") ?? "");
  const value = context.req.param("value");
  const input = await readRecord(context);
  if (field.name in input && field.type !== "id")
    throw new Refusal(
      "INVALID_FIELD",
      `The ${field.name} field should not be specified in the sobject data.`,
    );
  const rows = findByKey(call, type, { field, value });
  if (rows.length > 1) return multipleChoices(call, type, rows);
  const [before] = rows;
  const row = inTransaction(call, (writing) =>
    before
      ? updateRecord(writing, type, before, input)
      : createRecord(writing, type, { ...input, [field.name]: value }),
  );
  const created = before === undefined;
  return sendJson(created ? 201 : 200, { id: row["Id"], success: true, errors: [], created });
}

export function addRecordRoutes(app: Hono, org: Org): void {
  app.post(BASE, (context) => create(org, context));
  app.get(`${BASE}/:id`, (context) => {
    const call = authenticate(org, context);
    const type = expectType(org, context.req.param("type"));
    const row = expectLive(call.access, type, toId18(context.req.param("id")));
    const fields = wantedFields(call, type, context.req.query("fields"));
    return sendJson(200, toRecord(call, type, { row, fields }));
  });
  app.patch(`${BASE}/:id`, async (context) => {
    const call = authenticate(org, context);
    const type = expectType(org, context.req.param("type"));
    const input = await readRecord(context);
    const before = expectLive(call.access, type, toId18(context.req.param("id")));
    inTransaction(call, (writing) => updateRecord(writing, type, before, input));
    return noContent();
  });
  app.delete(`${BASE}/:id`, (context) => {
    const call = authenticate(org, context);
    const type = expectType(org, context.req.param("type"));
    const id = toId18(context.req.param("id"));
    const before = expectLive(call.access, type, id);
    if (before["IsDeleted"] === true) throw entityIsDeleted();
    inTransaction(call, (writing) => deleteRecord(writing, type, before));
    return noContent();
  });
  app.get(`${BASE}/:field/:value`, (context) => readByKey(org, context));
  app.patch(`${BASE}/:field/:value`, (context) => upsertByKey(org, context));
}
