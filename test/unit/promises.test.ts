import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { citedRules, promisesPage } from "../support/cited-rules.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const rules = citedRules(root);

test("every promise and every numbered rule is cited by a test", () => {
  expect(rules.length).toBeGreaterThan(20);
  expect(rules.filter(({ tests }) => tests.length === 0).map(({ rule }) => rule)).toEqual([]);
});

test("the page of promises lists the tests that there are (npm run promises writes it)", () => {
  expect(readFileSync(`${root}/test/PROMISES.md`, "utf8")).toBe(promisesPage(rules));
});
