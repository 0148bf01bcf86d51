import { expect, test } from "vitest";
import type { EditTimes, Policy } from "../../../shared/core/reconcile/decide-fact.ts";
import { decideFields } from "../../../shared/sync/decide-fields.ts";
import { intendWrites } from "../../../shared/sync/intend-writes.ts";
import type { Side, Sides } from "../../../shared/sync/plan-field.ts";
import type { AccordRecord } from "../../../shared/sync/record.ts";
import { sendingOf } from "../../../shared/sync/sending.ts";
import {
  contact,
  kindNamed,
  lead,
  NOW,
  NOW_MS,
  recordWith,
  seen,
} from "../../support/sync-builders.ts";

const LATER = "2026-11-22T08:00:00.000Z";
const person = kindNamed("person");
const none = { is: "none" } as const;
const sideOf = (observation: ReturnType<typeof seen>): Side => ({ is: "seen", observation });

function decide(record: AccordRecord, sides: Sides, kind = person, times: Partial<EditTimes> = {}) {
  return decideFields({
    kind,
    record,
    sides,
    times: () => ({ hubspot: undefined, salesforce: undefined, skewMs: 2000, ...times }),
    now: LATER,
  });
}

const both = (
  hubspot: Record<string, string | null>,
  salesforce: Record<string, string | null>,
) => ({
  hubspot: sideOf(seen(contact(), hubspot)),
  salesforce: sideOf(seen(lead(), salesforce)),
});

function fieldOf(facts: ReturnType<typeof decide>, name: string) {
  return facts.flatMap(({ fields }) => fields).find(({ field }) => field.name === name);
}

const factOf = (facts: ReturnType<typeof decide>, name: string) =>
  facts.find(({ fields }) => fields.some(({ field }) => field.name === name));

const askingKind = (policy: Policy) => ({
  ...person,
  fields: person.fields.map((field) => (field.name === "firstName" ? { ...field, policy } : field)),
});

test("a creation writes every value there is, and a placeholder where a blank is not taken", () => {
  const record = recordWith({}, [contact()]);
  const sides = {
    hubspot: sideOf(seen(contact(), { email: "ann@x.example", phone: "555", jobtitle: " " })),
    salesforce: { is: "to-create", object: "Lead" },
  } as const;
  const writes = intendWrites(person, record, decide(record, sides), sides, NOW_MS);
  expect(writes).toEqual({
    hubspot: {
      recordId: record.id,
      object: "contacts",
      id: "1",
      properties: { accord_id: record.id },
    },
    salesforce: {
      recordId: record.id,
      object: "Lead",
      id: undefined,
      properties: {
        Email: "ann@x.example",
        Phone: "555",
        LastName: "[not provided]",
        Company: "[not provided]",
        Status: "Open - Not Contacted",
      },
    },
  });
});

test("R2: the side that moved is followed, its time is kept, and nothing else is written", () => {
  const record = recordWith({ firstName: "Ann", phone: "555" }, [contact(), lead()]);
  const facts = decide(
    record,
    both({ firstname: "Anna", phone: "555" }, { FirstName: "Ann", Phone: "(5) 55" }),
  );
  expect(fieldOf(facts, "firstName")).toMatchObject({
    next: { value: "Anna", source: "hubspot", at: NOW, baseline: "Anna" },
    write: { system: "salesforce", value: "Anna", properties: { FirstName: "Anna" } },
  });
  expect(fieldOf(facts, "phone")).not.toHaveProperty("write");
});

test.each([
  ["what a worker was sending, and nobody learnt of", "Anna", "hubspot", "Annie"],
  ["anything else", "Ann B.", "salesforce", "Ann B."],
] as const)("R2, R3: where Salesforce says %s (%s), %s decides", (_what, there, source, value) => {
  const known = recordWith({ firstName: "Ann" }, [contact(), lead()]);
  const sending = { firstName: { system: "salesforce", value: "Anna" } } as const;
  // HubSpot's later edit, and a stamp of Salesforce's record that is later still.
  const times = { hubspot: NOW_MS, salesforce: NOW_MS + 60_000 };
  const sides = both({ firstname: "Annie" }, { FirstName: there });
  const facts = decide({ ...known, sending }, sides, person, times);
  expect(fieldOf(facts, "firstName")?.next).toMatchObject({ value, source });
});

