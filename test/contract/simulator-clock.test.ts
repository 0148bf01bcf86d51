import { afterEach, expect, test } from "vitest";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { settableClock } from "../../infra/simulators/kit/settable-clock.ts";
import { type InProcessCrm, MORNING, openInProcess } from "../support/in-process-crms.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let crm: InProcessCrm;
afterEach(() => crm?.stop());

const put = (change: object) => crm.call("PUT", "/_simulator/clock", change);
const later = (ms: number) => new Date(Date.parse(MORNING) + ms).toISOString();

async function stampOfNew(): Promise<string> {
  const created = await crm.call("POST", "/crm/v3/objects/contacts", {
    properties: { firstname: "Ann" },
  });
  return created.body.createdAt;
}

test("the clock says real time until it is set", async () => {
  crm = await openInProcess("hubspot");
  expect(await crm.call("GET", "/_simulator/clock")).toEqual({
    status: 200,
    body: { now: MORNING, skewMs: 0, frozen: false },
  });
});

test.each([
  ["to a moment", { now: "2030-05-06T09:08:07+02:00" }, "2030-05-06T07:08:07.000Z"],
  ["back", { now: "2020-01-01T00:00:00Z" }, "2020-01-01T00:00:00.000Z"],
  ["on by a day", { advanceMs: DAY_MS }, later(DAY_MS)],
  ["askew", { skewMs: -1_500 }, later(-1_500)],
])("a clock that is set %s dates what is written", async (_how, change, now) => {
  crm = await openInProcess("hubspot");
  expect((await put(change)).body).toMatchObject({ now, frozen: false });
  expect(await stampOfNew()).toBe(now);
});

test("a frozen clock stands until it is let go, and moves on command alone", async () => {
  crm = await openInProcess("hubspot");
  await put({ frozen: true });
  await crm.clock.advance(HOUR_MS);
  expect(await stampOfNew()).toBe(MORNING);
  expect((await put({ advanceMs: 5 })).body).toMatchObject({ now: later(5), frozen: true });
  expect((await put({ frozen: false })).body).toMatchObject({ now: later(5), frozen: false });
  await crm.clock.advance(HOUR_MS);
  expect((await crm.call("GET", "/_simulator/clock")).body.now).toBe(later(5 + HOUR_MS));
});

test("a retry becomes due when the clock says so", async () => {
  crm = await openInProcess("hubspot");
  await crm.call("PUT", "/webhooks/v3/1/settings", { targetUrl: "https://accord.example/in" });
  const subscription = { eventType: "contact.creation", active: true };
  await crm.call("POST", "/webhooks/v3/1/subscriptions", subscription);
  crm.target.status = 503;
  await stampOfNew();
  await crm.clock.advance(110);
  expect(crm.sent).toHaveLength(1);
  await put({ frozen: true });
  await crm.clock.advance(HOUR_MS);
  expect(crm.sent).toHaveLength(1);
  crm.target.status = 200;
  await put({ advanceMs: HOUR_MS });
  await crm.clock.advance(0);
  expect(crm.sent).toHaveLength(2);
});

test("a Salesforce session ends when the clock says so", async () => {
  crm = await openInProcess("salesforce");
  const limits = () => crm.call("GET", "/services/data/v67.0/limits");
  expect((await limits()).status).toBe(200);
  await put({ advanceMs: 3 * HOUR_MS });
  expect((await limits()).status).toBe(401);
});

test("what waits longer than a timer can is not due at once", () => {
  const waits: number[] = [];
  const clock = settableClock({
    ...clockTelling(() => 0),
    setTimeout: (_work, ms) => {
      waits.push(ms);
      return { clear: () => undefined };
    },
  });
  clock.setTimeout(() => undefined, 40 * DAY_MS);
  expect(waits).toEqual([2 ** 31 - 1]);
});

test.each([
  [{}, "expected one of now, advanceMs, skewMs or frozen"],
  [{ now: "soon" }, "now: Invalid ISO datetime"],
  [{ skewMs: 1, advanceMs: 1 }, "expected only one of now, advanceMs and skewMs"],
  [{ now: "2030-01-01T00:00:00Z", speed: 2 }, 'Unrecognized key: "speed"'],
])("a clock that is asked for %j is left alone", async (change, error) => {
  crm = await openInProcess("hubspot");
  expect(await put(change)).toEqual({ status: 400, body: { error } });
  expect((await crm.call("GET", "/_simulator/clock")).body.now).toBe(MORNING);
});
