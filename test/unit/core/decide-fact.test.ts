import { expect, test } from "vitest";
import {
  type Direction,
  decideFact,
  type EditTimes,
  type Policy,
  type Rule,
  type Verdict,
} from "../../../shared/core/reconcile/decide-fact.ts";
import type { FieldValue } from "../../../shared/core/reconcile/field-value.ts";
import type { System } from "../../../shared/core/reconcile/system.ts";

const NEVER: EditTimes = { hubspot: undefined, salesforce: undefined, skewMs: 2000 };
const RULE: Rule = {
  direction: { way: "both" },
  policy: "latest",
  tieBreaker: "salesforce",
  finer: "hubspot",
  same: (_index, one, other) => one?.toLowerCase() === other?.toLowerCase(),
};

function decide(
  [baseline, hubspot, salesforce]: readonly [FieldValue, FieldValue, FieldValue],
  rule: Partial<Rule> = {},
  times: Partial<EditTimes> = {},
): Verdict {
  return decideFact(
    { baseline: [baseline], hubspot: [hubspot], salesforce: [salesforce] },
    { ...RULE, ...rule },
    { ...NEVER, ...times },
  );
}

const agreed = (value: FieldValue) => ({ kind: "agreed", value: [value] });
const moved = (by: System, value: FieldValue) => ({ kind: "moved", by, value: [value] });
const left = (by: System, value: FieldValue) => ({ kind: "left", by, value: [value] });
const overruled = (
  winner: System,
  value: FieldValue,
  lost: FieldValue,
  because: "policy" | "one-way" = "policy",
) => ({ kind: "overruled", winner, value: [value], lost: [lost], because });

//     baseline hubspot salesforce verdict
test.each([
  ["a", "a", "a", agreed("a")],
  [null, "b", "b", agreed("b")],
  ["a", "b", "b", agreed("b")],
  ["a", null, null, agreed(null)],
  ["a", "b", "B", agreed("b")],
  ["a", "b", "a", moved("hubspot", "b")],
  ["a", "b", "A", moved("hubspot", "b")],
  ["a", "a", "b", moved("salesforce", "b")],
  ["a", null, "a", moved("hubspot", null)],
  ["a", "a", null, moved("salesforce", null)],
  [null, "b", null, moved("hubspot", "b")],
  [null, null, "b", moved("salesforce", "b")],
  ["a", "b", "c", overruled("salesforce", "c", "b")],
  ["a", "b", null, overruled("salesforce", null, "b")],
  ["a", null, "c", overruled("salesforce", "c", null)],
  [null, "b", "c", overruled("salesforce", "c", "b")],
])("R1-R3: baseline %s, HubSpot %s, Salesforce %s", (baseline, hubspot, salesforce, verdict) => {
  expect(decide([baseline, hubspot, salesforce])).toEqual(verdict);
});

test.each([
  ["hubspot", "b"],
  ["salesforce", "B"],
] as const)("R1: the same in two wordings is agreed in that of the finer, %s", (finer, value) => {
  expect(decide(["a", "b", "B"], { finer })).toEqual(agreed(value));
});

const PUT_BACK: Direction = { way: "to-salesforce", farEdit: "put-back" };
const LEAVE: Direction = { way: "to-salesforce", farEdit: "leave" };

//     direction baseline hubspot salesforce verdict
test.each([
  [PUT_BACK, "a", "b", "a", moved("hubspot", "b")],
  [PUT_BACK, "a", "a", "c", overruled("hubspot", "a", "c", "one-way")],
  [PUT_BACK, "a", "a", null, moved("hubspot", "a")],
  [PUT_BACK, "a", "b", "c", overruled("hubspot", "b", "c", "one-way")],
  [PUT_BACK, "a", null, "c", overruled("hubspot", null, "c", "one-way")],
  [PUT_BACK, null, null, "c", overruled("hubspot", null, "c", "one-way")],
  [PUT_BACK, "a", "c", "c", agreed("c")],
  [LEAVE, "a", "b", "a", moved("hubspot", "b")],
  [LEAVE, "a", "a", "c", left("salesforce", "a")],
  [LEAVE, "a", "a", null, left("salesforce", "a")],
  [LEAVE, "a", "b", "c", overruled("hubspot", "b", "c", "one-way")],
  [LEAVE, "a", "b", null, moved("hubspot", "b")],
])("R2: one way as %j, baseline %s, HubSpot %s, Salesforce %s", (direction, b, h, s, verdict) => {
  expect(decide([b, h, s], { direction })).toEqual(verdict);
});

//     policy                          hubspot   salesforce verdict
test.each<[Policy, FieldValue, FieldValue, object]>([
  ["hubspot", "b", "c", overruled("hubspot", "b", "c")],
  ["hubspot", null, "c", overruled("hubspot", null, "c")],
  ["salesforce", "b", "c", overruled("salesforce", "c", "b")],
  ["salesforce", "b", null, overruled("salesforce", null, "b")],
  ["prefer-hubspot-unless-blank", "b", "c", overruled("hubspot", "b", "c")],
  ["prefer-hubspot-unless-blank", null, "c", overruled("salesforce", "c", null)],
  ["prefer-salesforce-unless-blank", "b", "c", overruled("salesforce", "c", "b")],
  ["prefer-salesforce-unless-blank", "b", null, overruled("hubspot", "b", null)],
  ["ask", "b", "c", { kind: "open", hubspot: ["b"], salesforce: ["c"] }],
])("R3: both moved under %s, HubSpot %s, Salesforce %s", (policy, hubspot, salesforce, verdict) => {
  expect(decide(["a", hubspot, salesforce], { policy })).toEqual(verdict);
});

//     hubspot    salesforce  tie-breaker    winner
test.each<[number | undefined, number | undefined, System, System]>([
  [10_001, 8_000, "salesforce", "hubspot"],
  [8_000, 10_001, "hubspot", "salesforce"],
  [10_000, 8_000, "salesforce", "salesforce"],
  [10_000, 8_000, "hubspot", "hubspot"],
  [8_000, 10_000, "hubspot", "hubspot"],
  [8_000, 8_000, "hubspot", "hubspot"],
  [undefined, 8_000, "hubspot", "hubspot"],
  [8_000, undefined, "salesforce", "salesforce"],
  [undefined, undefined, "hubspot", "hubspot"],
])("R3: latest, of %s and %s with tie-breaker %s, is %s", (hubspot, salesforce, tie, winner) => {
  expect(decide(["a", "b", "c"], { tieBreaker: tie }, { hubspot, salesforce })).toMatchObject({
    kind: "overruled",
    winner,
  });
});

test("R3: the fields of one fact travel together, also those that did not move", () => {
  const verdict = decideFact(
    { baseline: ["open", "jan"], hubspot: ["open", "feb"], salesforce: ["won", "jan"] },
    { ...RULE, policy: "salesforce" },
    NEVER,
  );
  expect(verdict).toEqual({
    kind: "overruled",
    winner: "salesforce",
    value: ["won", "jan"],
    lost: ["open", "feb"],
    because: "policy",
  });
});

test("R3: a fact of which one field is given is not blank", () => {
  const verdict = decideFact(
    { baseline: ["a", "b"], hubspot: ["x", null], salesforce: ["y", "z"] },
    { ...RULE, policy: "prefer-hubspot-unless-blank" },
    NEVER,
  );
  expect(verdict).toMatchObject({ winner: "hubspot", value: ["x", null] });
});
