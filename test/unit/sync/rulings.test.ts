import { expect, test } from "vitest";
import type { System } from "../../../shared/core/reconcile/system.ts";
import { conclude } from "../../../shared/sync/conclude.ts";
import { decideFields } from "../../../shared/sync/decide-fields.ts";
import { intendWrites } from "../../../shared/sync/intend-writes.ts";
import type { Sides } from "../../../shared/sync/plan-field.ts";
import type { AccordRecord } from "../../../shared/sync/record.ts";
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

const person = kindNamed("person");
const ruling = { values: { jobTitle: "Chair" }, by: "sam", at: NOW, because: "decided" };
const before = recordWith({ jobTitle: "CTO" }, [contact(), lead()], { rulings: [ruling] });

/** Decides what both sides say, and has these systems refuse the title. */
function round(from: AccordRecord, titles: readonly [string, string], refusing: readonly System[]) {
  const accordId = from.id;
  const sides: Sides = {
    hubspot: { is: "seen", observation: seen(contact(), { jobtitle: titles[0] }, { accordId }) },
    salesforce: { is: "seen", observation: seen(lead(), { Title: titles[1] }, { accordId }) },
  };
  const times = () => ({ hubspot: undefined, salesforce: undefined, skewMs: 0 });
  const facts = decideFields({ kind: person, record: from, sides, times, now: NOW });
  const writes = intendWrites(person, from, facts, sides, NOW_MS);
  const written = (["hubspot", "salesforce"] as const).flatMap((system): Written[] => {
    const write = writes[system];
    if (!write) return [];
    const refused = refusing.includes(system)
      ? Object.keys(write.properties).map((property) => ({ property, code: "NO", message: "no" }))
      : [];
    const result = { recordId: from.id, id: write.id, created: false, refused, failed: undefined };
    return [{ system, write, result }];
  });
  const { record: after } = conclude(person, from, facts, written, NOW);
  return { after, asked: written.map(({ system, write }) => [system, write.properties]) };
}

const both = [
  ["hubspot", { jobtitle: "Chair" }],
  ["salesforce", { Title: "Chair" }],
];

test("R9: what a person decides is written to both sides, and is over once they took it", () => {
  const { after, asked } = round(before, ["CEO", "COO"], []);
  expect(asked).toEqual(both);
  expect(after.fields["jobTitle"]).toMatchObject({ value: "Chair", baseline: "Chair" });
  expect(after).not.toHaveProperty("rulings");
});

test("R9, P4: a side that refuses it has not moved, is parked, and is not asked again at once", () => {
  const { after } = round(before, ["CEO", "COO"], ["salesforce"]);
  expect(after).not.toHaveProperty("rulings");
  expect(after.fields["jobTitle"]).toMatchObject({
    value: "Chair",
    source: "hubspot",
    baseline: "COO",
  });
  expect(after.parked).toMatchObject([{ system: "salesforce", field: "jobTitle", value: "Chair" }]);
  expect(round(after, ["Chair", "COO"], []).asked).toEqual([]);
});

test("R9, P1: what both sides refuse stays decided, and nothing of what they hold is forgotten", () => {
  const { after } = round(before, ["CEO", "COO"], ["hubspot", "salesforce"]);
  expect(after.rulings).toEqual([ruling]);
  expect(after.fields["jobTitle"]).toMatchObject({ value: "CTO", baseline: "CTO" });
  expect(after.parked.map(({ system, value }) => [system, value])).toEqual([
    ["hubspot", "Chair"],
    ["salesforce", "Chair"],
  ]);
  expect(round(after, ["CEO", "COO"], []).asked).toEqual([]);
});

test("R9: a worker that died after one of two writes leaves the other to the next", () => {
  expect(round(before, ["Chair", "COO"], []).asked).toEqual([["salesforce", { Title: "Chair" }]]);
});
