import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { matchesPattern } from "../../infra/local/host/event-pattern.ts";
import { findRoute } from "../../infra/local/host/http-routes.ts";
import { readTiming } from "../../infra/local/host/schedules.ts";
import { synthesize } from "../../infra/local/host/synthesize.ts";

describe("a schedule", () => {
  test.each([
    ["rate(1 minute)", { kind: "every", intervalMs: 60_000 }],
    ["rate(12 hours)", { kind: "every", intervalMs: 43_200_000 }],
    ["cron(0 6 ? * MON-FRI *)", { kind: "cron", pattern: "0 0 6 * * MON-FRI *" }],
    ["cron(15 10 ? * 2-6 2026-2028)", { kind: "cron", pattern: "0 15 10 * * 1-5 2026-2028" }],
  ])("%s is understood", (expression, timing) => {
    expect(readTiming(expression)).toEqual(timing);
  });

  test.each(["at(2026-11-22T00:00:00)", "rate(1 fortnight)", "cron(0 6 * * *)", ""])(
    "'%s' is refused",
    (expression) => {
      expect(() => readTiming(expression)).toThrow("does not know the schedule");
    },
  );
});

describe("an event", () => {
  const event = { source: "aws.partner/x", detail: { amount: 5, tags: ["a", "b"], gone: null } };

  test.each([
    [{ source: [{ prefix: "aws.partner/" }] }, true],
    [{ source: [{ prefix: "aws/" }] }, false],
    [{ source: ["other", "aws.partner/x"] }, true],
    [{ source: ["aws.partner/x"], detail: { amount: [5] } }, true],
    [{ source: ["aws.partner/x"], detail: { amount: ["5"] } }, false],
    [{ detail: { tags: ["b"] } }, true],
    [{ detail: { gone: [null] } }, true],
    [{ detail: { missing: [{ exists: false }] } }, true],
    [{ detail: { amount: [{ exists: false }] } }, false],
    [{ detail: { amount: [{ "anything-but": [4, 6] }] } }, true],
    [{ detail: { amount: [{ "anything-but": 5 }] } }, false],
    [{ source: [{ "anything-but": { prefix: "aws" } }] }, false],
    [{ nothing: { at: { all: ["x"] } } }, false],
  ])("asked for by %j: %s", (pattern, expected) => {
    expect(matchesPattern(pattern, event)).toBe(expected);
  });

  test("asked for in a way that is not known is refused, not guessed", () => {
    expect(() => matchesPattern({ source: [{ wildcard: "*" }] }, event)).toThrow();
  });
});

describe("a route", () => {
  const keys = ["$default", "ANY /a/{proxy+}", "GET /a/{id}", "GET /a/b", "GET /a/b/{proxy+}"];
  const routes = keys.map((routeKey) => ({ routeKey, target: undefined }));

  test.each([
    ["GET", "/a/b", "GET /a/b"],
    ["GET", "/a/c", "GET /a/{id}"],
    ["POST", "/a/b", "ANY /a/{proxy+}"],
    ["GET", "/a/b/c/d", "GET /a/b/{proxy+}"],
    ["GET", "/a/x/c", "ANY /a/{proxy+}"],
    ["GET", "/z", "$default"],
  ])("%s %s goes to %s", (method, path, routeKey) => {
    expect(findRoute(routes, method, path)?.routeKey).toBe(routeKey);
  });
});

test("two that synthesize at once get the same assembly, and a third gets it at once", async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), "accord-cache-"));
  const [one, other] = await Promise.all([synthesize({ cacheDir }), synthesize({ cacheDir })]);
  const before = performance.now();
  expect(await synthesize({ cacheDir })).toBe(one);
  expect(performance.now() - before).toBeLessThan(1_000);
  expect(other).toBe(one);
}, 120_000);
