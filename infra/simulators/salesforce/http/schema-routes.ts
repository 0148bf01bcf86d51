import type { Context, Hono } from "hono";
import { z } from "zod";
import { readCustomField } from "../records/read-custom-field.ts";
import { parseField } from "../schema/field.ts";
import { newType } from "../schema/schema.ts";
import { recordTypeRequest } from "../setup/org-setup.ts";
import { noContent, type Org, sendJson } from "./org.ts";
import { answering, expectField, expectType, SetupError } from "./setup-answers.ts";

const objectRequest = z.strictObject({
  name: z.string().regex(/^[A-Za-z](?:_?[A-Za-z0-9])*__c$/, "expected a name such as Invoice__c"),
  label: z.string(),
  plural: z.string(),
  /** By name, each as the Metadata API describes a custom field. */
  fields: z.record(z.string(), z.unknown()).default({}),
});

/** Defines a custom object with its fields, which everybody sees. */
async function defineObject({ database }: Org, context: Context): Promise<Response> {
  const { fields, ...names } = objectRequest.parse(await context.req.json());
  if (database.schema.find(names.name)) throw new SetupError(`There is a ${names.name} already`);
  const keyPrefix = database.schema.freeKeyPrefix();
  // Every field is read before the first one is kept: the object comes whole or not at all.
  const draft = newType({ ...names, keyPrefix });
  const read = Object.entries(fields).map(([name, metadata]) => {
    const field = readCustomField(database, { type: draft, name }, metadata);
    draft.fields.set(name.toLowerCase(), field);
    return { ...field, needsPermission: false };
  });
  const type = database.addType({ ...names, keyPrefix });
  for (const field of read) database.addField(type, field);
  return sendJson(201, { keyPrefix });
}

const RECORD_TYPE_FIELD = "RecordTypeId reference 18 ncud >RecordType:RecordType";

/** Defines a record type. The object has a RecordTypeId from its first one on. */
async function defineRecordType(org: Org, context: Context): Promise<Response> {
  const { database, integrationUserId: userId } = org;
  const asked = recordTypeRequest.parse(await context.req.json());
  const type = expectType(org, asked.object);
  for (const name of Object.keys(asked.picklists)) expectField(type, name);
  const rows = database.schema.find("RecordType");
  if (!rows) throw new SetupError("This org has no record types");
  const recordTypeId = database.newId(rows.keyPrefix);
  database.load({ userId, client: undefined, api: "rest", version: "67.0" }, (transaction) => {
    const { stamp } = transaction;
    transaction.put(rows, {
      Id: recordTypeId,
      IsDeleted: false,
      Name: asked.name,
      DeveloperName: asked.developerName,
      SobjectType: type.name,
      IsActive: true,
      CreatedDate: stamp,
      CreatedById: userId,
      LastModifiedDate: stamp,
      LastModifiedById: userId,
      SystemModstamp: stamp,
    });
  });
  if (!type.fields.has("recordtypeid")) database.addField(type, parseField(RECORD_TYPE_FIELD));
  database.setup.recordTypes.add({ ...asked, recordTypeId });
  return sendJson(201, { recordTypeId });
}

const fieldChange = z.strictObject({
  label: z.string().optional(),
  length: z.int().min(1).optional(),
  required: z.boolean().optional(),
  restricted: z.boolean().optional(),
  unique: z.boolean().optional(),
  addValues: z.array(z.string()).optional(),
  removeValues: z.array(z.string()).optional(),
});

/** Changes a field as an admin does. What rows hold already stays, also where it no longer fits. */
async function changeField(org: Org, context: Context): Promise<Response> {
  const type = expectType(org, context.req.param("object") ?? "");
  const field = expectField(type, context.req.param("field") ?? "");
  const change = fieldChange.parse(await context.req.json());
  const { required, addValues = [], removeValues = [], ...plain } = change;
  const kept = field.picklist.filter(({ value }) => !removeValues.includes(value));
  const added = addValues
    .filter((value) => !kept.some((each) => each.value === value))
    .map((value) => ({ value, isDefault: false }));
  org.database.addField(type, {
    ...field,
    ...plain,
    nillable: required === undefined ? field.nillable : !required,
    picklist: [...kept, ...added],
  });
  return noContent();
}

/** The shape of the org: objects, their fields and their record types. */
export function addSchemaRoutes(app: Hono, org: Org): void {
  app.post("/_simulator/objects", (context) => answering(() => defineObject(org, context)));
  app.patch("/_simulator/objects/:object/fields/:field", (context) =>
    answering(() => changeField(org, context)),
  );
  app.post("/_simulator/record-types", (context) =>
    answering(() => defineRecordType(org, context)),
  );
  app.get("/_simulator/record-types", () => sendJson(200, org.database.setup.recordTypes.all()));
}
