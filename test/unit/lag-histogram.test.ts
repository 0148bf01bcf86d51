import fc from "fast-check";
import { expect, test } from "vitest";
import { LAG_BOUNDS_MS, lagPlace, percentilesOf } from "../../shared/core/lag/histogram.ts";

const countsOf = (lags: readonly number[]) => {
  const counts: Record<number, number> = {};
  for (const ms of lags) counts[lagPlace(ms)] = (counts[lagPlace(ms)] ?? 0) + 1;
  return counts;
};

//     lags in milliseconds                 p50    p95    p99
test.each([
  [[], null, null, null],
  [[0], 250, 250, 250],
  [[250, 251], 250, 500, 500],
  [[...Array(95).fill(900), ...Array(5).fill(4000)], 1000, 1000, 5000],
  [[...Array(94).fill(900), ...Array(6).fill(4000)], 1000, 5000, 5000],
  [[100, 4_000_000], 250, null, null],
])("of %j half are within %s, 95 %% within %s, 99 %% within %s", (lags, p50Ms, p95Ms, p99Ms) => {
  expect(percentilesOf(countsOf(lags))).toEqual({ count: lags.length, p50Ms, p95Ms, p99Ms });
});

test("a percentile is the least bound within which so many lie, however they were counted", () => {
  const lag = fc.integer({ min: 0, max: 5_000_000 });
  fc.assert(
    fc.property(fc.array(lag, { minLength: 1, maxLength: 300 }), (lags) => {
      const { p95Ms } = percentilesOf(countsOf(lags));
      const within = (bound: number) => lags.filter((ms) => ms <= bound).length / lags.length;
      const enough = LAG_BOUNDS_MS.filter((bound) => within(bound) >= 0.95);
      expect(p95Ms).toBe(enough[0] ?? null);
    }),
  );
});
