import type { Context, Hono } from "hono";
import type { Transaction } from "../records/database.ts";
import { isObject, type Row, textOf } from "../records/exact-json.ts";
import { toId18 } from "../records/record-id.ts";
import { Refusal } from "../records/refusal.ts";
import { createRecord, deleteRecord, expectLive, updateRecord } from "../records/write-record.ts";
import type { Writing } from "../records/writing.ts";
import type { SObjectType } from "../schema/schema.ts";
import { authenticate, type Call, expectType, type Org, readBody, sendJson } from "./org.ts";
import { expectKeyField, findByKey, refuseSetup, toRecord } from "./record-routes.ts";

/** Source: sObject Collections, REST API developer guide. */
const MAX_RECORDS = 200;
/** Source: retrieve with a request body, same guide. */
const MAX_RETRIEVED = 2000;

type RowResult = { id?: string; success: boolean; errors: unknown[]; created?: boolean };
type Work = (writing: Writing, index: number) => RowResult;

const ROLLED_BACK: RowResult = {
  success: false,
  errors: [
    {
      statusCode: "ALL_OR_NONE_OPERATION_ROLLED_BACK",
      message:
        "Record rolled back because not all records were valid and the request was using AllOrNone header",
      fields: [],
    },
  ],
};

/** Thrown to undo a whole transaction while its answer is kept. */
class RolledBack extends Error {
  readonly results: readonly RowResult[];

  constructor(results: readonly RowResult[]) {
    super("rolled back");
    this.results = results;
  }
}

function runRow(writing: Writing, work: Work, index: number): RowResult {
  const mark = writing.transaction.mark();
  try {
    return work(writing, index);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    writing.transaction.rollbackTo(mark);
    return { success: false, errors: error.toRowErrors() };
  }
}

/** Runs `work` for each row in one transaction; one bad row undoes all where `allOrNone` is set. */
function runRows(call: Call, of: { count: number; allOrNone: boolean; work: Work }): RowResult[] {
  const run = (transaction: Transaction): RowResult[] => {
    const writing = { access: call.access, transaction };
    const results = Array.from({ length: of.count }, (_, index) => runRow(writing, of.work, index));
    if (of.allOrNone && results.some(({ success }) => !success)) throw new RolledBack(results);
    return results;
  };
  try {
    return call.org.database.transact(call.session, run);
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    return error.results.map((result) => (result.success ? ROLLED_BACK : result));
  }
}

function checkCount(count: number): void {
  if (count === 0) throw new Refusal("REQUIRED_FIELD_MISSING", "At least 1 record is required");
  if (count > MAX_RECORDS)
    throw new Refusal(
      "EXCEEDED_MAX_SIZE_REQUEST",
      `record limit reached. cannot submit more than ${MAX_RECORDS} records in this request`,
    );
}

async function readRecords(
  context: Context,
): Promise<{ records: Record<string, unknown>[]; allOrNone: boolean }> {
  const body = await readBody(context);
  const given = isObject(body) && Array.isArray(body["records"]) ? body["records"] : [];
  const records = given.filter(isObject);
  checkCount(records.length);
  return { records, allOrNone: isObject(body) && body["allOrNone"] === true };
}

function typeOf(call: Call, record: Record<string, unknown>): SObjectType {
  const { attributes } = record;
  const name = isObject(attributes) ? attributes["type"] : undefined;
  const type = typeof name === "string" ? call.org.database.schema.find(name) : undefined;
  if (type) return type;
  if (name === undefined)
    throw new Refusal("INVALID_TYPE", "Every record in the request body must have attributes.type");
  throw new Refusal("INVALID_TYPE", `sObject type '${String(name)}' is not supported.`);
}

/** The id of a row to change, which callers spell `id` or `Id`. */
function takeId(record: Record<string, unknown>): [id: unknown, rest: Record<string, unknown>] {
  const { id, Id, ...rest } = record;
  return [id ?? Id, rest];
}

function expectRow(call: Call, type: SObjectType, given: string): Row {
  const id = toId18(given);
  if (id === undefined) throw new Refusal("MALFORMED_ID", `malformed id ${given}`);
  try {
    return expectLive(call.access, type, id);
  } catch (error) {
    if (!(error instanceof Refusal) || error.errorCode !== "NOT_FOUND") throw error;
    throw new Refusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id");
  }
}

