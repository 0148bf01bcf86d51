import { expect, test } from "vitest";
import { conclude } from "../../../shared/sync/conclude.ts";
import { decideFields } from "../../../shared/sync/decide-fields.ts";
import { intendWrites } from "../../../shared/sync/intend-writes.ts";
import { digestOf, withDue } from "../../../shared/sync/park.ts";
import type { Sides } from "../../../shared/sync/plan-field.ts";
import type { Failure, RefusedProperty, WriteResult } from "../../../shared/sync/ports.ts";
import type { AccordRecord, Parked } from "../../../shared/sync/record.ts";
import type { Written } from "../../../shared/sync/written.ts";
import {
  contact,
  kindNamed,
  lead,
  NOW,
  NOW_MS,
  recordWith,
  seen,
} from "../../support/sync-builders.ts";

const HOUR_MS = 3_600_000;
const person = kindNamed("person");
const record = recordWith({ firstName: "Ann", phone: "555" }, [contact(), lead()]);
const sides = (hubspot: Record<string, string | null>, salesforce = {}): Sides => ({
  hubspot: {
    is: "seen",
    observation: seen(
      contact(),
      { firstname: "Ann", phone: "555", ...hubspot },
      { accordId: record.id },
    ),
  },
  salesforce: {
    is: "seen",
    observation: seen(
      lead(),
      { FirstName: "Ann", Phone: "555", ...salesforce },
      { accordId: record.id },
    ),
  },
});

/** Decides, and has the writes end as told; at a time so many hours later. */
function round(from: AccordRecord, at: Sides, results: Partial<WriteResult>, hours = 0) {
  const nowMs = NOW_MS + hours * HOUR_MS;
  const now = new Date(nowMs).toISOString();
  const noTimes = () => ({ hubspot: undefined, salesforce: undefined, skewMs: 0 });
  const facts = decideFields({ kind: person, record: from, sides: at, times: noTimes, now });
  const writes = intendWrites(person, from, facts, at, nowMs);
  const written = (["hubspot", "salesforce"] as const).flatMap((system): Written[] => {
    const write = writes[system];
    if (!write) return [];
    const done = {
      recordId: from.id,
      id: write.id,
      created: false,
      refused: [],
      failed: undefined,
    };
    return [{ system, write, result: { ...done, ...results } }];
  });
  const { record: after, events } = conclude(person, from, facts, written, now);
  const asked = written.map(({ system, write }) => [system, write.properties]);
  return { after, events, asked };
}

const edited = sides({ firstname: "Anna", phone: "556" });
const refusal: RefusedProperty = {
  property: "FirstName",
  code: "TOO_LONG",
  message: "no more than 2",
  cause: "too-long",
  facts: { label: "First Name", options: undefined, maxLength: 2, fingerprint: "f1" },
};

test("R4: what was accepted becomes the baseline, and the next look asks for nothing", () => {
  const { after, asked, events } = round(record, edited, {});
  expect(asked).toEqual([["salesforce", { FirstName: "Anna", Phone: "556" }]]);
  expect(after.fields["firstName"]).toMatchObject({ value: "Anna", baseline: "Anna" });
  expect(events).toEqual([
    { what: "changed", field: "firstName", from: "Ann", to: "Anna", system: "hubspot" },
    { what: "changed", field: "phone", from: "555", to: "556", system: "hubspot" },
    { what: "updated", system: "salesforce", field: "FirstName Phone", to: lead().id },
  ]);
  const again = round(
    after,
    sides({ firstname: "Anna", phone: "556" }, { FirstName: "Anna", Phone: "556" }),
    {},
  );
  expect(again).toEqual({ after, events: [], asked: [] });
});

