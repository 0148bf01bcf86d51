import { choiceCodec, closedChoiceCodec } from "../core/codec/choice-codec.ts";
import { hostCodec } from "../core/codec/domain-codec.ts";
import { moneyCodec } from "../core/codec/money-codec.ts";
import { firstOfCodec, textCodec } from "../core/codec/text-codec.ts";
import { dateCodec, datetimeCodec } from "../core/codec/time-codec.ts";
import { stagePlaces } from "../core/lifecycle/stage-codec.ts";
import type { FieldPlace, KindMapping, MappedField, Mapping } from "../core/mapping/mapping.ts";
import {
  HUBSPOT_STAGES,
  LEAD_STATUS_CLASSES,
  SALESFORCE_LEAD_STATUS,
  STAGE_CLASSES,
} from "./choices.ts";
import { lifecycle } from "./lifecycle.ts";
import { SWITCHED_ON } from "./more-kinds.ts";
import { TOUCH_SOURCES } from "./touch-sources.ts";

/** The currency of amounts on which a system names none: single-currency portals and orgs. */
export const DEFAULT_CURRENCY = "USD";

/** What Salesforce requires and HubSpot left blank is written as this, and read as blank. */
const NOT_PROVIDED = "[not provided]";

const place = (property: string, codec = textCodec()): FieldPlace => ({
  properties: [property],
  codec,
});

const readOnly = (property: string, codec = textCodec()): FieldPlace => ({
  ...place(property, codec),
  readOnly: true,
});

/** Both sides may edit the field; the later edit wins, and Salesforce where that cannot be told. */
const shared = {
  type: "text",
  direction: { way: "both" },
  policy: "latest",
  tieBreaker: "salesforce",
  finer: "hubspot",
} as const;

/** HubSpot's word alone: an edit in Salesforce is put back, and kept as lost. */
const fromHubspot = {
  ...shared,
  direction: { way: "to-salesforce", farEdit: "put-back" },
  tieBreaker: "hubspot",
} as const;

