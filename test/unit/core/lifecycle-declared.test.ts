import { expect, test } from "vitest";
import { lifecycle } from "../../../shared/config/lifecycle.ts";
import { checkLifecycle } from "../../../shared/core/lifecycle/check-lifecycle.ts";
import {
  type LifecycleMachine,
  type StageWords,
  stageNamed,
  stageOf,
  wordsFor,
} from "../../../shared/core/lifecycle/machine.ts";
import type { FieldValue } from "../../../shared/core/reconcile/field-value.ts";

const words: StageWords = {
  properties: [
    { name: "stage", values: [null, "in", "out"] },
    { name: "status", values: [null, "bad"] },
  ],
  meanings: [
    { when: { stage: [null] }, means: null },
    { when: { stage: ["in"], status: [null] }, means: "in" },
    { when: { stage: ["in"], status: ["bad"] }, means: "out" },
    { when: { stage: ["out"] }, means: "out" },
  ],
  written: { in: { stage: "in", status: null }, out: { status: "bad", stage: "out" } },
};
const machine: LifecycleMachine = {
  stages: ["out", "in"],
  aside: ["out"],
  initial: ["in"],
  beatsAll: [],
  transitions: [{ name: "leaves", from: ["in"], to: "out", way: "back" }],
  objects: { contacts: words },
  deals: [],
  conversions: [],
};

const check = (over: Partial<LifecycleMachine>) => checkLifecycle({ ...machine, ...over });
const checkWords = (over: Partial<StageWords>) =>
  check({ objects: { contacts: { ...words, ...over } } });

test("L2: the lifecycle that Accord starts with does not contradict itself", () => {
  expect([checkLifecycle(lifecycle), check({})]).toEqual([[], []]);
});

test("L2: a stage that nobody reaches is told", () => {
  expect(check({ transitions: [] })).toEqual([
    "lifecycle: nobody reaches 'out'; expected it in initial or a transition",
  ]);
});

test("L2: a name that is no stage is told, wherever it is used", () => {
  const known = "expected one of out, in";
  expect(
    check({
      initial: ["in", "begun"],
      beatsAll: ["best"],
      deals: [{ from: ["open"], to: "won", means: "winner", unless: [] }],
      conversions: [{ from: "contacts", to: "Person", means: "in", unless: ["converted"] }],
    }),
  ).toEqual([
    `lifecycle: initial names 'begun'; ${known}`,
    `lifecycle: beatsAll names 'best'; ${known}`,
    `lifecycle: deals to won names 'winner'; ${known}`,
    `lifecycle: contacts to Person names 'converted'; ${known}`,
    "lifecycle: a conversion names Person, which has no words",
  ]);
  expect(check({ stages: ["out", "in", "in"] })).toContain(
    "lifecycle: stage 'in' is declared twice",
  );
});

test("L2: a move has one name, and leads somewhere", () => {
  const transitions = [
    ...machine.transitions,
    { name: "goes", from: ["in"], to: "out", way: "back" as const },
    { name: "stays", from: ["in"], to: "in", way: "back" as const },
  ];
  expect(check({ transitions })).toEqual([
    "lifecycle: in to out is both 'leaves' and 'goes'; expected one of them",
    "lifecycle: transition 'stays' leads from in to itself",
  ]);
});

test("L2: a combination with two meanings is told, and one with none", () => {
  const meanings = [...words.meanings, { when: { status: ["bad"] }, means: "in" }];
  expect(checkWords({ meanings })).toEqual([
    "lifecycle: contacts: stage blank, status 'bad' means none and in; expected one meaning",
    "lifecycle: contacts: stage 'in', status 'bad' means out and in; expected one meaning",
    "lifecycle: contacts: stage 'out', status 'bad' means out and in; expected one meaning",
  ]);
  expect(checkWords({ meanings: words.meanings.slice(1) })).toContain(
    "lifecycle: contacts: stage blank, status blank means nothing; expected one meaning",
  );
});

