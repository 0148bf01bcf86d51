import { type Row, type Scalar, textOf } from "../records/exact-json.ts";
import { toId18 } from "../records/record-id.ts";
import { entityIsDeleted, invalidCrossReference, notFound, Refusal } from "../records/refusal.ts";
import { saveRow } from "../records/save-row.ts";
import { indexKey } from "../records/table.ts";
import { createRecord } from "../records/write-record.ts";
import type { Writing } from "../records/writing.ts";
import type { SObjectType } from "../schema/schema.ts";

/** What convertLead is asked. Ids come as the caller sent them. */
export interface LeadConvert {
  readonly leadId: string;
  readonly convertedStatus: string;
  readonly accountId: string | undefined;
  readonly contactId: string | undefined;
  readonly opportunityId: string | undefined;
  readonly doNotCreateOpportunity: boolean;
  readonly opportunityName: string | undefined;
  readonly overwriteLeadSource: boolean;
  readonly ownerId: string | undefined;
}

export interface LeadConverted {
  readonly leadId: string;
  readonly accountId: string;
  readonly contactId: string;
  readonly opportunityId: string | null;
}

/** Which lead field fills which field. Source: "Lead conversion field mapping", Salesforce help. */
const ACCOUNT_FROM_LEAD = {
  Name: "Company",
  Phone: "Phone",
  Fax: "Fax",
  Website: "Website",
  Industry: "Industry",
  Rating: "Rating",
  AnnualRevenue: "AnnualRevenue",
  NumberOfEmployees: "NumberOfEmployees",
  AccountSource: "LeadSource",
  CurrencyIsoCode: "CurrencyIsoCode",
  BillingStreet: "Street",
  BillingCity: "City",
  BillingState: "State",
  BillingPostalCode: "PostalCode",
  BillingCountry: "Country",
} as const;

const CONTACT_FROM_LEAD = {
  LastName: "LastName",
  FirstName: "FirstName",
  Salutation: "Salutation",
  Title: "Title",
  Phone: "Phone",
  MobilePhone: "MobilePhone",
  Fax: "Fax",
  Email: "Email",
  Description: "Description",
  LeadSource: "LeadSource",
  CurrencyIsoCode: "CurrencyIsoCode",
  MailingStreet: "Street",
  MailingCity: "City",
  MailingState: "State",
  MailingPostalCode: "PostalCode",
  MailingCountry: "Country",
} as const;

type Mapping = Readonly<Record<string, string>>;

function expectType({ access }: Writing, name: string): SObjectType {
  const type = access.database.schema.find(name);
  if (!type) throw notFound();
  return type;
}

