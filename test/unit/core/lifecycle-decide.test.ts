import { expect, test } from "vitest";
import { lifecycle } from "../../../shared/config/lifecycle.ts";
import {
  decideStage,
  type StageMove,
  type StageQuestion,
  type StageVerdict,
} from "../../../shared/core/lifecycle/decide-stage.ts";
import type { FieldValue } from "../../../shared/core/reconcile/field-value.ts";
import { otherSystem, type System } from "../../../shared/core/reconcile/system.ts";

const to = (stage: FieldValue, editedAtMs?: number): StageMove => ({ to: stage, editedAtMs });

/** What becomes of a person in `stage` when these sides move. */
function decide(
  stage: FieldValue,
  moves: StageQuestion["moves"],
  more: Partial<StageQuestion> = {},
): StageVerdict {
  return decideStage({
    machine: lifecycle,
    desired: stage,
    known: stage,
    moves,
    skewMs: 2000,
    tieBreaker: "salesforce",
    ...more,
  });
}

const summary = ({ stage, by, steps, illegal, lost }: StageVerdict) => ({
  stage,
  by,
  path: steps.map((step) => `${step.stage} by ${step.by}: ${step.transition}`),
  illegal,
  lost,
});

const quiet = { path: [], illegal: {}, lost: undefined };

//     stage         HubSpot moved to  what becomes of it
test.each<[FieldValue, FieldValue, object]>([
  ["mql", "sql", { stage: "sql", by: "hubspot", path: ["sql by hubspot: qualified by sales"] }],
  [
    "sql",
    "recycled",
    { stage: "recycled", by: "hubspot", path: ["recycled by hubspot: recycled"] },
  ],
  [
    null,
    "customer",
    { stage: "customer", by: "hubspot", path: ["customer by hubspot: first seen"] },
  ],
  [
    null,
    "recycled",
    { stage: "recycled", by: "hubspot", path: ["recycled by hubspot: first seen"] },
  ],
])("L3: of a person in %s, one side that moves to %s wins", (stage, moved, verdict) => {
  expect(summary(decide(stage, { hubspot: to(moved) }))).toEqual({ ...quiet, ...verdict });
});

test.each([
  ["customer", "subscriber", "L4 customer never becomes subscriber"],
  ["customer", "lead", "L4 customer never becomes lead"],
  ["opportunity", "lead", "L4 opportunity never becomes lead"],
  ["lead", null, "L5 a stage is never cleared"],
])("L4, L5: %s to %s is refused, and stays where it is", (stage, moved, rule) => {
  expect(summary(decide(stage, { salesforce: to(moved) }))).toEqual({
    ...quiet,
    stage,
    by: undefined,
    illegal: { salesforce: rule },
  });
});

test("L4: both sides that make one illegal move are both refused, and the history stays a path", () => {
  const rule = "L4 customer never becomes lead";
  expect(summary(decide("customer", { hubspot: to("lead"), salesforce: to("lead") }))).toEqual({
    ...quiet,
    stage: "customer",
    by: undefined,
    illegal: { hubspot: rule, salesforce: rule },
  });
});

test("L4: nobody begins in a stage that is not declared for it", () => {
  const machine = { ...lifecycle, initial: ["lead"] };
  expect(decide(null, { hubspot: to("customer") }, { machine }).illegal).toEqual({
    hubspot: "L4 nobody begins as customer",
  });
});

test("L5: a blank beside a stage gives way, and is no loser", () => {
  expect(summary(decide("lead", { hubspot: to(null), salesforce: to("mql") }))).toEqual({
    ...quiet,
    stage: "mql",
    by: "salesforce",
    path: ["mql by salesforce: qualified by marketing"],
  });
});

