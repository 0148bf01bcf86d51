import { describe, expect, test } from "vitest";
import { beginningOf, beginningOfDeal } from "../../../shared/core/cohorts/beginning.ts";
import { addedUp, lineOf } from "../../../shared/core/cohorts/lines.ts";
import { journeyPerson, sourceTouch } from "../../support/journey-builders.ts";

const campaign = { id: "701", name: "Spring webinar" };
const ann = journeyPerson(
  "ann",
  [
    sourceTouch("2026-03-02T08:00:00.000Z", "Webinar", { campaign }),
    sourceTouch("2026-02-01T08:00:00.000Z", "PAID_SEARCH"),
    sourceTouch("2026-01-01T08:00:00.000Z", null),
  ],
  { leadCreatedAt: "2026-03-05T08:00:00.000Z" },
);
const bob = journeyPerson("bob", [sourceTouch("2026-01-20T08:00:00.000Z", "REFERRALS")]);

describe("when somebody began", () => {
  test.each([
    ["first-touch", undefined, "2026-02-01T08:00:00.000Z", null],
    ["first-touch", "source", "2026-02-01T08:00:00.000Z", "PAID_SEARCH"],
    ["first-touch", "campaign", "2026-02-01T08:00:00.000Z", null],
    ["lead-created", "source", "2026-03-05T08:00:00.000Z", "Webinar"],
    ["lead-created", "campaign", "2026-03-05T08:00:00.000Z", "Spring webinar"],
  ] as const)("H1, H2: by %s and %s: %s with %s", (by, kind, at, value) => {
    expect(beginningOf(ann, { by, kind })).toEqual({ at, value });
  });

  test("H1: who has no touch with a source, or never was a lead, has not begun", () => {
    const nobody = journeyPerson("cid", [sourceTouch("2026-01-01T08:00:00.000Z", null)]);
    expect(beginningOf(nobody, { by: "first-touch" })).toBeNull();
    expect(beginningOf(bob, { by: "lead-created" })).toBeNull();
  });
});

describe("with whom the money of an opportunity goes", () => {
  const by = "first-touch";

  test("H3: with whoever of its persons began first, in whatever order they are", () => {
    for (const persons of [
      [ann, bob],
      [bob, ann],
    ])
      expect(beginningOfDeal(persons, { by, kind: "source", closedOn: "2026-03-31" })).toEqual({
        ...{ at: "2026-01-20T08:00:00.000Z", value: "REFERRALS" },
      });
  });

  test("H3: of a tie with the smaller id", () => {
    const at = "2026-01-20T08:00:00.000Z";
    const tied = [
      journeyPerson("b", [sourceTouch(at, "B")]),
      journeyPerson("a", [sourceTouch(at, "A")]),
    ];
    expect(beginningOfDeal(tied, { by, kind: "source", closedOn: "2026-03-31" })?.value).toBe("A");
  });

  test("H3: with nobody who began after the day of its closing", () => {
    expect(beginningOfDeal([ann], { by, closedOn: "2026-02-01" })).not.toBeNull();
    expect(beginningOfDeal([ann], { by, closedOn: "2026-01-31" })).toBeNull();
    expect(beginningOfDeal([], { by, closedOn: "2026-01-31" })).toBeNull();
  });
});

const USD = { currency: "USD" };

//    began         period                                  month      where      months since
test.each([
  ["2025-11-30", {}, "2026-02", "cohort", 3],
  ["2026-02-28", {}, "2026-02", "cohort", 0],
  ["2026-02-28", {}, null, "cohort", null],
  ["2026-02-28", {}, "2026-01", "cohort", -1],
  ["2026-02-28", { from: "2026-02-28", to: "2026-03-01" }, "2026-02", "cohort", 0],
  ["2026-02-28", { to: "2026-02-28" }, "2026-02", "outside", null],
  ["2026-02-28", { from: "2026-03-01" }, "2026-02", "outside", null],
  [null, { from: "2026-03-01" }, "2026-02", "nobody", null],
] as const)(
  "H1, H5: of who began on %s, asked for %j, what was in %s stands in %s, %s months since",
  (day, period, month, where, monthsSince) => {
    const beginning = day === null ? null : { at: `${day}T23:59:59.999Z`, value: "A" };
    expect(lineOf(beginning, { period, month, ...USD, won: 1, revenue: 5n })).toEqual({
      ...{ where, monthsSince, currency: "USD", persons: 0, customers: 0, won: 1, revenue: 5n },
      cohort: where === "cohort" ? day?.slice(0, 7) : null,
      value: where === "cohort" ? "A" : null,
    });
  },
);

test("H6: what came to nothing has no line, and what came to nothing twice over has one", () => {
  const line = (more: object) => lineOf(null, { period: {}, month: "2026-02", ...USD, ...more });
  expect(addedUp([line({ revenue: 5n }), line({ revenue: -5n })])).toEqual([]);
  expect(addedUp([line({ revenue: 5n, won: 1 }), line({ revenue: -5n })])).toEqual([
    line({ won: 1 }),
  ]);
});
