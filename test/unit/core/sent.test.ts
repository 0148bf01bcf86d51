import { describe, expect, test } from "vitest";
import { isRewording } from "../../../shared/core/reconcile/rewording.ts";
import { flipsOf, overwriterOf, type Sent, withSent } from "../../../shared/core/reconcile/sent.ts";

const HOUR_MS = 3_600_000;
const same = (one: string | null, other: string | null) => one === other;

const sent = (value: string, atMs: number, more: Partial<Sent> = {}): Sent => ({
  system: "salesforce",
  value,
  over: null,
  basedOnMs: atMs - 10,
  atMs,
  ...more,
});

describe("what was written", () => {
  test("is remembered for an hour, and the last to each system until there is another", () => {
    const old = sent("A", 0);
    const toHubspot = sent("B", 1, { system: "hubspot" });
    const young = sent("C", HOUR_MS - 1);
    const kept = [old, toHubspot, young].reduce(withSent, [] as readonly Sent[]);
    expect(kept).toEqual([old, toHubspot, young]);
    const latest = sent("D", 2 * HOUR_MS - 2);
    expect(withSent(kept, latest)).toEqual([toHubspot, young, latest]);
  });

  test("is remembered ten times at most, and never twice where it is long", () => {
    const many = Array.from({ length: 25 }, (_, index) => sent(String(index), index));
    expect(many.reduce(withSent, [] as readonly Sent[])).toEqual(many.slice(-10));
    expect(withSent([], sent("x".repeat(1001), 1))).toEqual([]);
    expect(withSent([], sent("x", 1, { over: "x".repeat(1001) }))).toEqual([]);
  });
});

describe("K6: a field flips", () => {
  const there = (value: string, atMs: number) => sent(value, atMs);
  const back = (value: string, atMs: number) => sent(value, atMs, { system: "hubspot" });

  test.each([
    [
      "never, where one side is edited again and again",
      [there("A", 1), there("B", 2), there("C", 3)],
      0,
    ],
    ["with each turn", [there("A", 1), back("B", 2), there("A", 3), back("B", 4)], 3],
    ["with each value that is put back", [there("A", 1), there("A", 2), there("A", 3)], 2],
    ["within the hour alone", [there("A", 1 - HOUR_MS), back("B", 2), there("C", 3)], 1],
    ["not by being written once", [there("A", 1)], 0],
  ])("%s", (_when, writes, flips) => {
    expect(flipsOf(writes, 10)).toBe(flips);
  });
});

describe("R8: an edit was written over in the gap", () => {
  const ours = sent("W", 1000, { over: "O", basedOnMs: 500 });
  const lost = (value: string, atMs: number, now = "W", all = [ours]) =>
    overwriterOf({ value, atMs }, { sent: all, now, same });

  test.each([
    ["when it came after what we saw, and our value stands", "V", 501, "W", true],
    ["but not when it came before what we saw", "V", 500, "W", false],
    ["nor when we saw it", "O", 501, "W", false],
    ["nor when it is what we wrote", "W", 501, "W", false],
    ["nor when it stands", "V", 501, "V", false],
  ])("%s", (_when, value, atMs, now, isLost) => {
    expect(lost(value, atMs, now)).toBe(isLost ? ours : undefined);
  });

  test("also when we have written again since, on top of our own value", () => {
    const later = sent("X", 2000, { over: "W", basedOnMs: 1500 });
    expect(lost("V", 501, "X", [ours, later])).toBe(ours);
    expect(lost("V", 1501, "X", [ours, later])).toBe(later);
    expect(lost("V", 501, "X", [ours, { ...later, over: "V" }])).toBeUndefined();
  });
});

describe("R7: a rewording", () => {
  test.each([
    ["Ann Lee", "ANN LEE", true],
    ["+1 (415) 555-0100", "14155550100", true],
    ["  Head  of Sales ", "Head of Sales", true],
    ["Head of Everything", "Head of Ev", true],
    ["ＡＣＭＥ", "acme", true],
    ["Ann", "Bob", false],
    ["Ann", "Mr. Ann", false],
    ["Ann", null, false],
    [null, "Ann", false],
    ["Ann", "…", false],
  ])("of %j is %j: %s", (from, to, is) => {
    expect(isRewording(from, to)).toBe(is);
  });
});
