import type { KindMapping } from "../core/mapping/mapping.ts";
import { SWITCHED_ON } from "./more-kinds.ts";
import { figureFieldsOf, writeBack } from "./write-back.ts";

/**
 * The fields that the mapping needs and no CRM comes with. They are created where they are missing,
 * after they have been shown.
 */
const salesforce = (object: string, property: string, label: string, type: "text" | "datetime") =>
  ({ system: "salesforce", object, property, label, type, unique: false }) as const;

const hubspot = (object: string, property: string, label: string) =>
  ({ system: "hubspot", object, property, label, type: "text", unique: false }) as const;

const personFields = (object: string) => [
  salesforce(object, "Lifecycle_Stage__c", "Lifecycle Stage", "text"),
  salesforce(object, "Original_Source__c", "Original Source", "text"),
  salesforce(object, "Original_Source_Detail_1__c", "Original Source Detail 1", "text"),
  salesforce(object, "Original_Source_Detail_2__c", "Original Source Detail 2", "text"),
  salesforce(object, "MQL_Date__c", "MQL Date", "datetime"),
];

/** The unique field that holds our record id, on every object of a kind. */
export function idFieldsOf({ objects }: KindMapping) {
  const known = { label: "Accord Id", type: "text", unique: true } as const;
  return objects.map(({ system, object, idProperty }) => ({
    ...known,
    system,
    object,
    property: idProperty,
  }));
}

export const CUSTOM_FIELDS = [
  ...["contacts", "companies", "deals"].map((object) => ({
    ...hubspot(object, "accord_id", "Accord id"),
    unique: true,
  })),
  hubspot("deals", "opportunity_type", "Opportunity type"),
  ...["Lead", "Contact", "Account", "Opportunity"].map((object) => ({
    ...salesforce(object, "Accord_Id__c", "Accord Id", "text"),
    unique: true,
  })),
  ...personFields("Lead"),
  ...personFields("Contact"),
  salesforce("Opportunity", "Lost_Reason__c", "Lost Reason", "text"),
  ...SWITCHED_ON.flatMap(idFieldsOf),
  ...figureFieldsOf(writeBack),
];
