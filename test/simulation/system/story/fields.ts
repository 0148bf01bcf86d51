import type { System } from "../../../../shared/core/reconcile/system.ts";

/**
 * What people see of the fields that Accord keeps in agreement, written down a second time: the
 * simulation's model of the world is not made of the mapping that it judges.
 */
export type ThingKind = "person" | "company" | "opportunity";

/** How two texts are compared. */
type Compare = "text" | "email" | "digits" | "number" | "day" | "host" | "leadStatus" | "dealStage";

interface Field {
  readonly kind: ThingKind;
  /** By object of a CRM: the property a person edits. */
  readonly properties: Readonly<Record<string, string>>;
  readonly compare: Compare;
  /** Only what is typed there goes across. */
  readonly only?: System;
}

const onPersons = (contacts: string, Lead: string, Contact = Lead) => ({
  contacts,
  Lead,
  Contact,
});

export const FIELDS = {
  email: { kind: "person", compare: "email", properties: onPersons("email", "Email") },
  firstName: { kind: "person", compare: "text", properties: onPersons("firstname", "FirstName") },
  lastName: { kind: "person", compare: "text", properties: onPersons("lastname", "LastName") },
  phone: { kind: "person", compare: "digits", properties: onPersons("phone", "Phone") },
  jobTitle: { kind: "person", compare: "text", properties: onPersons("jobtitle", "Title") },
  company: {
    kind: "person",
    compare: "text",
    properties: { contacts: "company", Lead: "Company" },
  },
  lifecycleStage: {
    kind: "person",
    compare: "text",
    properties: onPersons("lifecyclestage", "Lifecycle_Stage__c"),
  },
  leadStatus: {
    kind: "person",
    compare: "leadStatus",
    properties: { contacts: "hs_lead_status", Lead: "Status" },
  },
  companyName: {
    kind: "company",
    compare: "text",
    properties: { companies: "name", Account: "Name" },
  },
  domain: {
    kind: "company",
    compare: "host",
    properties: { companies: "domain", Account: "Website" },
  },
  dealName: {
    kind: "opportunity",
    compare: "text",
    properties: { deals: "dealname", Opportunity: "Name" },
  },
  stage: {
    kind: "opportunity",
    compare: "dealStage",
    properties: { deals: "dealstage", Opportunity: "StageName" },
  },
  closeDate: {
    kind: "opportunity",
    compare: "day",
    properties: { deals: "closedate", Opportunity: "CloseDate" },
  },
  amount: {
    kind: "opportunity",
    compare: "number",
    properties: { deals: "amount", Opportunity: "Amount" },
  },
  dealType: {
    kind: "opportunity",
    compare: "text",
    properties: { deals: "opportunity_type", Opportunity: "Type" },
  },
  lostReason: {
    kind: "opportunity",
    compare: "text",
    properties: { deals: "closed_lost_reason", Opportunity: "Lost_Reason__c" },
  },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof FIELDS;

export function fieldOf(name: FieldName): Field {
  return FIELDS[name];
}

/** The fields of a kind of thing, in their order. */
export function fieldsOf(kind: string): FieldName[] {
  return (Object.keys(FIELDS) as FieldName[]).filter((name) => FIELDS[name].kind === kind);
}

/** What Accord calls a field, where that differs: names are of one kind there. */
const ACCORD_NAMES: Readonly<Partial<Record<FieldName, string>>> = {
  companyName: "name",
  dealName: "name",
  dealType: "type",
};

export function accordName(field: FieldName): string {
  return ACCORD_NAMES[field] ?? field;
}

const LEAD_STATUS: Readonly<Record<string, string>> = {
  "": "open",
  new: "open",
  open: "open",
  "open - not contacted": "open",
  attempted_to_contact: "working",
  connected: "working",
  in_progress: "working",
  "working - contacted": "working",
  unqualified: "disqualified",
  bad_timing: "disqualified",
  "closed - not converted": "disqualified",
  open_deal: "converted",
  "closed - converted": "converted",
};

const DEAL_STAGE: Readonly<Record<string, string>> = {
  prospecting: "appointmentscheduled",
  qualification: "qualifiedtobuy",
  "needs analysis": "presentationscheduled",
  "value proposition": "presentationscheduled",
  "id. decision makers": "decisionmakerboughtin",
  "perception analysis": "decisionmakerboughtin",
  "proposal/price quote": "contractsent",
  "negotiation/review": "contractsent",
  "closed won": "closedwon",
  "closed lost": "closedlost",
};

/** What stands for nothing where Salesforce wants something. */
const PLACEHOLDER = "[not provided]";

/** A text by which two wordings of one value are the same; "" for nothing. */
export function plain(field: FieldName, value: string | null | undefined): string {
  const text = (value ?? "").trim();
  const known = text === PLACEHOLDER ? "" : text;
  const folded = known.toLowerCase();
  switch (fieldOf(field).compare) {
    case "text":
      return known;
    case "email":
      return folded;
    case "digits":
      return known.replaceAll(/\D/g, "");
    case "number":
      return known === "" ? "" : String(Number(known.replace(/^[A-Z]{3} /, "")));
    case "day":
      return known.slice(0, 10);
    case "host":
      return folded
        .replace(/^[a-z]+:\/\//, "")
        .replace(/^www\./, "")
        .replace(/\/.*$/, "");
    case "leadStatus":
      return LEAD_STATUS[folded] ?? folded;
    case "dealStage":
      return DEAL_STAGE[folded] ?? folded;
  }
}
