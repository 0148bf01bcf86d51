import { expect, test } from "vitest";
import { dayNumber } from "../../../shared/core/attribution/calendar-day.ts";
import { type CoveredPerson, gapOf } from "../../../shared/core/attribution/coverage.ts";
import {
  type Closing,
  type JourneyPerson,
  type JourneyPolicy,
  journeyOf,
} from "../../../shared/core/attribution/journey.ts";
import type { Touch } from "../../../shared/core/touches/touch.ts";
import { ALL_TOUCHES, journeyPerson, sourceTouch } from "../../support/journey-builders.ts";

const closing: Closing = { closedOn: "2026-03-31", openedAt: null };

function idsOf(
  persons: readonly JourneyPerson[],
  policy: Partial<JourneyPolicy> = {},
  of = closing,
): string[] {
  const { touches } = journeyOf(of, persons, { ...ALL_TOUCHES, ...policy });
  return touches.map(({ personId, touch }) => `${personId} ${touch.id}`);
}

function named(id: string, at: string, channel: string | null = "A", more: Partial<Touch> = {}) {
  return sourceTouch(at, channel, { id, ...more });
}

test("A2: a touch without a source is none of the journey", () => {
  const touches = [
    named("form", "2026-01-01T08:00:00.000Z", null),
    named("ad", "2026-01-02T08:00:00.000Z"),
  ];
  expect(idsOf([journeyPerson("ann", touches)])).toEqual(["ann ad"]);
});

test.each([
  ["on the day before", "2026-03-30T23:59:59.999Z", 1],
  ["on the first second of the day", "2026-03-31T00:00:00.000Z", 1],
  ["on the last second of the day", "2026-03-31T23:59:59.999Z", 1],
  ["on the day after", "2026-04-01T00:00:00.000Z", 0],
])("A3: of a touch %s of the closing (%s) the journey has %d", (_when, at, count) => {
  expect(idsOf([journeyPerson("ann", [named("t", at)])])).toHaveLength(count);
});

test("A4: touches of one second stand by person, source and id, whatever the fractions say", () => {
  const at = (fraction: string) => `2026-01-01T08:00:00.${fraction}Z`;
  const ann = journeyPerson("ann", [
    named("y", at("900"), "A"),
    named("x", at("900"), "A", { campaign: { id: "c", name: null } }),
    named("a", at("100"), "B"),
  ]);
  const bob = journeyPerson("bob", [named("z", at("000"), "A")]);
  const expected = ["ann x", "ann y", "ann a", "bob z"];
  expect(idsOf([ann, bob])).toEqual(expected);
  expect(idsOf([bob, { ...ann, touches: [...ann.touches].reverse() }])).toEqual(expected);
});

test("A7: the touches of all persons are one journey, the oldest first", () => {
  const ann = journeyPerson("ann", [named("1", "2026-01-01T08:00:00.000Z")]);
  const bob = journeyPerson("bob", [
    named("0", "2025-01-01T08:00:00.000Z"),
    named("2", "2026-02-01T08:00:00.000Z"),
  ]);
  expect(idsOf([ann, bob])).toEqual(["bob 0", "ann 1", "bob 2"]);
});

test.each([
  ["2026-03-01T00:00:00.000Z", 1],
  ["2026-02-28T23:59:59.999Z", 0],
])("A7: in a window of 30 days before the closing a touch of %s counts %d times", (at, count) => {
  expect(idsOf([journeyPerson("ann", [named("t", at)])], { windowDays: 30 })).toHaveLength(count);
});

test("A8: touches of one person, source and campaign within the declared minutes are the first of them", () => {
  const campaign = { id: "701", name: "Webinar" };
  const ann = journeyPerson("ann", [
    named("first", "2026-01-01T08:00:00.000Z"),
    named("again", "2026-01-01T08:30:00.000Z"),
    named("and again", "2026-01-01T09:00:00.000Z"),
    named("of a campaign", "2026-01-01T08:05:00.000Z", "A", { campaign }),
    named("elsewhere", "2026-01-01T08:05:01.000Z", "B"),
    named("later", "2026-01-01T09:30:01.000Z"),
  ]);
  const bob = journeyPerson("bob", [named("too", "2026-01-01T08:00:00.000Z")]);
  expect(idsOf([ann, bob], { dedupeMinutes: 30 })).toEqual([
    "ann first",
    "bob too",
    "ann of a campaign",
    "ann elsewhere",
    "ann later",
  ]);
});

test("A9: each milestone has the last touch up to it, by whoever of the persons came there first", () => {
  const at = (day: number) => `2026-01-0${day}T08:00:00.000Z`;
  const touches = [1, 2, 3, 4, 5].map((day) => named(String(day), at(day)));
  const ann = journeyPerson("ann", touches, {
    leadCreatedAt: "2026-01-02T08:00:00.900Z",
    mqlAt: "2026-01-09T00:00:00.000Z",
    sqlAt: null,
  });
  const bob = journeyPerson("bob", [], {
    leadCreatedAt: "2026-01-08T08:00:00.000Z",
    mqlAt: "2026-01-04T07:59:59.000Z",
  });
  const journey = journeyOf(
    { closedOn: "2026-03-31", openedAt: "2025-12-31T08:00:00.000Z" },
    [ann, bob],
    ALL_TOUCHES,
  );
  expect(journey.places).toEqual({
    first: 0,
    leadCreation: 1,
    mql: 2,
    sql: -1,
    opportunityCreated: -1,
    closed: 4,
  });
});

test("A9: a journey without a touch has no milestone", () => {
  const ann = journeyPerson("ann", [], { leadCreatedAt: "2026-01-02T08:00:00.000Z" });
  expect(new Set(Object.values(journeyOf(closing, [ann], ALL_TOUCHES).places))).toEqual(
    new Set([-1]),
  );
});

const covered = (touches: readonly Touch[], inMarketing = true): CoveredPerson => ({
  ...journeyPerson("ann", touches),
  inMarketing,
});

test.each([
  ["nobody has a role", [], "no-contact-role"],
  ["a touch counts", [covered([named("t", "2026-03-01T00:00:00.000Z")])], null],
  [
    "every touch came after the closing",
    [covered([named("t", "2026-04-01T00:00:00.000Z")])],
    "touch-after-close",
  ],
  [
    "every touch came before the window",
    [covered([named("t", "2025-04-01T00:00:00.000Z")])],
    "touch-before-window",
  ],
  [
    "no touch has a source",
    [covered([named("t", "2026-03-01T00:00:00.000Z", null)])],
    "touch-without-source",
  ],
  ["nobody is linked to marketing", [covered([], false)], "person-not-linked"],
  ["somebody is, without a touch", [covered([], false), covered([])], "no-touch"],
])("A18: where %s the gap is named", (_where, persons, gap) => {
  const of = { ...closing, personIds: persons.map(({ id }) => id) };
  expect(gapOf(of, persons, { ...ALL_TOUCHES, windowDays: 60 })).toBe(gap);
});

test("A7: days are counted as the calendar does, leap years included", () => {
  const epoch = dayNumber("1970-01-01");
  for (let day = -40_000; day < 60_000; day += 13) {
    const iso = new Date(day * 86_400_000).toISOString();
    expect(dayNumber(iso) - epoch).toBe(day);
  }
  expect(() => dayNumber("soon")).toThrow("2026-01-31");
});
