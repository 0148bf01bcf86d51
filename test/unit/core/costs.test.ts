import { expect, test } from "vitest";
import { type CostFact, standingCosts } from "../../../shared/core/costs/cost-fact.ts";
import { type CostLine, judgeCosts } from "../../../shared/core/costs/judge-costs.ts";
import { returnOnCost, returnsOf } from "../../../shared/core/costs/returns.ts";
import type { Exchange, Rate } from "../../../shared/core/ledger/rates.ts";

const rate = (currency: string, value: string, more: Partial<Rate> = {}): Rate => ({
  ...{ currency, rate: value, source: "a table", readAt: "2026-01-01T00:00:00.000Z" },
  ...more,
});

const exchange: Exchange = {
  corporate: "USD",
  rates: [
    rate("EUR", "0.5", { from: "2026-01-01" }),
    rate("EUR", "0.8", { from: "2026-10-31" }),
    rate("EUR", "0.9", { from: "2026-11-01" }),
    rate("JPY", "0"),
  ],
};

const line = (more: Partial<CostLine> = {}): CostLine => ({
  ...{ campaign: "Spring", period: "2026-10", amount: "100.00", currency: "EUR" },
  ...more,
});

const judge = (
  lines: readonly CostLine[],
  known: readonly CostFact[] = [],
  now = "2026-11-05T09:00:00.000Z",
) => judgeCosts(lines, { known, exchange, now, actor: "fay", because: "bills" });

function factsOf(lines: readonly CostLine[], known: readonly CostFact[] = [], now?: string) {
  const judged = judge(lines, known, now);
  if ("refused" in judged) throw new Error(JSON.stringify(judged.refused));
  return judged.facts;
}

test("C5: a cost keeps the rate of the last day of its month, and where it is from", () => {
  expect(factsOf([line()])).toEqual([
    {
      ...{ campaign: "Spring", period: "2026-10", reference: "Spring", correction: 0 },
      amount: { minor: 10_000n, currency: "EUR" },
      corporate: { minor: 12_500n, currency: "USD" },
      rate: { rate: "0.8", source: "a table", day: "2026-10-31" },
      ...{ postedAt: "2026-11-05T09:00:00.000Z", actor: "fay", because: "bills" },
    },
  ]);
});

test("C5: a correction keeps the rate of what it corrects, and of another currency it takes that one's", () => {
  const known = factsOf([line()]).map((fact) => ({ ...fact, rate: { ...fact.rate, rate: "0.4" } }));
  const lines = [
    line({ amount: "10", correction: "1" }),
    line({ amount: "10", currency: "USD", correction: "2" }),
  ];
  expect(factsOf(lines, known).map(({ corporate, rate: { rate } }) => [corporate, rate])).toEqual([
    [{ minor: 2500n, currency: "USD" }, "0.4"],
    [{ minor: 1000n, currency: "USD" }, "1"],
  ]);
});

test.each<[string, string, Partial<CostLine>]>([
  ["not-a-month", "'October' is no month; expected one such as 2026-10", { period: "October" }],
  ["not-a-month", "'2026-Q3' is no month", { period: "2026-Q3" }],
  ["month-not-begun", "2026-12 has not begun", { period: "2026-12" }],
  ["campaign-unnamed", "give the campaign its name", { campaign: "  " }],
  ["campaign-unnamed", "of at most 200 characters", { reference: "r".repeat(201) }],
  ["not-a-decimal", "the amount is EUR 1,200.00", { amount: "1,200.00" }],
  ["finer-than-minor-unit", "the amount is EUR 0.001", { amount: "0.001" }],
  ["unknown-currency", "the amount is EURO 100.00", { currency: "EURO" }],
  ["below-zero", "EUR -1.00 is no cost; zero takes one back", { amount: "-1" }],
  ["rate-missing", "there is no rate of CHF for 2026-10-31", { currency: "CHF" }],
  ["rate-unusable", "a table gives the rate 0", { currency: "JPY", amount: "1" }],
  ["correction-unreadable", "'once' is no number", { correction: "once" }],
  ["nothing-to-correct", "0 facts are known: the next is correction 0", { correction: "1" }],
])(
  "C3: %s is refused with its line, and the lines beside it are not posted: %s",
  (name, says, wrong) => {
    expect(judge([line({ reference: "before" }), line(wrong)])).toEqual({
      refused: [{ line: 2, name, says: expect.stringContaining(says) }],
    });
  },
);

