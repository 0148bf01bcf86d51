import { expect, test } from "vitest";
import { decideSet, type MemberWrite } from "../../../shared/core/reconcile/decide-set.ts";

const decide = (baseline: string[], hubspot: string[], salesforce: string[]) =>
  decideSet({
    baseline: new Set(baseline),
    hubspot: new Set(hubspot),
    salesforce: new Set(salesforce),
  });

const add = (system: MemberWrite["system"], member: string) => ({ system, member, action: "add" });
const remove = (system: MemberWrite["system"], member: string) => ({
  system,
  member,
  action: "remove",
});

//     baseline hubspot salesforce members writes
test.each([
  [["a"], ["a"], ["a"], ["a"], []],
  [[], ["a"], ["a"], ["a"], []],
  [["a"], [], [], [], []],
  [[], ["a"], [], ["a"], [add("salesforce", "a")]],
  [[], [], ["a"], ["a"], [add("hubspot", "a")]],
  [["a"], ["a"], [], [], [remove("hubspot", "a")]],
  [["a"], [], ["a"], [], [remove("salesforce", "a")]],
  [["a"], ["b"], ["a"], ["b"], [remove("salesforce", "a"), add("salesforce", "b")]],
  [["a"], ["b"], ["c"], ["b", "c"], [add("salesforce", "b"), add("hubspot", "c")]],
])("R1-R2: baseline %j, HubSpot %j, Salesforce %j", (baseline, hubspot, sf, members, writes) => {
  expect(decide(baseline, hubspot, sf)).toEqual({ members, writes });
});
