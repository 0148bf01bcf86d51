import type { Hono } from "hono";
import { writeDatetime } from "../records/datetime.ts";
import { type Row, textOf } from "../records/exact-json.ts";
import { Refusal } from "../records/refusal.ts";
import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import { authenticate, type Call, expectType, type Org, sendJson } from "./org.ts";

const SOAP_TYPES: Readonly<Record<string, string>> = {
  id: "tns:ID",
  reference: "tns:ID",
  boolean: "xsd:boolean",
  int: "xsd:int",
  double: "xsd:double",
  currency: "xsd:double",
  percent: "xsd:double",
  date: "xsd:date",
  datetime: "xsd:dateTime",
  address: "urn:address",
};

function describeField({ access }: Call, type: SObjectType, field: Field): object {
  const canEdit = access.canEdit(type, field);
  const isKey = field.type === "id" || field.externalId || field.type === "email";
  return {
    aggregatable: field.type !== "textarea" && field.type !== "address",
    autoNumber: false,
    byteLength: field.length * 3,
    calculated: field.formula !== null,
    calculatedFormula: field.formula,
    cascadeDelete: false,
    caseSensitive: field.caseSensitive,
    compoundFieldName: field.compoundFieldName,
    createable: field.createable && canEdit,
    custom: field.custom,
    defaultValue: field.type === "boolean" ? false : null,
    defaultedOnCreate: field.defaultedOnCreate,
    deprecatedAndHidden: false,
    digits: field.type === "int" ? 8 : 0,
    encrypted: false,
    externalId: field.externalId,
    filterable: field.length <= 4000,
    groupable: field.type !== "datetime" && field.type !== "currency",
    idLookup: isKey,
    label: field.label,
    length: field.length,
    name: field.name,
    nameField: field.name === "Name",
    nillable: field.nillable,
    permissionable: field.createable && field.nillable,
    picklistValues: field.picklist.map(({ value, isDefault }) => ({
      active: true,
      defaultValue: isDefault,
      label: value,
      validFor: null,
      value,
    })),
    precision: field.precision,
    referenceTo: field.referenceTo,
    relationshipName: field.relationshipName,
    restrictedPicklist: field.restricted,
    scale: field.scale,
    soapType: SOAP_TYPES[field.type] ?? "xsd:string",
    sortable: field.length <= 4000,
    type: field.type,
    unique: field.unique,
    updateable: field.updateable && canEdit,
  };
}

/** What the list of objects and the describe have in common. */
function summary(type: SObjectType, version: string): Record<string, unknown> {
  const url = `/services/data/v${version}/sobjects/${type.name}`;
  const isLeadLike = ["Lead", "Contact", "Account"].includes(type.name);
  return {
    activateable: false,
    createable: type.writable,
    custom: type.name.endsWith("__c"),
    customSetting: false,
    deletable: type.writable,
    deprecatedAndHidden: false,
    keyPrefix: type.keyPrefix,
    label: type.label,
    labelPlural: type.labelPlural,
    layoutable: !type.isSetup,
    mergeable: isLeadLike,
    name: type.name,
    queryable: true,
    replicateable: !type.isSetup,
    retrieveable: true,
    searchable: !type.isSetup,
    triggerable: !type.isSetup,
    undeletable: type.writable,
    updateable: type.writable,
    urls: { sobject: url, describe: `${url}/describe`, rowTemplate: `${url}/{ID}` },
  };
}

function childRelationships({ org }: Call, type: SObjectType): object[] {
  return org.database.schema.all().flatMap((child) =>
    [...child.fields.values()]
      .filter((field) => field.referenceTo.includes(type.name))
      .map((field) => ({
        cascadeDelete: false,
        childSObject: child.name,
        deprecatedAndHidden: false,
        field: field.name,
        relationshipName: child.labelPlural.replaceAll(" ", ""),
        restrictedDelete: false,
      })),
  );
}

