import { textCodec } from "../core/codec/text-codec.ts";
import { dateCodec } from "../core/codec/time-codec.ts";
import type { FieldPlace, KindMapping } from "../core/mapping/mapping.ts";

const place = (property: string, codec = textCodec()): FieldPlace => ({
  properties: [property],
  codec,
});

/** Both sides may edit the field; the later edit wins, and Salesforce where that cannot be told. */
const shared = {
  type: "text",
  direction: { way: "both" },
  policy: "latest",
  tieBreaker: "salesforce",
  finer: "hubspot",
} as const;

/**
 * HubSpot's leads: what a salesperson works on a contact, of which a contact may have several. Each
 * becomes a row of a custom object in Salesforce (decision 0014). None is created in HubSpot, where a
 * lead cannot be made without its contact.
 */
export const HUBSPOT_LEADS: KindMapping = {
  kind: "sales-lead",
  objects: [
    {
      system: "hubspot",
      object: "leads",
      typeId: "0-136",
      idProperty: "accord_id",
      onCreate: {},
    },
    { system: "salesforce", object: "Sales_Lead__c", idProperty: "Accord_Id__c", onCreate: {} },
  ],
  fields: [
    {
      ...shared,
      name: "name",
      places: {
        leads: place("hs_lead_name"),
        Sales_Lead__c: place("Name", textCodec({ maxLength: 80 })),
      },
    },
    {
      ...shared,
      name: "stage",
      type: "choice",
      places: { leads: place("hs_pipeline_stage"), Sales_Lead__c: place("Stage__c") },
    },
    {
      ...shared,
      name: "type",
      type: "choice",
      places: { leads: place("hs_lead_type"), Sales_Lead__c: place("Type__c") },
    },
    {
      ...shared,
      name: "label",
      type: "choice",
      places: { leads: place("hs_lead_label"), Sales_Lead__c: place("Label__c") },
    },
  ],
  inclusion: [
    {
      name: "a HubSpot lead becomes a sales lead",
      from: { system: "hubspot", object: "leads" },
      create: { system: "salesforce", object: "Sales_Lead__c" },
    },
  ],
};

/**
 * A custom object of each side, matched by a number of its own. An example to copy: HubSpot's object may
 * be named `p_` and its name, or by its type id, which is the account's own (`2-…`).
 */
export const CONTRACTS: KindMapping = {
  kind: "contract",
  objects: [
    { system: "hubspot", object: "p_contract", idProperty: "accord_id", onCreate: {} },
    { system: "salesforce", object: "Contract_Copy__c", idProperty: "Accord_Id__c", onCreate: {} },
  ],
  matchField: "number",
  fields: [
    {
      ...shared,
      name: "number",
      places: {
        p_contract: place("contract_number"),
        Contract_Copy__c: place("Name", textCodec({ maxLength: 80 })),
      },
    },
    {
      ...shared,
      name: "endsOn",
      type: "date",
      places: {
        p_contract: place("ends_on", dateCodec({ midnight: false })),
        Contract_Copy__c: place("Ends_On__c", dateCodec({ midnight: false })),
      },
    },
  ],
  inclusion: [
    {
      name: "a contract of Salesforce becomes one of HubSpot",
      from: { system: "salesforce", object: "Contract_Copy__c" },
      create: { system: "hubspot", object: "p_contract" },
    },
    {
      name: "a contract of HubSpot becomes one of Salesforce",
      from: { system: "hubspot", object: "p_contract" },
      create: { system: "salesforce", object: "Contract_Copy__c" },
    },
  ],
};

/**
 * The further kinds that are kept in agreement: put `HUBSPOT_LEADS` in here, or a pair of your own. Its
 * objects and fields have to exist; the unique field for our record id is created. At the start, both
 * CRMs' metadata are asked whether all of it fits.
 */
export const SWITCHED_ON: readonly KindMapping[] = [];