const personFields: readonly MappedField[] = [
  {
    ...shared,
    name: "email",
    personal: true,
    type: "email",
    places: {
      contacts: place("email"),
      Lead: place("Email", textCodec({ maxLength: 80 })),
      Contact: place("Email", textCodec({ maxLength: 80 })),
    },
  },
  {
    ...shared,
    name: "firstName",
    personal: true,
    places: {
      contacts: place("firstname"),
      Lead: place("FirstName", textCodec({ maxLength: 40 })),
      Contact: place("FirstName", textCodec({ maxLength: 40 })),
    },
  },
  {
    ...shared,
    name: "lastName",
    personal: true,
    places: {
      contacts: place("lastname", textCodec({ alsoBlank: NOT_PROVIDED })),
      Lead: place("LastName", textCodec({ maxLength: 80, placeholder: NOT_PROVIDED })),
      Contact: place("LastName", textCodec({ maxLength: 80, placeholder: NOT_PROVIDED })),
    },
  },
  {
    ...shared,
    name: "phone",
    personal: true,
    type: "phone",
    places: {
      contacts: place("phone"),
      Lead: place("Phone", textCodec({ maxLength: 40 })),
      Contact: place("Phone", textCodec({ maxLength: 40 })),
    },
  },
  {
    ...shared,
    name: "jobTitle",
    personal: true,
    places: {
      contacts: place("jobtitle"),
      Lead: place("Title", textCodec({ maxLength: 128 })),
      Contact: place("Title", textCodec({ maxLength: 128 })),
    },
  },
  {
    ...shared,
    name: "company",
    personal: true,
    places: {
      contacts: place("company", textCodec({ alsoBlank: NOT_PROVIDED })),
      Lead: place("Company", textCodec({ maxLength: 255, placeholder: NOT_PROVIDED })),
    },
  },
  {
    ...shared,
    name: "lifecycleStage",
    type: "choice",
    ranking: lifecycle.stages.filter((stage) => !lifecycle.aside.includes(stage)),
    places: stagePlaces(lifecycle),
  },
  {
    ...shared,
    name: "leadStatus",
    type: "choice",
    classes: LEAD_STATUS_CLASSES,
    places: {
      contacts: place("hs_lead_status"),
      Lead: place("Status", choiceCodec(SALESFORCE_LEAD_STATUS)),
    },
  },
  {
    ...fromHubspot,
    name: "source",
    places: {
      contacts: place("hs_analytics_source"),
      Lead: place("Original_Source__c", textCodec({ maxLength: 255 })),
      Contact: place("Original_Source__c", textCodec({ maxLength: 255 })),
    },
  },
  {
    ...fromHubspot,
    name: "sourceDetail1",
    places: {
      contacts: readOnly("hs_analytics_source_data_1"),
      Lead: place("Original_Source_Detail_1__c", textCodec({ maxLength: 255 })),
      Contact: place("Original_Source_Detail_1__c", textCodec({ maxLength: 255 })),
    },
  },
  {
    ...fromHubspot,
    name: "sourceDetail2",
    places: {
      contacts: readOnly("hs_analytics_source_data_2"),
      Lead: place("Original_Source_Detail_2__c", textCodec({ maxLength: 255 })),
      Contact: place("Original_Source_Detail_2__c", textCodec({ maxLength: 255 })),
    },
  },
  {
    ...shared,
    name: "owner",
    type: "email",
    places: {
      contacts: place("hubspot_owner_id"),
      Lead: place("OwnerId"),
      Contact: place("OwnerId"),
    },
  },
  {
    ...fromHubspot,
    name: "mqlDate",
    type: "datetime",
    places: {
      contacts: {
        properties: [
          "hs_lifecyclestage_marketingqualifiedlead_date",
          "hs_v2_date_entered_marketingqualifiedlead",
        ],
        codec: firstOfCodec(datetimeCodec()),
        readOnly: true,
      },
      Lead: place("MQL_Date__c", datetimeCodec()),
      Contact: place("MQL_Date__c", datetimeCodec()),
    },
  },
  {
    ...fromHubspot,
    name: "firstSeen",
    type: "datetime",
    places: { contacts: readOnly("createdate", datetimeCodec()) },
  },
];

const companyFields: readonly MappedField[] = [
  {
    ...shared,
    name: "name",
    places: { companies: place("name"), Account: place("Name", textCodec({ maxLength: 255 })) },
  },
  {
    ...shared,
    name: "domain",
    type: "domain",
    finer: "salesforce",
    places: {
      companies: place("domain", hostCodec()),
      Account: place("Website", textCodec({ maxLength: 255 })),
    },
  },
];

const opportunityFields: readonly MappedField[] = [
  {
    ...shared,
    name: "name",
    places: { deals: place("dealname"), Opportunity: place("Name", textCodec({ maxLength: 120 })) },
  },
  {
    ...shared,
    name: "stage",
    fact: "closing",
    type: "choice",
    classes: STAGE_CLASSES,
    finer: "salesforce",
    places: {
      deals: place("dealstage", closedChoiceCodec(HUBSPOT_STAGES)),
      Opportunity: place("StageName"),
    },
  },
  {
    ...shared,
    name: "closeDate",
    fact: "closing",
    type: "date",
    finer: "salesforce",
    places: {
      deals: place("closedate", dateCodec({ midnight: true })),
      Opportunity: place("CloseDate", dateCodec({ midnight: false })),
    },
  },
  {
    ...shared,
    name: "amount",
    type: "money",
    places: {
      deals: {
        properties: ["amount", "deal_currency_code"],
        codec: moneyCodec({ defaultCurrency: DEFAULT_CURRENCY }),
      },
      Opportunity: {
        properties: ["Amount", "CurrencyIsoCode"],
        codec: moneyCodec({ defaultCurrency: DEFAULT_CURRENCY }),
      },
    },
  },
  {
    ...shared,
    name: "owner",
    type: "email",
    places: { deals: place("hubspot_owner_id"), Opportunity: place("OwnerId") },
  },
  {
    ...shared,
    name: "type",
    places: { deals: place("opportunity_type"), Opportunity: place("Type") },
  },
  {
    ...shared,
    name: "lostReason",
    places: {
      deals: place("closed_lost_reason"),
      Opportunity: place("Lost_Reason__c", textCodec({ maxLength: 255 })),
    },
  },
  {
    ...shared,
    name: "won",
    type: "choice",
    places: { Opportunity: readOnly("IsWon") },
  },
  {
    ...shared,
    name: "closed",
    type: "choice",
    places: { Opportunity: readOnly("IsClosed") },
  },
  {
    ...shared,
    name: "createdDate",
    type: "datetime",
    places: { Opportunity: readOnly("CreatedDate", datetimeCodec()) },
  },
];

