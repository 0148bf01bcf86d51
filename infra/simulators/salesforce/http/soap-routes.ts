import type { Context, Hono } from "hono";
import { Access } from "../records/access.ts";
import type { Row } from "../records/exact-json.ts";
import { isObject, textOf } from "../records/exact-json.ts";
import { type Merge, type Merged, mergeRecords } from "../records/merge-records.ts";
import { toId18 } from "../records/record-id.ts";
import { purgeRecord, undeleteRecord } from "../records/recycle-bin.ts";
import { invalidCrossReference, Refusal } from "../records/refusal.ts";
import type { Writing } from "../records/writing.ts";
import type { SObjectType } from "../schema/schema.ts";
import { convertLead, type LeadConvert, type LeadConverted } from "./convert-lead.ts";
import { type Org, sessionOf } from "./org.ts";
import {
  child,
  element,
  elements,
  errorElements,
  listIn,
  readSoapCall,
  type SoapCall,
  sendFault,
  sendResults,
  textIn,
} from "./soap-envelope.ts";

/** Source: merge(), convertLead() and undelete(), SOAP API developer guide. */
const MAX_RECORDS = 200;

/** One entry of a call: what is done for it, and how it reads where that is refused. */
interface Entry {
  readonly run: (writing: Writing) => string;
  readonly refused: (refusal: Refusal) => string;
}

const SUCCESS = "<success>true</success>";
const FAILURE = "<success>false</success>";

function readConvert(value: unknown): LeadConvert {
  return {
    leadId: textIn(value, "leadId") ?? "",
    convertedStatus: textIn(value, "convertedStatus") ?? "",
    accountId: textIn(value, "accountId"),
    contactId: textIn(value, "contactId"),
    opportunityId: textIn(value, "opportunityId"),
    doNotCreateOpportunity: textIn(value, "doNotCreateOpportunity") === "true",
    opportunityName: textIn(value, "opportunityName"),
    overwriteLeadSource: textIn(value, "overwriteLeadSource") === "true",
    ownerId: textIn(value, "ownerId"),
  };
}

function writeConverted({ accountId, contactId, leadId, opportunityId }: LeadConverted): string {
  return `<result>${element("accountId", accountId)}${element("contactId", contactId)}${element("leadId", leadId)}${element("opportunityId", opportunityId)}${SUCCESS}</result>`;
}

function convertEntry(value: unknown): Entry {
  const asked = readConvert(value);
  return {
    run: (writing) => writeConverted(convertLead(writing, asked)),
    refused: (refusal) =>
      `<result>${element("accountId", null)}${element("contactId", null)}${errorElements(refusal)}${element("leadId", asked.leadId)}${element("opportunityId", null)}${FAILURE}</result>`,
  };
}

/** The fields of an sObject in a request: `fieldsToNull` names those that are to be empty. */
function valuesOf(sobject: unknown): Record<string, unknown> {
  if (!isObject(sobject)) return {};
  const { type: _type, Id: _id, fieldsToNull: _fieldsToNull, ...values } = sobject;
  const nulls = listIn(sobject, "fieldsToNull").map((name) => [String(name), null] as const);
  return { ...values, ...Object.fromEntries(nulls) };
}

function readMerge(value: unknown): Merge {
  const master = child(value, "masterRecord");
  return {
    sobject: textIn(master, "type") ?? "",
    masterId: textIn(master, "Id") ?? "",
    values: valuesOf(master),
    loserIds: listIn(value, "recordToMergeIds").map(String),
  };
}

function writeMerged({ masterId, loserIds, movedIds }: Merged): string {
  return `<result>${element("id", masterId)}${elements("mergedRecordIds", loserIds)}${SUCCESS}${elements("updatedRelatedIds", movedIds)}</result>`;
}

function mergeEntry(value: unknown): Entry {
  const asked = readMerge(value);
  return {
    run: (writing) => writeMerged(mergeRecords(writing, asked)),
    refused: (refusal) =>
      `<result>${errorElements(refusal)}${element("id", null)}${FAILURE}</result>`,
  };
}

/** An entry that names one row by its id alone. */
function rowEntry(
  given: string,
  work: (writing: Writing, type: SObjectType, row: Row | undefined) => Row,
): Entry {
  return {
    run: (writing) => {
      const { schema } = writing.access.database;
      const id = toId18(given);
      const type = id === undefined ? undefined : schema.findByPrefix(id);
      if (id === undefined || !type) throw invalidCrossReference();
      const row = work(writing, type, writing.access.database.table(type.name).get(id));
      return `<result>${element("id", textOf(row, "Id") ?? null)}${SUCCESS}</result>`;
    },
    refused: (refusal) =>
      `<result>${errorElements(refusal)}${element("id", null)}${FAILURE}</result>`,
  };
}

/** The entries of a call, or undefined where the operation is unknown. */
function entriesOf({ operation, request }: SoapCall): Entry[] | undefined {
  const ids = () => listIn(request, "ids").map(String);
  switch (operation) {
    case "convertLead":
      return listIn(request, "leadConverts").map(convertEntry);
    case "merge":
      return listIn(request, "mergeRequests").map(mergeEntry);
    case "undelete":
      return ids().map((id) => rowEntry(id, undeleteRecord));
    case "emptyRecycleBin":
      return ids().map((id) => rowEntry(id, purgeRecord));
    default:
      return undefined;
  }
}

/** Each entry stands or falls by itself; all of them share one transaction. */
function runAll(org: Org, context: Context, call: SoapCall, entries: readonly Entry[]): string[] {
  const session = sessionOf(org, context, "soap");
  const { allowsDuplicates } = call;
  const named = { ...session, client: call.client ?? session.client, allowsDuplicates };
  const access = new Access(org.database, session.userId);
  return org.database.transact(named, (transaction) =>
    entries.map(({ run, refused }) => {
      const mark = transaction.mark();
      try {
        return run({ access, transaction });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        transaction.rollbackTo(mark);
        return refused(error);
      }
    }),
  );
}

export function addSoapRoutes(app: Hono, org: Org): void {
  app.post("/services/Soap/u/:version", async (context) => {
    const call = readSoapCall(await context.req.text());
    if (call.token === undefined || !org.tokens.isValid(call.token))
      return sendFault(
        "INVALID_SESSION_ID",
        "Invalid Session ID found in SessionHeader: Illegal Session. Session not found, missing session key",
      );
    const entries = entriesOf(call);
    if (!entries)
      return sendFault(
        "INVALID_OPERATION",
        "This simulator answers convertLead, merge, undelete and emptyRecycleBin",
      );
    if (entries.length > MAX_RECORDS)
      return sendFault("EXCEEDED_MAX_SIZE_REQUEST", `A call takes at most ${MAX_RECORDS} entries`);
    return sendResults(call.operation, runAll(org, context, call, entries));
  });
}