test.each([
  ["what had landed before a later try that did not", "Anna", "hubspot", "Annie"],
  ["what was sent last", "Anne", "hubspot", "Annie"],
  ["what nobody but a person has typed", "Ann B.", "salesforce", "Ann B."],
] as const)(
  "R2, R3: of two tries that nobody heard of, Salesforce holds %s (%s), and %s decides",
  (_what, there, source, value) => {
    const record = recordWith({}, [contact(), lead()]);
    const first = { firstName: { system: "salesforce", value: "Anna" } } as const;
    const seen = both({ firstname: "Anne" }, { FirstName: "Anna" });
    const sending = sendingOf(
      { ...record, sending: first },
      decide({ ...record, sending: first }, seen),
    );
    expect(sending["firstName"]).toEqual({ system: "salesforce", value: "Anne", agreed: "Anna" });
    // HubSpot's later edit, and a stamp of Salesforce's record that is later still.
    const times = { hubspot: NOW_MS, salesforce: NOW_MS + 60_000 };
    const sides = both({ firstname: "Annie" }, { FirstName: there });
    const facts = decide({ ...record, sending }, sides, person, times);
    expect(fieldOf(facts, "firstName")?.next).toMatchObject({ value, source });
  },
);

test("P1: a field that one side alone has is kept, and written nowhere", () => {
  const record = recordWith({}, [contact(), lead()]);
  const facts = decide(record, both({ createdate: "2026-01-02T03:04:05Z" }, {}));
  expect(fieldOf(facts, "firstSeen")).toMatchObject({
    next: { value: "2026-01-02T03:04:05.000Z", source: "hubspot", baseline: null },
  });
  expect(fieldOf(facts, "firstSeen")).not.toHaveProperty("write");
});

test("P4: a value that makes no sense is refused with its reason, and what was known stays", () => {
  const record = recordWith({ mqlDate: "2026-01-02T03:04:05.000Z" }, [contact(), lead()]);
  const facts = decide(record, both({}, { MQL_Date__c: "soon" }));
  expect(fieldOf(facts, "mqlDate")).toMatchObject({
    next: { baseline: "2026-01-02T03:04:05.000Z" },
    refused: { system: "salesforce", refusal: { refused: "not-a-time" } },
  });
  expect(fieldOf(facts, "mqlDate")).not.toHaveProperty("write");
});

test("P1: an edit of what only HubSpot may say is put back, and kept as the loser", () => {
  const record = recordWith({ source: "PAID_SEARCH" }, [contact(), lead()]);
  const facts = decide(
    record,
    both({ hs_analytics_source: "PAID_SEARCH" }, { Original_Source__c: "My idea" }),
  );
  expect(factOf(facts, "source")).toMatchObject({
    fields: [
      { write: { system: "salesforce", properties: { Original_Source__c: "PAID_SEARCH" } } },
    ],
    conflict: {
      fields: ["source"],
      hubspot: ["PAID_SEARCH"],
      salesforce: ["My idea"],
      winner: "hubspot",
      because: "one-way",
      at: LATER,
    },
  });
});

test("P1: an open question writes nothing, keeps the value that was, and remembers since when", () => {
  const record = recordWith({ firstName: "Ann" }, [contact(), lead()]);
  const sides = both({ firstname: "Anna" }, { FirstName: "Anne" });
  const [first] = [factOf(decide(record, sides, askingKind("ask")), "firstName")];
  expect(first).toMatchObject({
    fields: [{ next: { value: "Ann", baseline: "Ann" } }],
    conflict: { hubspot: ["Anna"], salesforce: ["Anne"], because: "ask", at: LATER },
  });
  expect(first?.fields[0]).not.toHaveProperty("write");
  const asked = { ...record, conflicts: [{ ...first?.conflict, at: NOW }] } as AccordRecord;
  expect(factOf(decide(asked, sides, askingKind("ask")), "firstName")?.conflict?.at).toBe(NOW);
});