const SALESFORCE_ID = "Accord_Id__c";
const HUBSPOT_ID = "accord_id";

const kinds: readonly KindMapping[] = [
  {
    kind: "person",
    objects: [
      {
        system: "hubspot",
        object: "contacts",
        idProperty: HUBSPOT_ID,
        onCreate: {},
        alsoKnownBy: "hs_additional_emails",
      },
      { system: "salesforce", object: "Contact", idProperty: SALESFORCE_ID, onCreate: {} },
      { system: "salesforce", object: "Lead", idProperty: SALESFORCE_ID, onCreate: {} },
    ],
    fields: personFields,
    matchField: "email",
    uniqueIn: "hubspot",
    whenSeveral: "first",
    whenForgotten: "list",
    stageField: "lifecycleStage",
    lifecycle: { machine: lifecycle, statusField: "leadStatus" },
    touchSources: TOUCH_SOURCES,
    inclusion: [
      {
        // Whoever was set aside, recycled or disqualified, is not on the way: sales is not asked again.
        name: "a contact from MQL onward becomes a lead",
        from: { system: "hubspot", object: "contacts" },
        create: { system: "salesforce", object: "Lead" },
        atLeast: { field: "lifecycleStage", value: "mql" },
      },
      {
        name: "a contact with a part in an opportunity becomes a HubSpot contact",
        from: { system: "salesforce", object: "Contact" },
        create: { system: "hubspot", object: "contacts" },
        hasOpportunity: true,
        hasValue: "email",
      },
    ],
  },
  {
    kind: "company",
    objects: [
      {
        system: "hubspot",
        object: "companies",
        idProperty: HUBSPOT_ID,
        onCreate: {},
        // Where HubSpot's own connector has synced the portal before. Its name is unverified.
        partnerIdIn: "salesforceaccountid",
      },
      { system: "salesforce", object: "Account", idProperty: SALESFORCE_ID, onCreate: {} },
    ],
    fields: companyFields,
    matchField: "domain",
    whenSeveral: "list",
    inclusion: [
      {
        name: "an account with an opportunity becomes a company",
        from: { system: "salesforce", object: "Account" },
        create: { system: "hubspot", object: "companies" },
        hasOpportunity: true,
      },
    ],
  },
  {
    kind: "opportunity",
    objects: [
      {
        system: "hubspot",
        object: "deals",
        idProperty: HUBSPOT_ID,
        onCreate: { pipeline: "default" },
      },
      { system: "salesforce", object: "Opportunity", idProperty: SALESFORCE_ID, onCreate: {} },
    ],
    fields: opportunityFields,
    stageField: "stage",
    wonField: "won",
    closedField: "closed",
    inclusion: [
      {
        name: "an opportunity becomes a deal",
        from: { system: "salesforce", object: "Opportunity" },
        create: { system: "hubspot", object: "deals" },
      },
    ],
  },
];

/** The mapping that Accord starts with. Everything a customer would change is changed here. */
export const mapping: Mapping = {
  version: "2",
  kinds: [...kinds, ...SWITCHED_ON],
  clockSkewMs: 2000,
};
