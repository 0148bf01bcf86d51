import { expect, test } from "vitest";
import { tellsNothingNew } from "../../../shared/sync/evidence.ts";
import type { Hint } from "../../../shared/sync/ports.ts";
import type { AccordRecord } from "../../../shared/sync/record.ts";
import { contact, kindNamed, lead, NOW, recordWith } from "../../support/sync-builders.ts";

const person = kindNamed("person");
const ann = recordWith({ email: "ann@x.example", phone: "+55 11", lifecycleStage: "lead" }, [
  contact(),
  lead(),
]);

const isDismissed = (hint: Hint, record: AccordRecord = ann, holders = new Map<string, string>()) =>
  tellsNothingNew(person, record, hint, holders);

test.each([
  ["the value that both sides agreed on", { email: "ann@x.example" }, true],
  ["that value in the words of another system", { email: " ANN@x.example ", phone: "55-11" }, true],
  ["another value", { email: "anna@x.example" }, false],
  ["a cleared value", { phone: null }, false],
  ["one new value among old ones", { email: "ann@x.example", phone: "+55 12" }, false],
  ["a property that nobody maps", { favourite_colour: "blue" }, true],
  ["a field that the record does not know yet", { jobtitle: "CEO" }, false],
])("P3: a hint that tells %s is known by value, whoever sent it", (_what, evidence, dismissed) => {
  expect(isDismissed({ ref: contact(), evidence })).toBe(dismissed);
});

test("P2: evidence of half a fact dismisses nothing, since the other half may be new", () => {
  const deal = { system: "hubspot", object: "deals", id: "7" } as const;
  const record = recordWith({ amount: "USD 5.00" }, [deal], { kind: "opportunity" });
  const opportunity = kindNamed("opportunity");
  const told = (evidence: Hint["evidence"]) =>
    tellsNothingNew(opportunity, record, { ref: deal, evidence }, new Map());
  expect(told({ amount: "5" })).toBe(false);
  expect(told({ amount: "5", deal_currency_code: "USD" })).toBe(true);
});

const evidence = { email: "ann@x.example" };
const parked = {
  system: "salesforce",
  field: "email",
  value: "ann@x.example",
  code: "X",
  cause: "unknown",
  remedy: "",
  message: "no",
  since: NOW,
  tries: 1,
  triedAt: NOW,
} as const;
const open = { fields: ["email"], hubspot: ["a"], salesforce: ["b"], because: "ask", at: NOW };

test.each<[string, Partial<AccordRecord>]>([
  ["is being written, or was when its worker died", { lease: { untilMs: 0, intends: [] } }],
  ["is ambiguous", { status: "ambiguous" }],
  ["was only observed, with a write still proposed", { proposed: ["hubspot: update contacts"] }],
  ["has this value parked", { parked: [parked] }],
  ["has an open question about this field", { conflicts: [open] }],
])("P1: a hint of a record that %s is never dismissed", (_what, more) => {
  expect(isDismissed({ ref: contact(), evidence }, { ...ann, ...more })).toBe(false);
});

test.each<[string, Hint]>([
  ["carries no evidence", { ref: contact() }],
  ["carries empty evidence", { ref: contact(), evidence: {} }],
  ["says why to look all the same", { ref: contact(), evidence, because: "it came late" }],
  ["is of a record that was tied before", { ref: contact("2"), evidence }],
  ["is of another object with the same id", { ref: { ...contact(), object: "deals" }, evidence }],
])("P1: a hint that %s is never dismissed", (_what, hint) => {
  expect(isDismissed(hint)).toBe(false);
});

test("P2: a record without our id on it, or with another one, is looked at again", () => {
  const told = (id: string | null) =>
    isDismissed({ ref: contact(), evidence: { ...evidence, accord_id: id } });
  expect([told(ann.id), told(null), told("another")]).toEqual([true, false, false]);
});

test("P3: the creation of what is known already tells nothing new", () => {
  expect(isDismissed({ ref: contact(), created: true })).toBe(true);
});

test("P3: a relation is known by whether both sides agree on it", () => {
  const deal = { system: "hubspot", object: "deals", id: "7" } as const;
  const record = recordWith({}, [deal], { kind: "opportunity", persons: ["ann"] });
  const holders = new Map([
    ["hubspot#contacts#1", "ann"],
    ["hubspot#contacts#2", "bob"],
  ]);
  const told = (id: string, present: boolean) =>
    tellsNothingNew(
      kindNamed("opportunity"),
      record,
      { ref: deal, relations: [{ object: "contacts", id, present }] },
      holders,
    );
  expect({
    known: told("1", true),
    ended: told("1", false),
    added: told("2", true),
    neverThere: told("2", false),
    stranger: told("3", true),
  }).toEqual({ known: true, ended: false, added: false, neverThere: true, stranger: false });
});