test("only a fact that both sides moved, under the policy `latest`, or a new question, asks for times", () => {
  const record = recordWith({ firstName: "Ann", jobTitle: "CTO" }, [contact(), lead()]);
  const sides = both(
    { firstname: "Anna", jobtitle: "CEO", lifecyclestage: "lead" },
    { FirstName: "Anne", Title: "CTO", Lifecycle_Stage__c: "customer" },
  );
  const asking = (policy: Policy) =>
    decide(record, sides, askingKind(policy))
      .filter(({ asksTimes }) => asksTimes)
      .flatMap(({ fields }) => fields.map(({ field }) => field.name));
  expect([asking("latest"), asking("salesforce"), asking("ask")]).toEqual([
    ["firstName"],
    [],
    ["firstName"],
  ]);
  const later = decide(record, sides, person, { hubspot: NOW_MS + 5000, salesforce: NOW_MS });
  expect(factOf(later, "firstName")?.conflict?.winner).toBe("hubspot");
  const same = decide(record, sides, person, { hubspot: NOW_MS + 2000, salesforce: NOW_MS });
  expect(factOf(same, "firstName")?.conflict?.winner).toBe("salesforce");
});

test("a fact of several fields travels as one: a stage never goes without its closing date", () => {
  const deal = { system: "hubspot", object: "deals", id: "7" } as const;
  const opportunity = { system: "salesforce", object: "Opportunity", id: "006" } as const;
  const record = recordWith(
    { stage: "Prospecting", closeDate: "2026-12-01" },
    [deal, opportunity],
    {
      kind: "opportunity",
    },
  );
  const sides = {
    hubspot: sideOf(seen(deal, { dealstage: "closedlost", closedate: "2026-12-01T00:00:00Z" })),
    salesforce: sideOf(seen(opportunity, { StageName: "Prospecting", CloseDate: "2027-01-31" })),
  };
  const facts = decide(record, sides, kindNamed("opportunity"), {
    hubspot: NOW_MS,
    salesforce: NOW_MS + 60_000,
  });
  const closing = factOf(facts, "stage");
  expect(closing?.fields.map(({ field, write }) => [field.name, write?.properties])).toEqual([
    ["stage", { dealstage: "appointmentscheduled" }],
    ["closeDate", { closedate: "2027-01-31T00:00:00.000Z" }],
  ]);
  expect(closing?.conflict).toMatchObject({
    fields: ["stage", "closeDate"],
    hubspot: ["Closed Lost", "2026-12-01"],
    salesforce: ["Prospecting", "2027-01-31"],
    winner: "salesforce",
  });
});

test("an amount and its currency are one field, and are written together", () => {
  const deal = { system: "hubspot", object: "deals", id: "7" } as const;
  const opportunity = { system: "salesforce", object: "Opportunity", id: "006" } as const;
  const record = recordWith({ amount: "USD 5.00" }, [deal, opportunity], { kind: "opportunity" });
  const sides = {
    hubspot: sideOf(seen(deal, { amount: "5", deal_currency_code: "USD" })),
    salesforce: sideOf(seen(opportunity, { Amount: "7.5", CurrencyIsoCode: "BRL" })),
  };
  const facts = decide(record, sides, kindNamed("opportunity"));
  expect(fieldOf(facts, "amount")?.write?.properties).toEqual({
    amount: "7.50",
    deal_currency_code: "BRL",
  });
});

test("a record that stands on one side alone is remembered, and asks for no write", () => {
  const record = recordWith({}, [contact()]);
  const sides = { hubspot: sideOf(seen(contact(), { email: "a@x.example" })), salesforce: none };
  const facts = decide(record, sides);
  expect(fieldOf(facts, "email")).toMatchObject({ next: { value: "a@x.example", baseline: null } });
  expect(
    facts.flatMap(({ fields }) => fields).filter(({ write, refused }) => write ?? refused),
  ).toEqual([]);
});

test("R7: another form of our value is an edit where anybody else edited the record since", () => {
  const sent = [{ system: "salesforce", value: "ceo", over: null, basedOnMs: 0, atMs: 0 }] as const;
  const state = { value: "ceo", source: "hubspot", at: NOW, baseline: "ceo", sent } as const;
  const record = recordWith({}, [contact(), lead()], { fields: { jobTitle: state } });
  const titleOf = (editedByUs: boolean) => {
    const sides = {
      hubspot: sideOf(seen(contact(), { jobtitle: "ceo" })),
      salesforce: sideOf(seen(lead(), { Title: "CEO" }, { editedByUs })),
    };
    return fieldOf(decide(record, sides), "jobTitle");
  };
  expect(titleOf(true)).toMatchObject({ next: { value: "ceo", forms: { salesforce: "CEO" } } });
  expect(titleOf(true)).not.toHaveProperty("write");
  expect(titleOf(false)).toMatchObject({
    next: { value: "CEO" },
    write: { system: "hubspot", properties: { jobtitle: "CEO" } },
  });
});
