import type { Context, Hono } from "hono";
import { z } from "zod";
import { Access } from "../records/access.ts";
import { ExactNumber, isObject, type Row } from "../records/exact-json.ts";
import { toId18 } from "../records/record-id.ts";
import { notFound, Refusal } from "../records/refusal.ts";
import { type Field, type FieldType, makeField } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import { runQuery } from "../soql/run-query.ts";
import { authenticate, type Call, noContent, type Org, readBody, sendJson } from "./org.ts";

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
};

const number = z.preprocess(
  (value) => (value instanceof ExactNumber ? Number(value.text) : value),
  z.number().optional(),
);

const metadata = z.object({
  type: z.string(),
  label: z.string(),
  length: number,
  precision: number,
  scale: number,
  externalId: z.boolean().optional(),
  unique: z.boolean().optional(),
  caseSensitive: z.boolean().optional(),
  required: z.boolean().optional(),
  valueSet: z
    .object({
      restricted: z.boolean().optional(),
      valueSetDefinition: z.object({
        value: z.array(z.object({ fullName: z.string(), default: z.boolean().optional() })),
      }),
    })
    .optional(),
});

type Metadata = z.infer<typeof metadata>;

function refuse(message: string, fields: readonly string[] = []): Refusal {
  return new Refusal("FIELD_INTEGRITY_EXCEPTION", message, { fields });
}

/** A text field says how long it is, a number how many digits it has. */
function checkSizes(type: FieldType, given: Metadata): void {
  if (type === "string" && !(given.length && given.length >= 1 && given.length <= 255))
    throw refuse("Length for a text field must be between 1 and 255", ["Metadata"]);
  if (type === "double" && (given.precision === undefined || given.scale === undefined))
    throw refuse("Number fields must specify precision and scale", ["Metadata"]);
  if (given.externalId && !["string", "double", "email"].includes(type))
    throw refuse("External ID is not allowed for this field type", ["Metadata"]);
}

function toField(name: string, given: Metadata): Field {
  const type = TYPES[given.type];
  if (!type) throw refuse(`Unsupported field type: ${given.type}`, ["Metadata"]);
  checkSizes(type, given);
  const picklist = (given.valueSet?.valueSetDefinition.value ?? []).map((value) => ({
    value: value.fullName,
    isDefault: value.default === true,
  }));
  const isCheckbox = type === "boolean";
  return makeField(name, type, {
    label: given.label,
    length: type === "textarea" ? (given.length ?? 255) : (given.length ?? (isCheckbox ? 0 : 255)),
    precision: given.precision ?? 18,
    scale: given.scale ?? 2,
    nillable: !isCheckbox && given.required !== true,
    defaultedOnCreate: isCheckbox,
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
  const given = metadata.safeParse(isObject(body) ? body["Metadata"] : undefined);
  if (!given.success)
    throw refuse(given.error.issues[0]?.message ?? "Metadata is required", ["Metadata"]);
  const field = toField(name, given.data);
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
