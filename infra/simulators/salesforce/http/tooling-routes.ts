import type { Context, Hono } from "hono";
import { Access } from "../records/access.ts";
import { ExactNumber, isObject, type Row } from "../records/exact-json.ts";
import { readCustomField } from "../records/read-custom-field.ts";
import { toId18 } from "../records/record-id.ts";
import { notFound, Refusal } from "../records/refusal.ts";
import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import { runQuery } from "../soql/run-query.ts";
import { authenticate, type Call, noContent, type Org, readBody, sendJson } from "./org.ts";

function customFieldRow(id: string, type: SObjectType, field: Field): Row {
  return {
    Id: id,
    IsDeleted: false,
    DeveloperName: field.name.replace(/__c$/, ""),
    TableEnumOrId: type.name,
    NamespacePrefix: null,
    FullName: `${type.name}.${field.name}`,
    ManageableState: "unmanaged",
    Length: new ExactNumber(String(field.length)),
  };
}

function refuseWithoutRight({ org }: Call): void {
  if (!org.canCustomize)
    throw new Refusal(
      "INSUFFICIENT_ACCESS",
      "You do not have the level of access necessary to perform the operation you requested. Please contact the owner of the record or your administrator if access is necessary.",
      { status: 403 },
    );
}

async function createCustomField(org: Org, context: Context): Promise<Response> {
  const call = authenticate(org, context);
  const body = await readBody(context);
  refuseWithoutRight(call);
  const fullName = isObject(body) ? String(body["FullName"] ?? "") : "";
  const [objectName = "", name = ""] = fullName.split(".");
  const type = org.database.schema.find(objectName);
  if (!type || !/^[A-Za-z](?:_?[A-Za-z0-9])*__c$/.test(name))
    throw new Refusal("INVALID_FIELD", `Invalid FullName: ${fullName}`, { fields: ["FullName"] });
  if (type.fields.has(name.toLowerCase()))
    throw new Refusal(
      "DUPLICATE_DEVELOPER_NAME",
      `There is already a field named ${name.replace(/__c$/, "")} on ${type.label}.`,
      { fields: ["DeveloperName"] },
    );
  const field = readCustomField(
    org.database,
    { type, name },
    isObject(body) ? body["Metadata"] : undefined,
  );
  const customField = org.database.schema.find("CustomField");
  if (!customField) throw notFound();
  org.database.addField(type, field);
  const id = org.database.newId(customField.keyPrefix);
  org.database.transact(call.session, (transaction) => {
    const { stamp, session } = transaction;
    transaction.put(customField, {
      ...customFieldRow(id, type, field),
      CreatedDate: stamp,
      CreatedById: session.userId,
      LastModifiedDate: stamp,
      LastModifiedById: session.userId,
      SystemModstamp: stamp,
    });
  });
  return sendJson(201, { id, success: true, errors: [], warnings: [], infos: [] });
}

function deleteCustomField(org: Org, context: Context): Response {
  const call = authenticate(org, context);
  refuseWithoutRight(call);
  const customField = org.database.schema.find("CustomField");
  const row = org.database.table("CustomField").get(toId18(context.req.param("id") ?? "") ?? "");
  if (!row || !customField || row["IsDeleted"] === true) throw notFound();
  const [objectName = "", name = ""] = String(row["FullName"]).split(".");
  const type = org.database.schema.find(objectName);
  org.database.transact(call.session, (transaction) =>
    transaction.put(customField, { ...row, IsDeleted: true, SystemModstamp: transaction.stamp }),
  );
  if (type) org.database.removeField(type, name);
  return noContent();
}

export function addToolingRoutes(app: Hono, org: Org): void {
  const base = "/services/data/:version/tooling";
  app.post(`${base}/sobjects/CustomField`, (context) => createCustomField(org, context));
  app.post(`${base}/sobjects/CustomField/`, (context) => createCustomField(org, context));
  app.delete(`${base}/sobjects/CustomField/:id`, (context) => deleteCustomField(org, context));
  app.get(`${base}/query`, (context) => {
    const { session } = authenticate(org, context);
    const access = new Access(org.database, session.userId);
    const soql = context.req.query("q") ?? "";
    const answer = runQuery({ access, version: session.version, withDeleted: false }, soql);
    const records = answer.rows.map(answer.toRecord);
    const { totalSize } = answer;
    return sendJson(200, { size: records.length, totalSize, done: true, records });
  });
}