test("P4: what was refused is parked with its cause, its baseline stays, and its neighbours move", () => {
  const { after } = round(record, edited, { refused: [refusal] });
  expect(after.fields).toMatchObject({
    firstName: { value: "Anna", baseline: "Ann" },
    phone: { value: "556", baseline: "556" },
  });
  expect(after.parked).toEqual([
    {
      system: "salesforce",
      field: "firstName",
      value: "Anna",
      code: "TOO_LONG",
      message: "no more than 2",
      cause: "too-long",
      remedy:
        "Shorten the value, or make First Name of Lead in Salesforce longer than 2 characters.",
      object: "Lead",
      property: "FirstName",
      fingerprint: "f1",
      since: NOW,
      tries: 1,
      triedAt: NOW,
    },
  ]);
});

test("P4: a parked value is held back, then tried again after 1, 2, 4 … hours, and a day at most", () => {
  const half = sides({ firstname: "Anna" });
  let { after } = round(record, half, { refused: [refusal] });
  const tried: number[] = [];
  for (let hours = 0.5; hours < 110; hours += 0.5) {
    const next = round(after, half, { refused: [refusal] }, hours);
    if (next.asked.length > 0) tried.push(hours);
    after = next.after;
  }
  expect(tried).toEqual([1, 3, 7, 15, 31, 55, 79, 103]);
  expect(after.parked).toMatchObject([{ since: NOW, tries: 9, value: "Anna" }]);
});

test("P4: a parked field is tried at once with another value, and forgotten when it is taken back", () => {
  const { after } = round(record, sides({ firstname: "Anna" }), { refused: [refusal] });
  const other = round(after, sides({ firstname: "An" }), {}, 0.1);
  expect(other.asked).toEqual([["salesforce", { FirstName: "An" }]]);
  expect(other.after.parked).toEqual([]);
  expect(round(after, sides({}), {}, 0.1).after.parked).toEqual([]);
});

test("P4: a parked value leaves the way of the other direction open", () => {
  const { after } = round(record, sides({ firstname: "Anna" }), { refused: [refusal] });
  const { asked } = round(after, sides({ firstname: "Anna" }, { Phone: "557" }), {}, 0.1);
  expect(asked).toEqual([["hubspot", { phone: "557" }]]);
});

test("P1: a write that failed as a whole and may pass moves no baseline, and parks nothing", () => {
  const failed = { code: "UNABLE_TO_LOCK_ROW", message: "busy", retryable: true };
  const { after } = round(record, edited, { id: undefined, failed });
  expect(after.parked).toEqual([]);
  expect(after.fields).toMatchObject({ firstName: { value: "Anna", baseline: "Ann" } });
  expect(round(after, edited, {}).asked).toEqual([
    ["salesforce", { FirstName: "Anna", Phone: "556" }],
  ]);
});

test("P4: a record that is refused as a whole is parked, held back, and let go once a write lands", () => {
  const failed: Failure = {
    code: "DUPLICATES_DETECTED",
    message: "there is one",
    retryable: false,
    cause: "duplicate-rule",
  };
  const { after } = round(record, edited, { id: undefined, failed });
  const whole: Parked = {
    system: "salesforce",
    field: "*",
    value: digestOf({ FirstName: "Anna", Phone: "556" }),
    code: "DUPLICATES_DETECTED",
    message: "there is one",
    cause: "duplicate-rule",
    remedy:
      "Merge the records that Salesforce takes for one, or let Accord's user pass its duplicate rule.",
    object: "Lead",
    since: NOW,
    tries: 1,
    triedAt: NOW,
  };
  expect(after.parked).toEqual([whole]);
  const soon = round(after, edited, {}, 0.5);
  expect([soon.asked, soon.after.parked]).toEqual([[], [whole]]);
  expect(round(soon.after, edited, {}, 1).after.parked).toEqual([]);
});

test("K3: a record that is refused as a whole is tried at once when any of its values changes", () => {
  const failed: Failure = { code: "DUPLICATES_DETECTED", message: "no", retryable: false };
  const { after } = round(record, edited, { id: undefined, failed });
  const other = round(after, sides({ firstname: "Anna", phone: "557" }), {}, 0.1);
  expect(other.asked).toEqual([["salesforce", { FirstName: "Anna", Phone: "557" }]]);
  expect(other.after.parked).toEqual([]);
});

