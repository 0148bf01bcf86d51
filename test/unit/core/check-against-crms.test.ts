import { expect, test } from "vitest";
import { mapping } from "../../../shared/config/mapping.ts";
import { choiceCodec } from "../../../shared/core/codec/choice-codec.ts";
import { textCodec } from "../../../shared/core/codec/text-codec.ts";
import { checkAgainstCrms } from "../../../shared/core/mapping/check-against-crms.ts";
import type {
  CrmDescriptions,
  PropertyDescription,
} from "../../../shared/core/mapping/crm-description.ts";
import type { KindMapping, MappedField, Mapping } from "../../../shared/core/mapping/mapping.ts";
import { fittingCrms } from "../../support/fitting-crm.ts";

const title: MappedField = {
  name: "title",
  type: "text",
  direction: { way: "both" },
  policy: "latest",
  tieBreaker: "hubspot",
  finer: "hubspot",
  places: {
    contracts: { properties: ["title"], codec: textCodec() },
    Contract__c: { properties: ["Title__c"], codec: textCodec() },
  },
};

const contract: KindMapping = {
  kind: "contract",
  objects: [
    { system: "hubspot", object: "contracts", idProperty: "accord_id", onCreate: {} },
    { system: "salesforce", object: "Contract__c", idProperty: "Accord_Id__c", onCreate: {} },
  ],
  fields: [title],
  inclusion: [],
};

const mappingOf = (more: Partial<MappedField> = {}): Mapping => ({
  version: "1",
  kinds: [{ ...contract, fields: [{ ...title, ...more }] }],
  clockSkewMs: 0,
});

/** Both CRMs as the contract needs them, with one property changed, or taken out. */
function crmsWith(
  object: "contracts" | "Contract__c",
  property: string,
  change: Partial<PropertyDescription> | undefined,
): CrmDescriptions {
  const all = fittingCrms(mappingOf());
  const system = object === "contracts" ? "hubspot" : "salesforce";
  const known = new Map(all[system].get(object));
  const before = known.get(property);
  if (change && before) known.set(property, { ...before, ...change });
  else known.delete(property);
  return { ...all, [system]: new Map([[object, known]]) };
}

const linesOf = (of: Mapping, crms: CrmDescriptions) =>
  checkAgainstCrms(of, crms, []).map(({ severity, line }) => `${severity} ${line}`);

test("a mapping that fits both CRMs is told nothing", () => {
  expect(linesOf(mappingOf(), fittingCrms(mappingOf()))).toEqual([]);
  expect(linesOf(mapping, fittingCrms(mapping))).toEqual([]);
});

test("an object that a CRM does not have is one line, whatever its fields are", () => {
  const crms = { ...fittingCrms(mappingOf()), hubspot: new Map([["contracts", undefined]]) };
  expect(linesOf(mappingOf(), crms)).toEqual([
    "stop contract: HubSpot has no object contracts, or Accord may not see it; correct its name, or let the integration user see it",
  ]);
});

test.each([
  [
    "does not exist",
    crmsWith("Contract__c", "Title__c", undefined),
    "stop contract.title: Salesforce Contract__c.Title__c does not exist, or Accord may not see it; correct its name, create it, or let the integration user see it",
  ],
  [
    "cannot be written",
    crmsWith("contracts", "title", { writable: false }),
    "stop contract.title: HubSpot contracts.title cannot be written by Accord; permit it, map another property, or declare it readOnly",
  ],
  [
    "is of another type",
    crmsWith("contracts", "title", { type: "number" }),
    "stop contract.title: HubSpot contracts.title holds number, which does not fit a field of type text; expected text or choice or other",
  ],
  [
    "is too short",
    crmsWith("Contract__c", "Title__c", { maxLength: 40 }),
    "warn contract.title: Salesforce Contract__c.Title__c holds 40 characters, and the mapping lets longer values through; lengthen it, or give its codec maxLength 40",
  ],
  [
    "for our id is not unique",
    crmsWith("Contract__c", "Accord_Id__c", { unique: false }),
    "stop contract: Salesforce Contract__c.Accord_Id__c is not unique; make it an external id with unique values, or name another idProperty",
  ],
  [
    "for our id does not exist",
    crmsWith("contracts", "accord_id", undefined),
    "stop contract: HubSpot contracts has no property accord_id for our record id; create it as a unique text of 36 characters",
  ],
])("a property that %s is one line that says what to do", (_what, crms, line) => {
  expect(linesOf(mappingOf(), crms)).toEqual([line]);
});

test("values that the other side lacks are named, and those that the codec translates are not", () => {
  const places = {
    contracts: {
      properties: ["title"],
      codec: choiceCodec([{ raw: "gold", value: "Gold" }]),
    },
    Contract__c: { properties: ["Title__c"], codec: textCodec() },
  };
  const of = mappingOf({ type: "choice", places });
  const all = fittingCrms(of);
  const choice = { type: "choice" as const, writable: true, unique: false, maxLength: undefined };
  const withOptions = (
    system: "hubspot" | "salesforce",
    object: string,
    name: string,
    options: string[],
  ) =>
    new Map([
      [object, new Map([...(all[system].get(object) ?? []), [name, { ...choice, options }]])],
    ]);
  const crms = {
    hubspot: withOptions("hubspot", "contracts", "title", ["gold", "silver"]),
    salesforce: withOptions("salesforce", "Contract__c", "Title__c", ["Gold", "Bronze"]),
  };
  expect(linesOf(of, crms)).toEqual([
    "warn contract.title: Salesforce Contract__c.Title__c lacks 'silver' of HubSpot contracts.title; add them there, or map them to what it has",
    "warn contract.title: HubSpot contracts.title lacks 'Bronze' of Salesforce Contract__c.Title__c; add them there, or map them to what it has",
  ]);
});

test("what a direction never writes need not be writable, and what is to be created need not be there", () => {
  const oneWay = mappingOf({ direction: { way: "to-salesforce", farEdit: "put-back" } });
  expect(linesOf(oneWay, crmsWith("contracts", "title", { writable: false }))).toEqual([]);
  const planned = [{ system: "salesforce", object: "Contract__c", property: "Title__c" }] as const;
  expect(
    checkAgainstCrms(mappingOf(), crmsWith("Contract__c", "Title__c", undefined), planned),
  ).toEqual([]);
});