function success(row: Row, more: { created?: boolean } = {}): RowResult {
  const id = textOf(row, "Id") ?? "";
  return { id, success: true, errors: [], ...more };
}

async function createMany(org: Org, context: Context): Promise<Response> {
  const call = authenticate(org, context);
  const { records, allOrNone } = await readRecords(context);
  const work: Work = (writing, index) => {
    const record = records[index] ?? {};
    const type = typeOf(call, record);
    refuseSetup(call, type);
    return success(createRecord(writing, type, record));
  };
  return sendJson(200, runRows(call, { count: records.length, allOrNone, work }));
}

async function updateMany(org: Org, context: Context): Promise<Response> {
  const call = authenticate(org, context);
  const { records, allOrNone } = await readRecords(context);
  const work: Work = (writing, index) => {
    const [id, rest] = takeId(records[index] ?? {});
    const type = typeOf(call, rest);
    if (typeof id !== "string" || id === "")
      throw new Refusal("MISSING_ARGUMENT", "Id not specified in an update call");
    return success(updateRecord(writing, type, expectRow(call, type, id), rest));
  };
  return sendJson(200, runRows(call, { count: records.length, allOrNone, work }));
}

function deleteMany(org: Org, context: Context): Response {
  const call = authenticate(org, context);
  const ids = (context.req.query("ids") ?? "").split(",").filter((id) => id !== "");
  checkCount(ids.length);
  const work: Work = (writing, index) => {
    const given = ids[index] ?? "";
    const type = org.database.schema.findByPrefix(given);
    if (!type) throw new Refusal("MALFORMED_ID", `malformed id ${given}`);
    const row = expectRow(call, type, given);
    deleteRecord(writing, type, row);
    return success(row);
  };
  const allOrNone = context.req.query("allOrNone") === "true";
  return sendJson(200, runRows(call, { count: ids.length, allOrNone, work }));
}

async function upsertMany(org: Org, context: Context): Promise<Response> {
  const call = authenticate(org, context);
  const type = expectType(org, context.req.param("type"));
  const field = expectKeyField(call, type, context.req.param("field") ?? "");
  const { records, allOrNone } = await readRecords(context);
  const work: Work = (writing, index) => {
    const { [field.name]: value, ...rest } = records[index] ?? {};
    if (field.type !== "id" && (value === undefined || value === null || value === ""))
      throw new Refusal("MISSING_ARGUMENT", `${field.name} not specified`);
    const rows = field.type === "id" && !value ? [] : findByKey(call, type, { field, value });
    const [before] = rows;
    if (rows.length > 1)
      throw new Refusal(
        "DUPLICATE_EXTERNAL_ID",
        `${field.label}: more than one record found for external id field: [${rows.map((row) => textOf(row, "Id")).join(", ")}]`,
      );
    if (before) return success(updateRecord(writing, type, before, rest), { created: false });
    const given = field.type === "id" ? rest : { ...rest, [field.name]: value };
    return success(createRecord(writing, type, given), { created: true });
  };
  return sendJson(200, runRows(call, { count: records.length, allOrNone, work }));
}

async function retrieveMany(org: Org, context: Context): Promise<Response> {
  const call = authenticate(org, context);
  const type = expectType(org, context.req.param("type"));
  const body = await readBody(context);
  const list = (name: string) => {
    const value = isObject(body) ? body[name] : undefined;
    return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  };
  const ids = list("ids");
  if (ids.length > MAX_RETRIEVED)
    throw new Refusal(
      "EXCEEDED_MAX_SIZE_REQUEST",
      `cannot retrieve more than ${MAX_RETRIEVED} records`,
    );
  const fields = list("fields").map((name) => call.access.expect(type, name));
  const records = ids.map((given) => {
    const row = org.database.table(type.name).get(toId18(given) ?? "");
    return row && row["IsDeleted"] !== true ? toRecord(call, type, { row, fields }) : null;
  });
  return sendJson(200, records);
}

export function addCollectionRoutes(app: Hono, org: Org): void {
  const base = "/services/data/:version/composite/sobjects";
  app.post(base, (context) => createMany(org, context));
  app.patch(base, (context) => updateMany(org, context));
  app.delete(base, (context) => deleteMany(org, context));
  app.post(`${base}/:type`, (context) => retrieveMany(org, context));
  app.patch(`${base}/:type/:field`, (context) => upsertMany(org, context));
}
