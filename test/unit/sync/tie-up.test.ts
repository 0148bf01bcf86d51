import { expect, test } from "vitest";
import type { Observation } from "../../../shared/sync/ports.ts";
import type { AccordRecord } from "../../../shared/sync/record.ts";
import { subjectOf } from "../../../shared/sync/subject.ts";
import { differs, tieUp } from "../../../shared/sync/tie-up.ts";
import {
  contact,
  gone,
  kindNamed,
  lead,
  NOW,
  recordWith,
  seen,
  sfContact,
} from "../../support/sync-builders.ts";

const LATER = "2026-11-22T08:00:00.000Z";

function tied(record: AccordRecord, ...observed: Observation[]) {
  const subject = subjectOf(record);
  for (const one of observed) subject.seen[one.ref.system] = one;
  tieUp(kindNamed(record.kind), subject, LATER);
  return subject;
}

const standing = ({ record, create }: ReturnType<typeof tied>) => ({
  status: record.status,
  because: record.statusReason,
  create: create?.create.object,
});

test("a lead that was converted ends its link, and its contact takes its place", () => {
  const { record } = tied(
    recordWith({}, [contact(), lead()]),
    seen(contact(), {}),
    seen(sfContact(), {}),
  );
  expect(record.links.slice(1)).toEqual([
    {
      ...lead(),
      since: NOW,
      because: "it was seen first here",
      ended: { at: LATER, because: "it lives on as another record" },
    },
    { ...sfContact(), since: LATER, because: "continued from the record before" },
  ]);
  expect(record.status).toBe("linked");
});

test("P1: a deletion ends the link, is said of the record, and is not undone by a rule", () => {
  const mql = seen(contact(), { lifecyclestage: "marketingqualifiedlead" });
  const first = tied(recordWith({}, [contact(), lead()]), mql, gone(lead()));
  expect(first.record.links[1]?.ended).toEqual({ at: LATER, because: "deleted there" });
  const unlinked = { status: "unlinked", because: "its partner was deleted", create: undefined };
  expect(standing(first)).toEqual(unlinked);
  expect(standing(tied(first.record, mql))).toEqual(unlinked);
});

test("a record that was deleted on both sides is unlinked", () => {
  const both = tied(recordWith({}, [contact(), lead()]), gone(contact()), gone(lead()));
  expect(standing(both)).toMatchObject({ status: "unlinked", create: undefined });
});

//     object         properties                                   relations  creates
const won = {
  persons: [],
  companies: [],
  opportunities: [{ id: "006", won: false, closed: false, changedAtMs: undefined }],
};
test.each<[string, Observation, string | undefined]>([
  ["a subscriber", seen(contact(), { lifecyclestage: "subscriber" }), undefined],
  ["a contact of no stage", seen(contact(), {}), undefined],
  ["a contact of a stage nobody ranks", seen(contact(), { lifecyclestage: "91735512" }), undefined],
  ["an MQL", seen(contact(), { lifecyclestage: "marketingqualifiedlead" }), "Lead"],
  ["a customer", seen(contact(), { lifecyclestage: "customer" }), "Lead"],
  ["a lead", seen(lead(), { Email: "a@x.example" }, { relations: won }), undefined],
  ["a contact without a deal", seen(sfContact(), { Email: "a@x.example" }), undefined],
  [
    "a contact with one",
    seen(sfContact(), { Email: "a@x.example" }, { relations: won }),
    "contacts",
  ],
  ["a contact with a deal and no address", seen(sfContact(), {}, { relations: won }), undefined],
])("the default mapping takes %s across or not", (_who, observation, created) => {
  expect(standing(tied(recordWith({}, [observation.ref]), observation))).toEqual({
    status: created ? "linked" : "excluded",
    because: created ? "" : "no inclusion rule takes it across",
    create: created,
  });
});

test("every opportunity becomes a deal, an account with one becomes a company, and no deal travels", () => {
  const ref = (system: "hubspot" | "salesforce", object: string) => ({ system, object, id: "1" });
  const created = (kind: AccordRecord["kind"], observation: Observation) =>
    standing(tied(recordWith({}, [observation.ref], { kind }), observation)).create;
  expect([
    created("opportunity", seen(ref("salesforce", "Opportunity"), {})),
    created("opportunity", seen(ref("hubspot", "deals"), {})),
    created("company", seen(ref("salesforce", "Account"), {}, { relations: won })),
    created("company", seen(ref("salesforce", "Account"), {})),
    created("company", seen(ref("hubspot", "companies"), {})),
  ]).toEqual(["deals", undefined, "companies", undefined, undefined]);
});

test("an ambiguous record lists its candidates and creates nothing", () => {
  const subject = subjectOf(recordWith({}, [contact()]));
  subject.seen.hubspot = seen(contact(), { lifecyclestage: "customer" });
  subject.ambiguous = "two leads have its address";
  subject.candidates = [lead("1"), lead("2")];
  tieUp(kindNamed("person"), subject, NOW);
  expect(subject).toMatchObject({
    create: undefined,
    record: {
      status: "ambiguous",
      statusReason: "two leads have its address",
      candidates: [lead("1"), lead("2")],
    },
  });
});

test("R4: a record differs by what a person would see of it, or by a claim that is left on it", () => {
  const record = recordWith({ email: "a@x.example" }, [contact()]);
  expect([
    differs(record, structuredClone({ ...record, version: 9, updatedAt: LATER })),
    differs(record, { ...record, statusReason: "another" }),
    differs({ ...record, lease: { untilMs: 0, intends: [] } }, record),
    differs({ ...record, version: 0 }, record),
  ]).toEqual([false, true, true, true]);
});
