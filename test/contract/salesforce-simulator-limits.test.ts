import { Connection } from "jsforce/lib/connection.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import "../support/whole-jsforce.ts";
import { logIn } from "./salesforce-simulator-org.ts";
import { outcome, startToldOrg, type ToldOrg } from "./salesforce-simulator-told.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

const HOUR_MS = 3_600_000;
let org: ToldOrg;
let nowMs = Date.parse("2026-03-01T00:00:00Z");
beforeAll(async () => {
  org = await startToldOrg({ clock: clockTelling(() => nowMs), limits: { dailyRequests: 1000 } });
});
afterAll(() => org.simulator.stop());

/** A connection with a session of its own. */
const connect = async () => {
  const { token } = await logIn(org.simulator.url);
  return new Connection({
    instanceUrl: org.simulator.url,
    accessToken: token,
    version: "67.0",
  });
};
const ask = (connection: Connection) => connection.query("SELECT Id FROM Account");

test("every answer says how much of the day's allowance is used, as /limits does", async () => {
  const connection = await connect();
  await org.simulate("limits", "PUT", { usedRequests: 17 });
  await ask(connection);
  expect(connection.limitInfo.apiUsage).toEqual({ used: 18, limit: 1000 });
  const limits = await connection.request<Record<string, unknown>>("/limits");
  expect(limits["DailyApiRequests"]).toEqual({ Max: 1000, Remaining: 982 });
  expect(connection.limitInfo.apiUsage).toEqual({ used: 19, limit: 1000 });
});

test("an allowance that is used up refuses calls until the oldest are a day old", async () => {
  await org.simulate("limits", "PUT", { usedRequests: 998 });
  nowMs += 12 * HOUR_MS;
  const fresh = await connect();
  expect(await outcome(ask(fresh))).toBe("it was taken");
  expect(await outcome(ask(fresh))).toBe("it was taken");
  expect(await outcome(ask(fresh))).toBe("REQUEST_LIMIT_EXCEEDED");
  const refused = await org.call("/limits");
  expect([refused.status, refused.headers.get("sforce-limit-info")]).toEqual([
    403,
    "api-usage=1000/1000",
  ]);
  nowMs += 12.1 * HOUR_MS;
  const later = await connect();
  expect(await outcome(ask(later))).toBe("it was taken");
  expect(later.limitInfo.apiUsage).toEqual({ used: 3, limit: 1000 });
});

test("a composite request counts once, however many parts it has", async () => {
  const connection = await connect();
  await org.simulate("limits", "PUT", { usedRequests: 0 });
  const part = { method: "GET", url: "/services/data/v67.0/limits" };
  const compositeRequest = [
    { ...part, referenceId: "a" },
    { ...part, referenceId: "b" },
  ];
  await connection.requestPost("/composite", { compositeRequest });
  expect(await org.simulate("limits", "GET")).toMatchObject({ body: { usedRequests: 1 } });
});

test("a session ends with its lifetime, over REST and over SOAP", async () => {
  await org.simulate("limits", "PUT", { tokenLifetimeMs: HOUR_MS });
  const connection = await connect();
  nowMs += HOUR_MS - 1;
  expect(await outcome(ask(connection))).toBe("it was taken");
  nowMs += 1;
  expect(await outcome(ask(connection))).toBe("INVALID_SESSION_ID");
  const undelete = connection.soap.undelete(["001Sm0000000001AAA"]);
  await expect(undelete).rejects.toMatchObject({
    message: expect.stringContaining("INVALID_SESSION_ID"),
  });
  expect(await outcome(ask(await connect()))).toBe("it was taken");
});

test("a limit that makes no sense gets one line", async () => {
  expect(await org.simulate("limits", "PUT", { dailyRequests: 0 })).toEqual({
    status: 400,
    body: { error: "dailyRequests: Too small: expected number to be >=1" },
  });
});