function mapped(lead: Row, mapping: Mapping): Record<string, Scalar> {
  const entries = Object.entries(mapping).map(([to, from]) => [to, lead[from] ?? null] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

function findRow(writing: Writing, type: SObjectType, id: string): Row {
  const row = writing.access.database.table(type.name).get(toId18(id) ?? "");
  if (!row) throw invalidCrossReference();
  if (row["IsDeleted"] === true) throw entityIsDeleted();
  return row;
}

/** Into an existing record go only the values that it lacks. */
function fill(writing: Writing, type: SObjectType, of: { row: Row; values: Row; force: Row }): Row {
  const missing = Object.entries(of.values).filter(([name]) => (of.row[name] ?? null) === null);
  const added = { ...Object.fromEntries(missing), ...of.force };
  const given = new Set(Object.keys(added));
  if (given.size === 0) return of.row;
  return saveRow(writing, type, { row: { ...of.row, ...added }, before: of.row, given });
}

function convertAccount(writing: Writing, asked: LeadConvert, lead: Row, ownerId: Scalar): Row {
  const type = expectType(writing, "Account");
  const values = mapped(lead, ACCOUNT_FROM_LEAD);
  if (asked.accountId === undefined)
    return createRecord(writing, type, { ...values, OwnerId: ownerId });
  const row = findRow(writing, type, asked.accountId);
  return fill(writing, type, { row, values, force: {} });
}

function convertContact(
  writing: Writing,
  asked: LeadConvert,
  from: { lead: Row; ownerId: Scalar; accountId: Scalar },
): Row {
  const type = expectType(writing, "Contact");
  const values = { ...mapped(from.lead, CONTACT_FROM_LEAD), AccountId: from.accountId };
  if (asked.contactId === undefined)
    return createRecord(writing, type, { ...values, OwnerId: from.ownerId });
  const row = findRow(writing, type, asked.contactId);
  const source = from.lead["LeadSource"] ?? null;
  const force: Row = asked.overwriteLeadSource && source !== null ? { LeadSource: source } : {};
  return fill(writing, type, { row, values, force });
}

/** The last day of the quarter that `day` lies in: when a new opportunity is due to close. */
function endOfQuarter(day: string): string {
  const [year = 0, month = 1] = day.split("-").map(Number);
  return new Date(Date.UTC(year, Math.ceil(month / 3) * 3, 0)).toISOString().slice(0, 10);
}

function convertOpportunity(
  writing: Writing,
  asked: LeadConvert,
  from: { lead: Row; ownerId: Scalar; account: Row },
): Row | undefined {
  const { transaction, access } = writing;
  const type = expectType(writing, "Opportunity");
  if (asked.opportunityId !== undefined) return findRow(writing, type, asked.opportunityId);
  if (asked.doNotCreateOpportunity) return undefined;
  const stages = [...access.database.table("OpportunityStage").values()];
  return createRecord(writing, type, {
    Name: asked.opportunityName ?? textOf(from.lead, "Company"),
    AccountId: from.account["Id"],
    StageName: stages.find((stage) => stage["IsClosed"] === false)?.["ApiName"] ?? "Prospecting",
    CloseDate: endOfQuarter(transaction.stamp.slice(0, 10)),
    LeadSource: from.lead["LeadSource"] ?? null,
    CurrencyIsoCode: from.lead["CurrencyIsoCode"] ?? null,
    OwnerId: from.ownerId,
  });
}

function checkLead(writing: Writing, asked: LeadConvert): Row {
  const { database } = writing.access;
  const lead = findRow(writing, expectType(writing, "Lead"), asked.leadId);
  if (lead["IsConverted"] === true)
    throw new Refusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead");
  const status = database.table("LeadStatus").find("ApiName", indexKey(asked.convertedStatus))[0];
  if (status?.["IsConverted"] !== true)
    throw new Refusal(
      "INVALID_STATUS",
      `invalid convertedStatus: ${asked.convertedStatus} is not a converted lead status`,
    );
  return lead;
}

/** The lead as it is from now on: read-only, and pointing at what it became. */
function closeLead(
  writing: Writing,
  asked: LeadConvert,
  of: { lead: Row; accountId: Scalar; contactId: Scalar; opportunityId: Scalar },
): void {
  const values = {
    Status: asked.convertedStatus,
    IsConverted: true,
    ConvertedDate: writing.transaction.stamp.slice(0, 10),
    ConvertedAccountId: of.accountId,
    ConvertedContactId: of.contactId,
    ConvertedOpportunityId: of.opportunityId,
  };
  const given = new Set(Object.keys(values));
  const row = { ...of.lead, ...values };
  saveRow(writing, expectType(writing, "Lead"), { row, before: of.lead, given });
}

/** The lead's campaigns are from now on the contact's as well. */
function moveMembers(writing: Writing, lead: Row, contact: Row): void {
  const { transaction, access } = writing;
  const type = expectType(writing, "CampaignMember");
  for (const member of access.database.table(type.name).find("LeadId", indexKey(lead["Id"])))
    if (member["IsDeleted"] !== true)
      transaction.put(type, {
        ...member,
        ContactId: contact["Id"] ?? null,
        SystemModstamp: transaction.stamp,
      });
}

/**
 * Turns one lead into an account, a contact and, unless told not to, an opportunity.
 *
 * The rows are written in the order in which their change events come: account, contact, opportunity,
 * lead. Source: Change Data Capture, "lead conversion". What follows them has no documented place.
 */
export function convertLead(writing: Writing, asked: LeadConvert): LeadConverted {
  const lead = checkLead(writing, asked);
  const ownerId =
    asked.ownerId === undefined ? (lead["OwnerId"] ?? null) : (toId18(asked.ownerId) ?? null);
  const account = convertAccount(writing, asked, lead, ownerId);
  const accountId = account["Id"] ?? null;
  const contact = convertContact(writing, asked, { lead, ownerId, accountId });
  const contactId = contact["Id"] ?? null;
  const opportunity = convertOpportunity(writing, asked, { lead, ownerId, account });
  const opportunityId = opportunity?.["Id"] ?? null;
  closeLead(writing, asked, { lead, accountId, contactId, opportunityId });
  if (opportunity && asked.opportunityId === undefined)
    createRecord(writing, expectType(writing, "OpportunityContactRole"), {
      OpportunityId: opportunityId,
      ContactId: contactId,
      IsPrimary: true,
    });
  moveMembers(writing, lead, contact);
  return {
    leadId: textOf(lead, "Id") ?? "",
    accountId: textOf(account, "Id") ?? "",
    contactId: textOf(contact, "Id") ?? "",
    opportunityId: textOf(opportunity, "Id") ?? null,
  };
}
