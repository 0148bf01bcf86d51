import { expect, test } from "vitest";
import { doneOf } from "../../../shared/runs/done-of.ts";
import type { PlannedChange } from "../../../shared/runs/plan.ts";

const lead = (changes: readonly (readonly [string, string | null, string])[], id?: string) =>
  ({
    system: "salesforce",
    object: "Lead",
    ...(id === undefined ? {} : { id }),
    properties: changes.map(([property, from, to]) => ({ property, from, to })),
  }) satisfies PlannedChange;

test("[P3] a record that one worker created, and that the next one wrote to after its death, is one record, and created", () => {
  const cleared = [
    lead([
      ["LastName", null, "Lee"],
      ["Title", null, "Chief"],
    ]),
    lead([["Title", "Chief", "Head"]], "00Q1"),
  ];
  expect(doneOf(cleared, () => "00Q1")).toEqual([
    {
      ...lead(
        [
          ["LastName", null, "Lee"],
          ["Title", null, "Head"],
        ],
        "00Q1",
      ),
      created: true,
    },
  ]);
});

test("what was to be created and is nowhere was not done", () => {
  expect(doneOf([lead([["LastName", null, "Lee"]])], () => undefined)).toEqual([]);
});