const LATER = 10_000;
//     stage   HubSpot              Salesforce                stage       lost
test.each<[string, StageMove, StageMove, string, System | undefined]>([
  ["sql", to("customer", 0), to("disqualified", LATER), "customer", "salesforce"],
  ["mql", to("sql", 0), to("disqualified", LATER), "disqualified", "hubspot"],
  ["mql", to("sql", LATER), to("disqualified", 0), "sql", "salesforce"],
  ["mql", to("sql", 0), to("disqualified", 2000), "sql", "salesforce"],
  ["mql", to("sql"), to("disqualified"), "sql", "salesforce"],
  ["sql", to("recycled", 0), to("mql", LATER), "mql", "hubspot"],
  ["sql", to("recycled", LATER), to("mql", 0), "recycled", "salesforce"],
  ["sql", to("recycled"), to("mql"), "mql", "hubspot"],
  ["sql", to("recycled"), to("disqualified"), "recycled", "salesforce"],
])("L7: from %s, %j against %j is %s", (from, hubspot, salesforce, stage, lost) => {
  const verdict = decide(from, { hubspot, salesforce });
  expect([verdict.stage, verdict.lost, verdict.illegal]).toEqual([stage, lost, {}]);
  expect(verdict.asksTimes).toBe(stage !== "customer");
});

test("L7: of two forward moves the further one holds, and the other is passed", () => {
  expect(summary(decide("lead", { hubspot: to("sql"), salesforce: to("mql") }))).toEqual({
    ...quiet,
    stage: "sql",
    by: "hubspot",
    path: ["mql by salesforce: qualified by marketing", "sql by hubspot: qualified by sales"],
  });
  expect(decide("lead", { hubspot: to("sql"), salesforce: to("mql") }).asksTimes).toBe(false);
});

test("L8: a legal move is followed, and the illegal one beside it is judged again from there", () => {
  expect(summary(decide("customer", { hubspot: to("lead"), salesforce: to("recycled") }))).toEqual({
    ...quiet,
    stage: "lead",
    by: "hubspot",
    path: ["recycled by salesforce: win taken back", "lead by hubspot: reopened"],
  });
  expect(
    summary(decide("customer", { hubspot: to("lead"), salesforce: to("opportunity") })),
  ).toEqual({
    ...quiet,
    stage: "opportunity",
    by: "salesforce",
    path: ["opportunity by salesforce: deal reopened"],
    illegal: { hubspot: "L4 opportunity never becomes lead" },
  });
});

test("L9: an undeclared stage travels, is no step, and gives way to a declared one", () => {
  expect(summary(decide("lead", { hubspot: to("91735512") }))).toEqual({
    ...quiet,
    stage: "91735512",
    by: "hubspot",
  });
  const back = decide("91735512", { salesforce: to("mql") }, { known: "lead" });
  expect(summary(back).path).toEqual(["mql by salesforce: qualified by marketing"]);
  expect(summary(decide("91735512", { hubspot: to("lead") }, { known: "lead" }))).toEqual({
    ...quiet,
    stage: "lead",
    by: "hubspot",
  });
  const two = { hubspot: to("91735512"), salesforce: to("mql") };
  expect(decide("lead", two)).toMatchObject({ stage: "mql", lost: "hubspot" });
  const strangers = { hubspot: to("1", LATER), salesforce: to("2", 0) };
  expect(decide("lead", strangers)).toMatchObject({ stage: "1", lost: "salesforce" });
  const undated = { hubspot: to("1"), salesforce: to("2") };
  expect(decide("lead", undated)).toMatchObject({ stage: "2", lost: "hubspot" });
});

test("L11: swap the systems, and the decision swaps", () => {
  const swapped = <Value>(one: Partial<Record<System, Value>>) =>
    Object.fromEntries(
      Object.entries(one).map(([system, value]) => [otherSystem(system as System), value]),
    );
  const stages = [null, "91735512", ...lifecycle.stages];
  for (const stage of [null, ...lifecycle.stages])
    for (const hubspot of stages)
      for (const salesforce of stages)
        for (const apartMs of [-LATER, 0, LATER]) {
          const moves = { hubspot: to(hubspot, 0), salesforce: to(salesforce, apartMs) };
          const one = summary(decide(stage, moves));
          const other = summary(decide(stage, swapped(moves), { tieBreaker: "hubspot" }));
          expect([other.stage, other.illegal, other.path.length]).toEqual([
            one.stage,
            swapped(one.illegal),
            one.path.length,
          ]);
          expect(other.lost).toBe(one.lost && otherSystem(one.lost));
        }
});
