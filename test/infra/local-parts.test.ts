import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publishFolder } from "../../infra/bundles/publish-folder.ts";
import { matchesPattern } from "../../infra/local/host/event-pattern.ts";
import { findRoute } from "../../infra/local/host/http-routes.ts";
import { readTiming } from "../../infra/local/host/schedules.ts";

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

test("two that publish a folder at once get the same one, and a third need not make it", async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), "accord-cache-"));
  const filled: string[] = [];
  const bothAtIt = Promise.withResolvers<void>();
  const publishing = {
    cacheDir,
    hashSources: () => "of-these-sources",
    fill: async (unfinished: string) => {
      mkdirSync(unfinished);
      writeFileSync(join(unfinished, "made"), "whole");
      if (filled.push(unfinished) === 2) bothAtIt.resolve();
      await bothAtIt.promise;
    },
  };
  const [one, other] = await Promise.all([publishFolder(publishing), publishFolder(publishing)]);
  expect(other).toBe(one);
  expect(await publishFolder(publishing)).toBe(one);
  expect(filled).toHaveLength(2);
  expect(readdirSync(cacheDir)).toEqual(["of-these-sources"]);
  expect(readFileSync(join(one, "made"), "utf8")).toBe("whole");
});

test("a folder whose sources changed while it was made is made again", async () => {
  const hashes = ["before", "after", "after", "after"];
  const folder = await publishFolder({
    cacheDir: mkdtempSync(join(tmpdir(), "accord-cache-")),
    hashSources: () => hashes.shift() ?? "after",
    fill: async (unfinished) => mkdirSync(unfinished),
  });
  expect(folder).toMatch(/after$/);
});
