import { expect, test } from "vitest";
import { allocate } from "../../../shared/core/money/allocate.ts";
import { addMoney, formatMoney, parseMoney } from "../../../shared/core/money/money.ts";

test.each([
  ["12.34", "EUR", 1234n],
  ["61936629.31", "BRL", 6_193_662_931n],
  ["130000.0", "BRL", 13_000_000n],
  ["1.5E7", "USD", 1_500_000_000n],
  ["1.5e+2", "USD", 15_000n],
  ["1200e-2", "USD", 1_200n],
  ["12.3400", "EUR", 1234n],
  ["12.", "EUR", 1200n],
  ["+7", "JPY", 7n],
  ["-0.05", "EUR", -5n],
  ["1.234", "KWD", 1234n],
  ["99999999999999999999.99", "EUR", 9_999_999_999_999_999_999_999n],
  [" 5 ", "EUR", 500n],
])("M4: %s %s is %s minor units", (decimal, currency, minor) => {
  expect(parseMoney(decimal, currency)).toEqual({ minor, currency });
});

test.each([
  ["12.345", "EUR", "finer-than-minor-unit"],
  ["0.5", "JPY", "finer-than-minor-unit"],
  ["5e-3", "EUR", "finer-than-minor-unit"],
  ["12,34", "EUR", "not-a-decimal"],
  ["", "EUR", "not-a-decimal"],
  ["NaN", "EUR", "not-a-decimal"],
  ["12", "ZZZ", "unknown-currency"],
])("M3: %s %s is refused as %s", (decimal, currency, refusal) => {
  expect(parseMoney(decimal, currency)).toBe(refusal);
});

test("M4: a currency in lower case is the currency", () => {
  expect(parseMoney("1.00", "usd")).toEqual({ minor: 100n, currency: "USD" });
});

test.each([
  [5n, "EUR", "0.05"],
  [-5n, "EUR", "-0.05"],
  [0n, "EUR", "0.00"],
  [1200n, "JPY", "1200"],
  [-1234n, "KWD", "-1.234"],
])("M4: %s minor units of %s are written %s", (minor, currency, text) => {
  expect(formatMoney({ minor, currency })).toBe(text);
});

test("amounts of one currency are added, and those of two throw", () => {
  const euro = { minor: 1n, currency: "EUR" };
  expect(addMoney(euro, euro)).toEqual({ minor: 2n, currency: "EUR" });
  expect(() => addMoney(euro, { minor: 1n, currency: "USD" })).toThrow("cannot add USD to EUR");
});

//   total weights parts
test.each([
  [100n, [1n, 1n, 1n], [34n, 33n, 33n]],
  [101n, [1n, 1n, 1n], [34n, 34n, 33n]],
  [100n, [40n, 20n, 40n], [40n, 20n, 40n]],
  [1n, [40n, 20n, 40n], [1n, 0n, 0n]],
  [2n, [1n, 2n, 3n], [0n, 1n, 1n]],
  [10n, [1n, 3n, 2n], [2n, 5n, 3n]],
  [-100n, [1n, 1n, 1n], [-34n, -33n, -33n]],
  [7n, [0n, 1n], [0n, 7n]],
])("M2: %s split by %s is %s", (minor, weights, parts) => {
  expect(allocate({ minor, currency: "EUR" }, weights)).toEqual(
    parts.map((part) => ({ minor: part, currency: "EUR" })),
  );
});

test.each([[[]], [[0n]], [[2n, -1n]]])("M1: the weights %s split nothing and throw", (weights) => {
  expect(() => allocate({ minor: 1n, currency: "EUR" }, weights)).toThrow("weights");
});