test("L2: a value that nobody declared is told, and a property", () => {
  const meanings = [...words.meanings, { when: { stage: ["on"], colour: ["red"] }, means: "gone" }];
  expect(checkWords({ meanings })).toEqual([
    "lifecycle: contacts: the meaning 'gone' names stage 'on', which is not among its values",
    "lifecycle: contacts: the meaning 'gone' names colour, which is none of its properties",
    "lifecycle: contacts: 'gone' is meant, but is no stage",
  ]);
});

test("L2, L6: a stage that an object cannot be brought to say is told", () => {
  expect(checkWords({ written: { ...words.written, in: { stage: "in" } } })).toEqual([
    "lifecycle: contacts: entering 'in' is not said after stage blank, status 'bad'",
  ]);
});

const { contacts, Lead, Contact } = lifecycle.objects as Record<string, StageWords>;

//     HubSpot's stage           lead status      our stage
test.each<[FieldValue, FieldValue, FieldValue]>([
  ["subscriber", null, "subscriber"],
  ["lead", "CONNECTED", "lead"],
  ["marketingqualifiedlead", "NEW", "mql"],
  ["marketingqualifiedlead", "CONNECTED", "sal"],
  ["salesqualifiedlead", "CONNECTED", "sql"],
  ["salesqualifiedlead", "BAD_TIMING", "recycled"],
  ["opportunity", "UNQUALIFIED", "disqualified"],
  ["customer", "UNQUALIFIED", "customer"],
  ["evangelist", null, "customer"],
  [null, "IN_PROGRESS", null],
  [null, "UNQUALIFIED", "disqualified"],
  ["91735512", "UNQUALIFIED", "91735512"],
])("L1: HubSpot's %s with lead status %s is %s", (lifecyclestage, hs_lead_status, stage) => {
  expect(contacts && stageOf(contacts, { lifecyclestage, hs_lead_status })).toBe(stage);
});

//     Salesforce's field        status of the lead       our stage
test.each<[FieldValue, FieldValue, FieldValue]>([
  [null, "Open - Not Contacted", null],
  ["marketingqualifiedlead", "Open - Not Contacted", "mql"],
  ["marketingqualifiedlead", "Working - Contacted", "sal"],
  ["marketingqualifiedlead", "Closed - Not Converted", "disqualified"],
  ["marketingqualifiedlead", "Closed - Converted", "sql"],
  ["recycled", "Closed - Not Converted", "recycled"],
  ["recycled", "Open - Not Contacted", "lead"],
  ["recycled", "Working - Contacted", "sal"],
  ["recycled", "Nurturing", "recycled"],
  ["customer", "Closed - Not Converted", "customer"],
])("L1: a lead's %s with status %s is %s", (stage, Status, expected) => {
  expect(Lead && stageOf(Lead, { Lifecycle_Stage__c: stage, Status })).toBe(expected);
});

test("L6: a side is brought to say a stage by as few words as it takes", () => {
  const write = (stage: string, lifecyclestage: string, hs_lead_status: string | null) =>
    contacts && wordsFor(contacts, stage, { lifecyclestage, hs_lead_status });
  expect([
    write("mql", "marketingqualifiedlead", "NEW"),
    write("mql", "lead", "NEW"),
    write("mql", "lead", "BAD_TIMING"),
    write("recycled", "salesqualifiedlead", "CONNECTED"),
    write("recycled", "customer", null),
  ]).toEqual([
    {},
    { lifecyclestage: "marketingqualifiedlead" },
    { lifecyclestage: "marketingqualifiedlead", hs_lead_status: "OPEN" },
    { hs_lead_status: "BAD_TIMING" },
    { hs_lead_status: "BAD_TIMING", lifecyclestage: "lead" },
  ]);
  expect(Contact && wordsFor(Contact, "sal", {})).toEqual({
    Lifecycle_Stage__c: "salesacceptedlead",
  });
});

test("a stage that was stored under HubSpot's name is ours", () => {
  const names = ["marketingqualifiedlead", "mql", "evangelist", "other", null];
  expect(names.map((name) => stageNamed(lifecycle, name))).toEqual([
    "mql",
    "mql",
    "customer",
    "other",
    null,
  ]);
});
