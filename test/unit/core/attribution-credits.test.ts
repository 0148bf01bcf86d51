import { expect, test } from "vitest";
import { rowOf } from "../../../shared/core/attribution/credit-row.ts";
import type { CreditStep, StepEntry } from "../../../shared/core/attribution/credit-step.ts";
import { creditSteps } from "../../../shared/core/attribution/credit-steps.ts";
import type { Definition } from "../../../shared/core/attribution/model.ts";
import {
  creditingVersions,
  retiredAt,
  shareOutBy,
  versionAt,
} from "../../../shared/core/attribution/version.ts";
import { takenFrom, versionBy } from "../../support/credit-scene.ts";

const WEIGHTED: Definition = {
  kind: "positions",
  weights: { first: "0.4", closed: "0.4", others: "0.2" },
};
const LINEAR: Definition = { kind: "positions", weights: { others: "1" } };

const WON = { before: true, after: true };

function entry(minor: bigint, more: Partial<StepEntry> = {}): Pick<CreditStep, "entry"> {
  const amount = { minor, currency: "EUR" };
  const corporate = { minor: 2n * minor, currency: "USD" };
  const said = { sequence: 1, kind: "amended" as const, effectiveDay: "2026-05-20", owner: "ann" };
  return { entry: { ...said, amount, corporate, hash: "h", won: WON, ...more } };
}

const booked = (minor: bigint, sources: readonly string[], dimensions = {}) => ({
  ...entry(minor, { kind: "booked", won: { before: false, after: true } }),
  taken: takenFrom(sources, dimensions),
});

function credited(definition: Definition, ...steps: readonly Partial<CreditStep>[]) {
  const all = steps.map((step, index) => ({
    ...{ opportunityId: "o1", number: index + 1, at: "2026-06-01T08:00:00.000Z" },
    ...step,
  }));
  return creditSteps(all, shareOutBy(versionBy(definition)));
}

const parts = (steps: ReturnType<typeof credited>) =>
  steps.map(({ credits, unattributed }) => [
    ...credits.map(({ minor }) => minor),
    unattributed.minor,
  ]);

test("A17: a refund is taken back along the split of what it refunds", () => {
  const steps = [booked(10_000n, ["A", "B", "C"]), entry(-2_500n), entry(-7_500n)];
  expect(parts(credited(WEIGHTED, ...steps))).toEqual([
    [4000n, 2000n, 4000n, 0n],
    [-1000n, -500n, -1000n, 0n],
    [-3000n, -1500n, -3000n, 0n],
  ]);
});

test("A17: cents that cannot be shared are taken back from whom they were given to", () => {
  const steps = [booked(100n, ["A", "B", "C"]), entry(-50n), entry(-50n)];
  expect(parts(credited(LINEAR, ...steps))).toEqual([
    [34n, 33n, 33n, 0n],
    [-17n, -16n, -17n, 0n],
    [-17n, -17n, -16n, 0n],
  ]);
});

test("A17: of what nobody earned, nobody gives back", () => {
  expect(parts(credited(LINEAR, booked(100n, []), entry(-30n)))).toEqual([[100n], [-30n]]);
});

test("A19: a deal that is won again is split anew, and takes with it what is left of before", () => {
  const refunded = entry(-30n, { kind: "refunded" });
  const reversed = entry(-100n, { kind: "reversed", won: { before: true, after: false } });
  const steps = [booked(100n, ["A"]), refunded, reversed, booked(100n, ["B", "C"])];
  const told = credited(LINEAR, ...steps).map(({ credits }) =>
    credits.map(({ touch, minor, won }) => [touch.source, minor, won.before, won.after]),
  );
  expect(told).toEqual([
    [["A", 100n, false, true]],
    [["A", -30n, true, true]],
    [["A", -100n, true, false]],
    [
      ["A", 30n, false, false],
      ["B", 35n, false, true],
      ["C", 35n, false, true],
    ],
  ]);
});

test("A20: a journey that is taken again moves credit where the deal stands, and no money", () => {
  const again = { taken: takenFrom(["A", "B"], { segment: "another" }) };
  const steps = [booked(101n, ["B"], { segment: "new" }), again, entry(-101n)];
  const [, moved, last] = credited(LINEAR, ...steps).map((one) =>
    rowOf({ model: "ours", version: "v1" }, one),
  );
  expect(moved).toMatchObject({
    ...{ kind: "journey", sequence: null, entryHash: null, owner: "ann" },
    ...{ effectiveDay: "2026-05-20", amount: { minor: 0n }, corporate: { minor: 0n } },
    dimensions: { segment: "new" },
  });
  expect(moved?.credits.map(({ at, source, minor }) => [at.slice(0, 10), source, minor])).toEqual([
    ["2026-03-01", "B", -101n],
    ["2026-03-01", "A", 51n],
    ["2026-03-02", "B", 50n],
  ]);
  expect(last?.credits.map(({ minor, corporate }) => [minor, corporate])).toEqual([
    [-51n, -101n],
    [-50n, -101n],
  ]);
});

test("A1: what cannot be credited before it is booked is a bug, and throws", () => {
  expect(() => credited(LINEAR, { taken: takenFrom(["A"]) })).toThrow("before it is booked");
});

test("A7: a version that looks at roles alone passes over the others of the account", () => {
  const taken = takenFrom(["A"]);
  const journey = { persons: "account", windowDays: null, dedupeMinutes: 0 } as const;
  const nobody = { ...taken, roleIds: [] };
  expect(shareOutBy(versionBy(LINEAR))(nobody)).toEqual([]);
  expect(shareOutBy(versionBy(LINEAR, { journey }))(nobody)).toHaveLength(1);
});

test("A21: a version is in force from one moment to the next, and credits until it is replaced", () => {
  const made = (version: string, madeAt: string) => versionBy(LINEAR, { version, madeAt });
  const [v1, v2, v3] = [made("v1", ""), made("v2", "2026-02"), made("v3", "2026-04")];
  const inForce = [
    { model: "ours", version: "v1", since: "" },
    { model: "ours", version: "v2", since: "2026-03" },
    { model: "theirs", version: "v1", since: "2026-05" },
  ];
  const all = { versions: [v1, v2, v3], inForce };
  expect(versionAt(all, "ours", "2026-02")).toBe(v1);
  expect(versionAt(all, "ours", "2026-04")).toBe(v2);
  expect(versionAt(all, "nobody's", "2026-04")).toBeUndefined();
  expect(retiredAt(all, v1)).toBe("2026-03");
  expect(creditingVersions(all)).toEqual([v2, v3]);
});