test("C1: another content under a known name is refused, and told how to replace it", () => {
  expect(judge([line({ amount: "120.00" })], factsOf([line()]))).toEqual({
    refused: [
      {
        ...{ line: 1, name: "reference-reused" },
        says: "'Spring' in 2026-10 is EUR 100.00 of 'Spring': to replace it, say so by correction 1; if it is another cost, give it a reference",
      },
    ],
  });
});

test("C2: a correction takes the place of what was there, again and again, and zero takes it back", () => {
  const [first, second, third] = ["100.00", "120.00", "0"].map((amount, correction) =>
    line({ amount, correction: String(correction) }),
  );
  const known: CostFact[] = [];
  for (const [one, day] of [
    [first, "02"],
    [second, "03"],
    [third, "04"],
  ] as const)
    known.push(...factsOf(one ? [one] : [], known, `2026-11-${day}T00:00:00.000Z`));
  const standing = (asOf: string) => standingCosts(known, asOf).map(({ amount }) => amount.minor);
  expect(standing("2026-11-01T00:00:00.000Z")).toEqual([]);
  expect(standing("2026-11-02T00:00:00.000Z")).toEqual([10_000n]);
  expect(standing("2026-11-03T12:00:00.000Z")).toEqual([12_000n]);
  expect(standing("2026-11-05T00:00:00.000Z")).toEqual([0n]);
});

test("C2: a correction is of the campaign that it corrects", () => {
  const wrong = line({ campaign: "Autumn", reference: "Spring", correction: "1" });
  expect(judge([wrong], factsOf([line()]))).toMatchObject({
    refused: [{ line: 1, name: "campaign-differs" }],
  });
});

test("C3: a line that another one repeats is refused, since it may be a second bill", () => {
  expect(judge([line(), line({ campaign: "Autumn" }), line()])).toMatchObject({
    refused: [{ line: 3, name: "line-repeated", says: expect.stringContaining("line 1 tells") }],
  });
});

test("C1: several bills of one campaign and month are told apart by their references", () => {
  const two = [line({ reference: "ads" }), line({ reference: "agency", currency: "USD" })];
  expect(factsOf(two).map(({ reference }) => reference)).toEqual(["ads", "agency"]);
  expect(factsOf(two, factsOf(two))).toEqual([]);
});

//     return  cost   return on cost
test.each([
  [300n, 100n, "3.0000"],
  [1n, 3n, "0.3333"],
  [2n, 3n, "0.6667"],
  [1n, 20_000n, "0.0001"],
  [-1n, 20_000n, "-0.0001"],
  [-1n, 20_001n, "0.0000"],
  [-100n, 100n, "-1.0000"],
  [100n, 0n, null],
])("C8: a return of %s on a cost of %s is %s", (gained, cost, ratio) => {
  expect(returnOnCost({ return: gained, cost })).toBe(ratio);
});

test("C8: a cost that was taken back is none: its campaign has no line by it", () => {
  const known = factsOf([line(), line({ campaign: "Autumn" })]);
  const facts = [...known, ...factsOf([line({ amount: "0", correction: "1" })], known)];
  const returns = returnsOf([], standingCosts(facts, "2026-12-01T00:00:00.000Z"));
  expect(returns.map(({ campaign, has }) => [campaign, has])).toEqual([["Autumn", "cost"]]);
});
