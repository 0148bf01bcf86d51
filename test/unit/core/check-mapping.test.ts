import { expect, test } from "vitest";
import { mapping } from "../../../shared/config/mapping.ts";
import { choiceCodec, closedChoiceCodec } from "../../../shared/core/codec/choice-codec.ts";
import { textCodec } from "../../../shared/core/codec/text-codec.ts";
import { checkMapping } from "../../../shared/core/mapping/check-mapping.ts";
import type {
  FieldPlace,
  InclusionRule,
  KindMapping,
  MappedField,
} from "../../../shared/core/mapping/mapping.ts";

const at = (...properties: string[]): FieldPlace => ({ properties, codec: textCodec() });
const name: MappedField = {
  name: "name",
  type: "text",
  places: { contacts: at("name"), Lead: at("Name") },
  direction: { way: "both" },
  policy: "latest",
  tieBreaker: "hubspot",
  finer: "hubspot",
};
const stage: MappedField = {
  ...name,
  name: "stage",
  type: "choice",
  ranking: ["lead", "customer"],
  places: { contacts: at("stage"), Lead: at("Stage__c") },
};
const rule: InclusionRule = {
  name: "leads",
  from: { system: "hubspot", object: "contacts" },
  create: { system: "salesforce", object: "Lead" },
  atLeast: { field: "stage", value: "lead" },
  hasValue: "name",
};
const person: KindMapping = {
  kind: "person",
  objects: [
    { system: "hubspot", object: "contacts", idProperty: "accord_id", onCreate: {} },
    { system: "salesforce", object: "Lead", idProperty: "Accord_Id__c", onCreate: {} },
  ],
  fields: [name, stage],
  matchField: "name",
  stageField: "stage",
  inclusion: [rule],
};

const check = (over: Partial<KindMapping>) =>
  checkMapping({ version: "1", kinds: [{ ...person, ...over }], clockSkewMs: 0 });
const withField = (...fields: MappedField[]) => check({ fields: [name, stage, ...fields] });
const withRule = (over: Partial<InclusionRule>) => check({ inclusion: [{ ...rule, ...over }] });
const phone: MappedField = { ...name, name: "phone", places: { contacts: at("phone") } };

test("the mapping that Accord starts with does not contradict itself", () => {
  expect(checkMapping(mapping)).toEqual([]);
  expect(check({})).toEqual([]);
});

test("a kind is mapped once, and lists an object once", () => {
  expect(checkMapping({ version: "1", kinds: [person, person], clockSkewMs: 0 })).toEqual([
    "person: is mapped twice",
  ]);
  expect(check({ objects: [...person.objects, ...person.objects.slice(0, 1)] })).toEqual([
    "person: contacts is listed twice",
  ]);
});

test("a field's places are objects of its kind, with a property each", () => {
  expect(withField({ ...phone, places: { Account: at("Phone"), Lead: at() } })).toEqual([
    "person.phone: Account is not an object of person; expected one of contacts, Lead",
    "person.phone: Lead has no property; expected at least one",
  ]);
});

test("a field's name is its own", () => {
  expect(withField({ ...phone, name: "name" })).toEqual(["person.name: the name is used twice"]);
});

test("a property is written by one field, and our record id by none", () => {
  const places = { Lead: at("Name", "Fax", "Fax", "Accord_Id__c") };
  expect(withField({ ...phone, places })).toEqual([
    "person.phone: Lead.Name is mapped twice",
    "person.phone: Lead.Fax is mapped twice",
    "person.phone: Lead.Accord_Id__c holds our record id",
  ]);
});

test("a property that one field writes may be read by another", () => {
  expect(withField({ ...phone, places: { Lead: { ...at("Name"), readOnly: true } } })).toEqual([]);
});

test("a field that travels one way has a place to come from", () => {
  const direction = { way: "to-salesforce", farEdit: "put-back" } as const;
  expect(withField({ ...phone, direction, places: { Lead: at("Phone") } })).toEqual([
    "person.phone: travels to-salesforce, but has no place in hubspot; expected one to come from",
  ]);
  expect(withField({ ...phone, direction })).toEqual([]);
});

test("a field that travels one way can be written where it goes to", () => {
  const places = { contacts: { ...at("phone"), readOnly: true }, Lead: at("Phone") };
  const direction = { way: "to-hubspot", farEdit: "leave" } as const;
  expect(withField({ ...phone, direction, places })).toEqual([
    "person.phone: travels to-hubspot, but contacts is read-only; expected it writable",
  ]);
  expect(
    withField({ ...phone, direction: { way: "to-salesforce", farEdit: "leave" }, places }),
  ).toEqual([]);
});

test("a value stands once in a ranking", () => {
  expect(withField({ ...stage, name: "other", places: {}, ranking: ["a", "b", "a"] })).toEqual([
    "person.other: ranks 'a' twice",
  ]);
});

test("P3: a property is one property, however it is spelled, and what is set at creation is not mapped", () => {
  const places = { Lead: at("NAME", "Fax", "fax", "accord_id__C") };
  expect(withField({ ...phone, places })).toEqual([
    "person.phone: Lead.NAME is mapped twice",
    "person.phone: Lead.fax is mapped twice",
    "person.phone: Lead.accord_id__C holds our record id",
  ]);
  const objects = person.objects.map((one) => ({ ...one, onCreate: { Phone: "1" } }));
  const taken = { ...phone, places: { Lead: at("phone") } };
  expect(check({ objects, fields: [name, stage, taken] })).toEqual([
    "person.phone: Lead.phone is set when a record is created",
  ]);
});

