import { expect, test } from "vitest";
import { addDecimals } from "../../infra/cli/add-decimals.ts";

test.each([
  ["0.01", "0.02", "0.03"],
  ["-0.05", "0.02", "-0.03"],
  ["99999999999999999999.99", "0.01", "100000000000000000000.00"],
  ["1200", "-1300", "-100"],
  ["-1.50", "1.50", "0.00"],
])("%s and %s are %s, with the digits of their currency", (one, other, sum) => {
  expect(addDecimals(one, other)).toBe(sum);
});

test("amounts of two currencies are never added", () => {
  expect(() => addDecimals("1.00", "100")).toThrow("1.00 and 100 are not of one currency");
});
