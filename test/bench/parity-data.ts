import type { RawValue } from "../../shared/core/codec/codec.ts";
import type { Kind, System } from "../../shared/core/reconcile/system.ts";
import {
  NO_RELATIONS,
  type Observation,
  type Ref,
  type Relations,
} from "../../shared/sync/ports.ts";
import { salesforceId } from "./salesforce-ids.ts";

/** One record of one CRM: as a simulator takes it, and as Accord sees it. */
interface Side {
  readonly ref: Ref;
  readonly row: Readonly<Record<string, unknown>>;
  readonly seen: Observation;
}

/** A record that both CRMs hold alike, each with our id on it. */
export interface CleanPair {
  readonly kind: Kind;
  readonly index: number;
  readonly id: string;
  readonly hubspot: Side;
  readonly salesforce: Side;
}

/** How many pairs there are of what. The first accounts and contacts have an opportunity each. */
export interface Sizes {
  readonly opportunities: number;
  readonly companies: number;
  readonly contacts: number;
  readonly leads: number;
}

/** Of a hundred pairs 50 are leads, 25 contacts, 15 companies and 10 opportunities. */
export function sizesOf(pairs: number): Sizes {
  const opportunities = Math.floor(pairs / 10);
  const companies = Math.floor((pairs * 15) / 100);
  const contacts = Math.floor(pairs / 4);
  return {
    opportunities,
    companies,
    contacts,
    leads: pairs - opportunities - companies - contacts,
  };
}

const OWNERS = 5;
const PREFIXES = { Lead: "00Q", Contact: "003", Account: "001", Opportunity: "006" } as const;

/** Of both CRMs: the same people by their addresses. */
export const OWNER_ROWS = Array.from({ length: OWNERS }, (_, index) => ({
  hubspot: { id: String(501 + index), email: `owner${index}@accord.example`, type: "PERSON" },
  salesforce: {
    attributes: { type: "User" },
    Id: salesforceId("005", 1000 + index),
    Email: `owner${index}@accord.example`,
    Username: `owner${index}@accord.example`,
    LastName: `Owner ${index}`,
    IsActive: true,
  },
}));

const STAMP_MS = Date.parse("2024-01-01T00:00:00.000Z");

interface Made {
  readonly kind: Kind;
  readonly index: number;
  readonly object: { readonly hubspot: string; readonly salesforce: keyof typeof PREFIXES };
  readonly hubspot: Readonly<Record<string, string>>;
  readonly salesforce: Readonly<Record<string, string>>;
  /** What Salesforce says besides what it was given, as an adapter reads it. */
  readonly derived?: Readonly<Record<string, string>>;
  readonly relations?: Partial<Readonly<Record<System, Partial<Relations>>>>;
  readonly associations?: Readonly<Record<string, unknown>>;
}

const OFFSETS = { person: 1, company: 2, opportunity: 3 } as const;

/** Ids count on from one another, so that no two objects share one. */
export function hubspotId(kind: keyof typeof OFFSETS, index: number): string {
  return String(OFFSETS[kind] * 100_000_000 + index);
}