test("R3: policies by stage name stages that there are, and the stage itself has none", () => {
  const ranking = ["lead", "customer"];
  const withPolicies = (policyByStage: Record<string, "hubspot">) =>
    checkMapping({
      version: "1",
      kinds: [
        {
          ...person,
          fields: [
            { ...stage, ranking },
            { ...name, policyByStage },
          ],
        },
      ],
      clockSkewMs: 0,
    });
  expect(withPolicies({ lead: "hubspot" })).toEqual([]);
  expect(withPolicies({ leed: "hubspot" })).toEqual([
    "person.name: has a policy for stage 'leed'; expected one of lead, customer",
  ]);
  const own = { ...stage, ranking, policyByStage: { lead: "hubspot" } as const };
  expect(
    checkMapping({ version: "1", kinds: [{ ...person, fields: [own, name] }], clockSkewMs: 0 }),
  ).toEqual(["person.stage: has policies by stage, but is the stage itself"]);
});

test("policies by stage need a stage", () => {
  const { stageField: _, ...rest } = person;
  const fields = [stage, { ...name, policyByStage: { lead: "hubspot" } as const }];
  expect(checkMapping({ version: "1", kinds: [{ ...rest, fields }], clockSkewMs: 0 })).toEqual([
    "person.name: has policies by stage; expected person to name its stageField",
  ]);
});

test("R4: every value that a field's classes name is read back as one of its class", () => {
  const status: MappedField = {
    ...name,
    name: "status",
    type: "choice",
    classes: { "": "open", NEW: "open", DONE: "done" },
    places: {
      contacts: { properties: ["status"], codec: closedChoiceCodec([{ raw: "n", value: "NEW" }]) },
      Lead: {
        properties: ["Status"],
        codec: choiceCodec([
          { raw: "Open", value: "NEW" },
          { raw: "Done", value: "NEW" },
          { raw: "Done", value: "DONE" },
        ]),
      },
    },
  };
  expect(withField(status)).toEqual([
    "person.status: contacts cannot hold 'DONE': it is not among the choices that the mapping knows",
    "person.status: Lead reads 'DONE' back as 'NEW'; expected one of its class",
  ]);
});

test("R4: a blank is among the values that classes name", () => {
  const codec = choiceCodec([
    { raw: "Done", value: "DONE" },
    { raw: "Done", value: null },
  ]);
  const places = { Lead: { properties: ["Status"], codec } };
  const classes = { "": "open", DONE: "done" };
  expect(withField({ ...phone, type: "choice", classes, places })).toEqual([
    "person.phone: Lead reads a blank back as 'DONE'; expected one of its class",
  ]);
});

test("R4: every rank is held by every place that is written, and by no other need it be", () => {
  const place = { properties: ["rank"], codec: closedChoiceCodec([{ raw: "l", value: "lead" }]) };
  const rank: MappedField = { ...stage, name: "rank", places: { contacts: place } };
  expect(withField(rank)).toEqual([
    "person.rank: contacts cannot hold 'customer': it is not among the choices that the mapping knows",
  ]);
  expect(withField({ ...rank, places: { contacts: { ...place, readOnly: true } } })).toEqual([]);
});

test("R3: the fields of one fact share one rule", () => {
  const one: MappedField = { ...phone, fact: "call" };
  const other: MappedField = {
    ...one,
    name: "hour",
    places: { contacts: at("hour") },
    direction: { way: "to-salesforce", farEdit: "leave" },
    policy: "ask",
    policyByStage: { lead: "hubspot" },
    tieBreaker: "salesforce",
    finer: "salesforce",
  };
  const because = "as phone of the same fact 'call'";
  expect(withField(one, other)).toEqual([
    `person.hour: direction is to-salesforce, leave; expected both, ${because}`,
    `person.hour: policy is ask; expected latest, ${because}`,
    `person.hour: policyByStage is [["lead","hubspot"]]; expected [], ${because}`,
    `person.hour: tieBreaker is salesforce; expected hubspot, ${because}`,
    `person.hour: finer is salesforce; expected hubspot, ${because}`,
  ]);
  expect(withField(one, { ...one, name: "hour", places: {} })).toEqual([]);
});

test("what identifies a record, and says its stage, are fields of it", () => {
  const fields = { matchField: "mail", stageField: "step", wonField: "w", closedField: "c" };
  expect(check(fields)).toEqual([
    "person: matchField is 'mail'; expected one of name, stage",
    "person: stageField is 'step'; expected one of name, stage",
    "person: wonField is 'w'; expected one of name, stage",
    "person: closedField is 'c'; expected one of name, stage",
  ]);
});

test("an inclusion rule names objects of its kind, on the two systems", () => {
  const where = "person: inclusion rule 'leads'";
  const known = "expected one of hubspot contacts, salesforce Lead";
  expect(withRule({ from: { system: "hubspot", object: "Lead" } })).toEqual([
    `${where} names hubspot Lead; ${known}`,
  ]);
  expect(withRule({ create: { system: "salesforce", object: "Contact" } })).toEqual([
    `${where} names salesforce Contact; ${known}`,
  ]);
  expect(withRule({ create: { system: "hubspot", object: "contacts" } })).toEqual([
    `${where} creates in hubspot what is there; expected the other system`,
  ]);
});

test("an inclusion rule names fields and ranks that exist", () => {
  const where = "person: inclusion rule 'leads'";
  expect(withRule({ atLeast: { field: "x", value: "lead" }, hasValue: "y" })).toEqual([
    `${where} names field 'x'; expected one of name, stage`,
    `${where} names field 'y'; expected one of name, stage`,
  ]);
  expect(withRule({ atLeast: { field: "stage", value: "mql" } })).toEqual([
    `${where} names 'mql' of stage; expected lead, customer`,
  ]);
});