/** The master record type, which every object has, comes last. */
function recordTypeInfos({ org }: Call, type: SObjectType): object[] {
  const known = org.database.setup.recordTypes.of(type.name);
  const master = {
    name: "Master",
    developerName: "Master",
    recordTypeId: "012000000000000AAA",
    isDefault: !known.some(({ isDefault }) => isDefault),
  };
  return [...known, master].map((each) => ({
    active: true,
    available: true,
    defaultRecordTypeMapping: each.isDefault,
    developerName: each.developerName,
    master: each === master,
    name: each.name,
    recordTypeId: each.recordTypeId,
  }));
}

function describe(call: Call, type: SObjectType): object {
  return {
    ...summary(type, call.session.version),
    childRelationships: childRelationships(call, type),
    fields: call.access.fields(type).map((field) => describeField(call, type, field)),
    recordTypeInfos: recordTypeInfos(call, type),
  };
}

function limits({ allowance }: Org): object {
  const { dailyRequests } = allowance.limits;
  const Remaining = Math.max(dailyRequests - allowance.used, 0);
  return {
    DailyApiRequests: { Max: dailyRequests, Remaining },
    DailyBulkApiBatches: { Max: 15_000, Remaining: 15_000 },
    DailyBulkV2QueryJobs: { Max: 10_000, Remaining: 10_000 },
    DailyBulkV2QueryFileStorageMB: { Max: 976_562, Remaining: 976_562 },
    DailyDeliveredPlatformEvents: { Max: 50_000, Remaining: 50_000 },
    DataStorageMB: { Max: 1024, Remaining: 1024 },
  };
}

/** Ids that changed between two moments, whole seconds, on SystemModstamp. */
function replicate(call: Call, type: SObjectType, span: { start: string; end: string }) {
  const bounds = [span.start, span.end].map((text) => Date.parse(text.replace(" ", "+")));
  const [startMs = Number.NaN, endMs = Number.NaN] = bounds;
  if (Number.isNaN(startMs) || Number.isNaN(endMs))
    throw new Refusal("INVALID_REPLICATION_DATE", "start and end must be dates");
  if (endMs - startMs < 60_000)
    throw new Refusal(
      "INVALID_REPLICATION_DATE",
      "startDate must be at least one minute before endDate",
    );
  const end = writeDatetime(endMs);
  const rows: Row[] = [];
  for (const row of call.org.database.table(type.name).fromStamp(writeDatetime(startMs))) {
    if ((textOf(row, "SystemModstamp") ?? "") >= end) break;
    rows.push(row);
  }
  return rows;
}

export function addDescribeRoutes(app: Hono, org: Org): void {
  const base = "/services/data/:version";
  app.get(`${base}/sobjects`, (context) => {
    const { session } = authenticate(org, context);
    const sobjects = org.database.schema.all().map((type) => summary(type, session.version));
    return sendJson(200, { encoding: "UTF-8", maxBatchSize: 200, sobjects });
  });
  app.get(`${base}/limits`, (context) => {
    authenticate(org, context);
    return sendJson(200, limits(org));
  });
  app.get(`${base}/sobjects/:type/describe`, (context) => {
    const call = authenticate(org, context);
    return sendJson(200, describe(call, expectType(org, context.req.param("type"))));
  });
  app.get(`${base}/sobjects/:type/updated`, (context) => {
    const call = authenticate(org, context);
    const span = { start: context.req.query("start") ?? "", end: context.req.query("end") ?? "" };
    const rows = replicate(call, expectType(org, context.req.param("type")), span);
    const ids = rows.filter((row) => row["IsDeleted"] !== true).map((row) => row["Id"]);
    return sendJson(200, { ids, latestDateCovered: span.end });
  });
  app.get(`${base}/sobjects/:type/deleted`, (context) => {
    const call = authenticate(org, context);
    const span = { start: context.req.query("start") ?? "", end: context.req.query("end") ?? "" };
    const rows = replicate(call, expectType(org, context.req.param("type")), span);
    const deletedRecords = rows
      .filter((row) => row["IsDeleted"] === true)
      .map((row) => ({ id: row["Id"], deletedDate: row["SystemModstamp"] }));
    const earliestDateAvailable = writeDatetime(org.database.nowMs() - 15 * 86_400_000);
    return sendJson(200, { deletedRecords, earliestDateAvailable, latestDateCovered: span.end });
  });
}