test("K3: a parked value is tried at once when it is asked for, or when the mapping has changed", () => {
  const half = sides({ firstname: "Anna" });
  const { after } = round(record, half, { refused: [refusal] });
  const asked = (from: AccordRecord) => round(from, half, { refused: [refusal] }, 0.1).asked;
  const wanted = [["salesforce", { FirstName: "Anna" }]];
  const { mappingVersion } = after;
  expect(asked(withDue(after, [{ cause: "too-long" }], mappingVersion))).toEqual(wanted);
  expect(asked(withDue(after, [{ field: "firstName" }], mappingVersion))).toEqual(wanted);
  expect(asked(withDue(after, [], "another"))).toEqual(wanted);
  expect(asked(withDue(after, [{ cause: "locked" }], mappingVersion))).toEqual([]);
  expect(asked(withDue(after, [{ system: "hubspot" }], mappingVersion))).toEqual([]);
  const again = round(withDue(after, [{}], mappingVersion), half, { refused: [refusal] }, 0.1);
  expect(again.after.parked).toMatchObject([{ tries: 2, since: NOW }]);
  expect(again.after.parked[0]).not.toHaveProperty("due");
});

test("K4: a parked value that is let go writes nothing but itself", () => {
  const { after } = round(record, edited, { refused: [refusal] });
  const next = round(
    withDue(after, [{}], after.mappingVersion),
    sides({ firstname: "Anna", phone: "556" }, { Phone: "556" }),
    {},
    0.1,
  );
  expect(next.asked).toEqual([["salesforce", { FirstName: "Anna" }]]);
});

test("P4: a parked value stays parked where the try after it failed for a passing reason", () => {
  const half = sides({ firstname: "Anna" });
  const { after } = round(record, half, { refused: [refusal] });
  const failed: Failure = { code: "UNABLE_TO_LOCK_ROW", message: "busy", retryable: true };
  const busy = round(after, half, { id: undefined, failed }, 2);
  expect(busy.after.parked).toMatchObject([{ cause: "too-long", since: NOW, tries: 1 }]);
});

test("P1: the loser of a conflict is kept once, however often the put-back is tried", () => {
  const start = recordWith({ source: "PAID_SEARCH" }, [contact(), lead()]);
  const at = sides(
    { hs_analytics_source: "PAID_SEARCH", firstname: null, phone: null },
    {
      Original_Source__c: "mine",
      FirstName: null,
      Phone: null,
    },
  );
  const refused = [{ property: "Original_Source__c", code: "NO", message: "locked" }];
  const first = round(start, at, { refused });
  const second = round(first.after, at, { refused }, 1);
  expect(second.after.conflicts.map(({ hubspot, salesforce }) => [hubspot, salesforce])).toEqual([
    [["PAID_SEARCH"], ["mine"]],
  ]);
});

test("stages are only ever added to their history, each when it changes", () => {
  const stageOf = (hubspot: string | null, salesforce: string | null) =>
    sides({ lifecyclestage: hubspot }, { Lifecycle_Stage__c: salesforce });
  const blank = round(record, stageOf(null, null), {}).after;
  const first = round(blank, stageOf("lead", null), {}, 1).after;
  const same = round(first, stageOf("lead", "lead"), {}, 2).after;
  const customer = round(same, stageOf("lead", "customer"), {}, 3).after;
  const back = round(customer, stageOf("opportunity", "customer"), {}, 4).after;
  expect(
    [blank, first, same, customer, back].map(({ stages }) => stages.map(({ stage }) => stage)),
  ).toEqual([[], ["lead"], ["lead"], ["lead", "customer"], ["lead", "customer", "opportunity"]]);
});
