import type { Random } from "../../kit/random.ts";
import { type Change, type Commit, isWritten } from "../records/database.ts";
import { toZulu } from "../records/datetime.ts";
import { ExactNumber, type Row, type Scalar, textOf } from "../records/exact-json.ts";
import type { Field } from "../schema/field.ts";
import type { SObjectType } from "../schema/schema.ts";
import type { GapKind } from "./gaps.ts";

/** Objects whose changes are told, besides all custom ones. Source: Change Data Capture object support. */
const TOLD = new Set([
  "Lead",
  "Contact",
  "Account",
  "Opportunity",
  "OpportunityContactRole",
  "Campaign",
  "CampaignMember",
  "CampaignMemberStatus",
  "User",
]);

/** Never in an event, or derived from other fields and therefore left out. */
const LEFT_OUT = new Set(["Id", "IsDeleted", "SystemModstamp"]);
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  Opportunity: ["IsClosed", "IsWon", "Fiscal", "FiscalYear", "FiscalQuarter"],
  CampaignMember: [
    "LeadOrContactId",
    "LeadOrContactOwnerId",
    "Type",
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "CompanyOrAccount",
    "LeadSource",
  ],
};

/** Where a field stands in the body: alone, or inside the compound that it is part of. */
function placeOf(type: SObjectType, field: Field): readonly string[] {
  const compound = field.compoundFieldName;
  if (compound === null) return [field.name];
  const prefix = compound.replace(/(Address|Name)$/, "");
  const part = type.fields.has(field.name.toLowerCase()) ? field.name.slice(prefix.length) : "";
  return [compound, part];
}

function isTold(type: SObjectType, field: Field): boolean {
  const isWhole = [...type.fields.values()].some((each) => each.compoundFieldName === field.name);
  const isDerived = DERIVED[type.name]?.includes(field.name) ?? false;
  return !(isWhole || isDerived || LEFT_OUT.has(field.name) || field.type === "address");
}

function isSame(a: Scalar | undefined, b: Scalar | undefined): boolean {
  if (a instanceof ExactNumber && b instanceof ExactNumber) return a.text === b.text;
  return (a ?? null) === (b ?? null);
}

function changedFields({ type, before, after }: Change): Field[] {
  const isConversion = after["IsConverted"] === true && before?.["IsConverted"] === false;
  return [...type.fields.values()].filter(
    (field) =>
      isTold(type, field) &&
      !isSame(before?.[field.name], after[field.name]) &&
      !(isConversion && field.name === "LastModifiedDate"),
  );
}

/** Fields that have a value, nested as events nest them. A field without one is left out. */
function bodyOf(type: SObjectType, fields: readonly Field[], row: Row): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  const nested: Record<string, Record<string, unknown>> = {};
  for (const field of fields) {
    const value = row[field.name] ?? null;
    if (value === null) continue;
    const told = field.type === "datetime" && typeof value === "string" ? toZulu(value) : value;
    const [outer = "", inner] = placeOf(type, field);
    if (inner === undefined) body[outer] = told;
    else {
      const compound = nested[outer] ?? {};
      nested[outer] = compound;
      compound[inner] = told;
      body[outer] = compound;
    }
  }
  return body;
}

function originOf({ session }: Commit): string {
  const origin = `com/salesforce/api/${session.api}/${session.version}`;
  return session.client === undefined ? origin : `${origin};client=${session.client}`;
}

interface Told {
  readonly entityName: string;
  readonly commitUser: string;
  /** CREATE, UPDATE, DELETE or UNDELETE; `GAP_` before it in a gap; GAP_OVERFLOW. */
  readonly changeType: string;
  readonly changedFields: readonly string[];
  readonly body: Record<string, unknown>;
  readonly recordIds: string[];
}

function tell(change: Change): Omit<Told, "recordIds"> | undefined {
  const { type, before, after, userId: commitUser } = change;
  if (!TOLD.has(type.name) && !type.name.endsWith("__c")) return undefined;
  const entityName = type.name;
  if (after["IsDeleted"] === true && before?.["IsDeleted"] !== true)
    return { entityName, commitUser, changeType: "DELETE", changedFields: [], body: {} };
  const isBack = before?.["IsDeleted"] === true;
  const fields = changedFields(isBack ? { ...change, before: undefined } : change);
  if (fields.length === 0) return undefined;
  const body = bodyOf(type, fields, after);
  if (!before) return { entityName, commitUser, changeType: "CREATE", changedFields: [], body };
  if (isBack) return { entityName, commitUser, changeType: "UNDELETE", changedFields: [], body };
  const names = fields.map((field) => placeOf(type, field).join("."));
  return { entityName, commitUser, changeType: "UPDATE", changedFields: names, body };
}

/** What remains of a change that falls into a gap: a header, which may not even name the record. */
function inGap(told: Omit<Told, "recordIds">, gap: GapKind): Omit<Told, "recordIds"> {
  const changeType = gap === "overflow" ? "GAP_OVERFLOW" : `GAP_${told.changeType}`;
  return { ...told, changeType, changedFields: [], body: {} };
}

function idsIn({ type, after }: Change, gap: GapKind | undefined): string[] {
  if (gap === "overflow") return [];
  return gap === "wildcard" ? [`${type.keyPrefix}*`] : [textOf(after, "Id") ?? ""];
}

/** Equal changes of one transaction share an event, with all their ids in it. */
function mergeEqual(changes: readonly Change[], gap: GapKind | undefined): Told[] {
  const merged = new Map<string, Told>();
  for (const change of changes) {
    const whole = tell(change);
    if (!whole) continue;
    const told = gap ? inGap(whole, gap) : whole;
    const ids = idsIn(change, gap);
    const key = JSON.stringify(told);
    const known = merged.get(key);
    if (!known) merged.set(key, { ...told, recordIds: ids });
    else if (gap !== "wildcard") known.recordIds.push(...ids);
  }
  return [...merged.values()];
}

interface Telling {
  readonly orgId: string;
  readonly random: Random;
  /** Where the commit falls into a gap: how little is told of it. */
  readonly gap: GapKind | undefined;
}

/** The change events of one commit, each as JSON in the envelope that EventBridge delivers. */
export function changeEventsOf(commit: Commit, { orgId, random, gap }: Telling): string[] {
  return mergeEqual(commit.changes.filter(isWritten), gap).map((told, index) =>
    JSON.stringify({
      version: "0",
      id: random.uuid(),
      "detail-type": `${told.entityName}ChangeEvent`,
      source: `aws.partner/salesforce.com/${orgId}/0YLSm0000000001OAA`,
      account: "000000000000",
      time: `${new Date(commit.committedMs).toISOString().slice(0, 19)}Z`,
      region: "us-east-1",
      resources: [],
      detail: {
        payload: {
          ChangeEventHeader: {
            entityName: told.entityName,
            recordIds: told.recordIds,
            changeType: told.changeType,
            changedFields: told.changedFields,
            changeOrigin: originOf(commit),
            transactionKey: commit.transactionKey,
            sequenceNumber: index + 1,
            commitTimestamp: commit.committedMs,
            commitUser: told.commitUser,
            commitNumber: new ExactNumber(commit.commitNumber),
          },
          ...told.body,
        },
      },
    }),
  );
}