function accordId(kind: keyof typeof OFFSETS, index: number): string {
  return `0000000${OFFSETS[kind]}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

function pairOf(made: Made): CleanPair {
  const { kind, index, object, derived = {}, relations = {}, associations } = made;
  const owner = OWNER_ROWS[index % OWNERS];
  const atMs = STAMP_MS + index * 1000;
  const at = new Date(atMs).toISOString();
  const id = accordId(kind as keyof typeof OFFSETS, index);
  const hubspot: Ref = {
    system: "hubspot",
    object: object.hubspot,
    id: hubspotId(kind as keyof typeof OFFSETS, index),
  };
  const salesforce: Ref = {
    system: "salesforce",
    object: object.salesforce,
    id: salesforceId(PREFIXES[object.salesforce], index),
  };
  const isOwned = kind !== "company";
  const properties = { createdate: at, ...made.hubspot, accord_id: id };
  const hubspotRow = {
    id: hubspot.id,
    createdAt: at,
    updatedAt: at,
    properties: { ...properties, ...(isOwned ? { hubspot_owner_id: owner?.hubspot.id } : {}) },
    ...(associations ? { associations } : {}),
  };
  const fields = { ...made.salesforce, Accord_Id__c: id };
  const salesforceRow = {
    attributes: { type: object.salesforce },
    Id: salesforce.id,
    ...fields,
    ...(isOwned ? { OwnerId: owner?.salesforce.Id } : {}),
    CreatedDate: at,
    SystemModstamp: at,
  };
  const email = owner?.hubspot.email ?? null;
  const seen = (ref: Ref, all: Readonly<Record<string, RawValue>>): Observation => ({
    ref,
    gone: false,
    continuedAs: undefined,
    accordId: id,
    properties: all,
    createdAtMs: atMs,
    modifiedAtMs: atMs,
    relations: { ...NO_RELATIONS, ...relations[ref.system] },
  });
  return {
    kind,
    index,
    id,
    hubspot: {
      ref: hubspot,
      row: hubspotRow,
      seen: seen(hubspot, { ...properties, ...(isOwned ? { hubspot_owner_id: email } : {}) }),
    },
    salesforce: {
      ref: salesforce,
      row: salesforceRow,
      seen: seen(salesforce, { ...fields, ...derived, ...(isOwned ? { OwnerId: email } : {}) }),
    },
  };
}

const source = (index: number) => `ORGANIC_SEARCH ${index % 7}`;

/** Persons come leads first, then contacts. */
export function personPair(sizes: Sizes, index: number): CleanPair {
  const at = new Date(STAMP_MS + index * 1000).toISOString();
  const ofContact = index - sizes.leads;
  const isLead = ofContact < 0;
  const isBuyer = !isLead && ofContact < sizes.opportunities;
  const stage = isLead ? "marketingqualifiedlead" : isBuyer ? "opportunity" : "salesqualifiedlead";
  const company = `Company ${index % 5000} International`;
  const shared = {
    first: `First ${index % 997}`,
    last: `Last ${index}`,
    email: `person.${index}@parity.example`,
    phone: `+1 555 ${String(index).padStart(7, "0")}`,
    title: `Title ${index % 31}`,
  };
  return pairOf({
    kind: "person",
    index,
    object: { hubspot: "contacts", salesforce: isLead ? "Lead" : "Contact" },
    hubspot: {
      email: shared.email,
      firstname: shared.first,
      lastname: shared.last,
      phone: shared.phone,
      jobtitle: shared.title,
      lifecyclestage: stage,
      hs_lead_status: isLead ? "OPEN" : isBuyer ? "OPEN_DEAL" : "IN_PROGRESS",
      hs_analytics_source: source(index),
      hs_v2_date_entered_marketingqualifiedlead: at,
      company,
    },
    salesforce: {
      Email: shared.email,
      FirstName: shared.first,
      LastName: shared.last,
      Phone: shared.phone,
      Title: shared.title,
      Lifecycle_Stage__c: stage,
      Original_Source__c: source(index),
      MQL_Date__c: at,
      ...(isLead
        ? { Company: company, Status: "Open - Not Contacted" }
        : { AccountId: salesforceId(PREFIXES.Account, ofContact % sizes.companies) }),
    },
    ...(isBuyer ? { relations: { salesforce: { opportunities: [partIn(ofContact)] } } } : {}),
  });
}

const partIn = (opportunity: number) => ({
  id: salesforceId(PREFIXES.Opportunity, opportunity),
  won: false,
  closed: false,
  changedAtMs: undefined,
});

export function companyPair(sizes: Sizes, index: number): CleanPair {
  const hasOpportunity = index < sizes.opportunities;
  return pairOf({
    kind: "company",
    index,
    object: { hubspot: "companies", salesforce: "Account" },
    hubspot: { name: `Company ${index}`, domain: `company-${index}.example` },
    salesforce: { Name: `Company ${index}`, Website: `https://www.company-${index}.example/` },
    ...(hasOpportunity ? { relations: { salesforce: { opportunities: [partIn(index)] } } } : {}),
  });
}

/** The person and the company of an opportunity count as it does. */
export function opportunityPair(sizes: Sizes, index: number): CleanPair {
  const company = index;
  const person = sizes.leads + index;
  const amount = `${1000 + (index % 9000)}.${String(index % 100).padStart(2, "0")}`;
  const closes = new Date(Date.parse("2027-01-01") + (index % 365) * 86_400_000);
  const contactId = hubspotId("person", person);
  const companyId = hubspotId("company", company);
  return pairOf({
    kind: "opportunity",
    index,
    object: { hubspot: "deals", salesforce: "Opportunity" },
    hubspot: {
      dealname: `Deal ${index}`,
      pipeline: "default",
      dealstage: "contractsent",
      closedate: closes.toISOString(),
      amount,
      deal_currency_code: "USD",
      opportunity_type: "New Customer",
    },
    salesforce: {
      Name: `Deal ${index}`,
      StageName: "Negotiation/Review",
      CloseDate: closes.toISOString().slice(0, 10),
      Amount: amount,
      Type: "New Customer",
      AccountId: salesforceId(PREFIXES.Account, company),
    },
    derived: { IsWon: "false", IsClosed: "false" },
    associations: {
      contacts: { results: [{ id: contactId, type: "deal_to_contact" }] },
      companies: { results: [{ id: companyId, type: "deal_to_company" }] },
    },
    relations: {
      hubspot: { persons: [contactId], companies: [companyId] },
      salesforce: {
        persons: [salesforceId(PREFIXES.Contact, person)],
        primaryPerson: salesforceId(PREFIXES.Contact, person),
        companies: [salesforceId(PREFIXES.Account, company)],
      },
    },
  });
}

/** Companies and persons before the opportunities that point at them. */
export function* cleanPairs(sizes: Sizes): Generator<CleanPair> {
  for (let index = 0; index < sizes.companies; index += 1) yield companyPair(sizes, index);
  for (let index = 0; index < sizes.leads + sizes.contacts; index += 1)
    yield personPair(sizes, index);
  for (let index = 0; index < sizes.opportunities; index += 1) yield opportunityPair(sizes, index);
}

/** Who is on which opportunity, in Salesforce. */
export function* roleRows(sizes: Sizes): Generator<unknown> {
  for (let index = 0; index < sizes.opportunities; index += 1) {
    const at = new Date(STAMP_MS + index * 1000).toISOString();
    yield {
      attributes: { type: "OpportunityContactRole" },
      Id: salesforceId("00K", index),
      OpportunityId: salesforceId(PREFIXES.Opportunity, index),
      ContactId: salesforceId(PREFIXES.Contact, sizes.leads + index),
      IsPrimary: true,
      Role: "Decision Maker",
      CreatedDate: at,
      SystemModstamp: at,
    };
  }
}
