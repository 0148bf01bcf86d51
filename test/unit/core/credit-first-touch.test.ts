import { expect, test } from "vitest";
import {
  creditFirstTouch,
  type Touch,
} from "../../../shared/core/attribution/credit-first-touch.ts";

const opportunity = {
  id: "o1",
  amount: { minor: 123_456n, currency: "BRL" },
  closedOn: "2026-03-31",
};

function touch(at: string, over: Partial<Touch> = {}): Touch {
  return { personId: "p1", at, source: "PAID_SEARCH", detail1: null, detail2: null, ...over };
}

function winnerAmong(...touches: Touch[]): Touch | null | undefined {
  return creditFirstTouch(opportunity, touches)[0]?.touch;
}

test("A2: the earliest touch takes the whole amount", () => {
  const early = touch("2026-01-01T08:00:00.000Z", { personId: "p2", source: "REFERRALS" });
  expect(creditFirstTouch(opportunity, [touch("2026-01-02T08:00:00.000Z"), early])).toEqual([
    { opportunityId: "o1", source: "REFERRALS", touch: early, amount: opportunity.amount },
  ]);
});

test("A2: a touch without a source is passed over", () => {
  const later = touch("2026-01-02T08:00:00.000Z");
  expect(winnerAmong(touch("2026-01-01T08:00:00.000Z", { source: null }), later)).toBe(later);
});

test.each([
  ["on the day before", "2026-03-30T23:59:59.999Z", "PAID_SEARCH"],
  ["on the first second of the day", "2026-03-31T00:00:00.000Z", "PAID_SEARCH"],
  ["on the last second of the day", "2026-03-31T23:59:59.999Z", "PAID_SEARCH"],
  ["on the day after", "2026-04-01T00:00:00.000Z", null],
])("A3: a touch %s of the closing (%s) credits %s", (_when, at, source) => {
  expect(creditFirstTouch(opportunity, [touch(at)])[0]?.source).toBe(source);
});

test.each([
  ["no touch at all", []],
  ["a touch without a source", [touch("2026-01-01T08:00:00.000Z", { source: null })]],
  ["a touch after the closing", [touch("2026-05-01T08:00:00.000Z")]],
])("A1: with %s the whole amount is unattributed", (_what, touches) => {
  expect(creditFirstTouch(opportunity, touches)).toEqual([
    { opportunityId: "o1", source: null, touch: null, amount: opportunity.amount },
  ]);
});

test("A4: of two touches of one second the smaller person id wins, whatever the fractions say", () => {
  const ann = touch("2026-01-01T08:00:00.900Z", { personId: "ann" });
  const bob = touch("2026-01-01T08:00:00.100Z", { personId: "bob" });
  expect(winnerAmong(ann, bob)).toBe(ann);
  expect(winnerAmong(bob, ann)).toBe(ann);
});

test("A4: of two touches of one person and second the smaller source and details win", () => {
  const at = "2026-01-01T08:00:00.000Z";
  const low = touch(at, { source: "A", detail1: "a", detail2: "a" });
  for (const high of [
    touch(at, { source: "B" }),
    touch(at, { source: "A", detail1: "b" }),
    touch(at, { source: "A", detail1: "a", detail2: "b" }),
  ]) {
    expect(winnerAmong(high, low)).toBe(low);
    expect(winnerAmong(low, high)).toBe(low);
  }
});
