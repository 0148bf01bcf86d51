import { afterEach, beforeEach, expect, test } from "vitest";
import { hubspotCrm } from "../../shared/hubspot/hubspot-crm.ts";
import { Fault } from "../../shared/sync/fault.ts";
import {
  contactRef,
  openReadyPortal,
  type TestPortal,
  toCreate,
} from "./hubspot-adapter-portal.ts";

let portal: TestPortal;

beforeEach(async () => {
  portal = await openReadyPortal({ accessToken: "token" });
  portal.simulator.seed("contacts", [{ id: "1", properties: { email: "ann@x.example" } }]);
});

afterEach(() => portal.close());

const READ = "contacts/batch/read";
const tooMany =
  (policyName: string, headers: Record<string, string> = {}) =>
  () =>
    Response.json(
      {
        status: "error",
        errorType: "RATE_LIMIT",
        policyName,
        message: `You have reached your ${policyName.toLowerCase()} limit.`,
      },
      { status: 429, headers },
    );
const shortWindow = { "x-hubspot-ratelimit-interval-milliseconds": "200" };
const observe = () => portal.crm.observe([contactRef("1")]);

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const outcome = await work.catch((error: unknown) => error);
  if (!(outcome instanceof Fault)) throw new Error(`no fault, but ${String(outcome)}`);
  return outcome;
}

test("a burst limit sets the pace, and each repetition counts as a call", async () => {
  const before = portal.crm.callsMade();
  portal.interruptOnce(READ, tooMany("TEN_SECONDLY_ROLLING", shortWindow), 2);
  const startedMs = Date.now();
  expect((await observe()).size).toBe(1);
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(300);
  expect(portal.crm.callsMade() - before).toBe(3);
});

test("a limit of a second is waited for a second", async () => {
  portal.interruptOnce(READ, tooMany("SECONDLY"));
  const startedMs = Date.now();
  expect((await observe()).size).toBe(1);
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(990);
});

test("a limit that stays becomes a fault that says when to come back", async () => {
  portal.interruptOnce(READ, tooMany("TEN_SECONDLY_ROLLING", shortWindow), 9);
  const fault = await faultOf(observe());
  expect([fault.code, fault.disposition, fault.retryAfterMs]).toEqual([
    "hubspot-throttled",
    "retry",
    200,
  ]);
});

test("the daily limit is a fault at once", async () => {
  const before = portal.crm.callsMade();
  portal.interruptOnce(READ, tooMany("DAILY"), 9);
  expect((await faultOf(observe())).code).toBe("hubspot-throttled");
  expect(portal.crm.callsMade() - before).toBe(1);
});

test("a gateway's HTML page, an empty 503 and a lost connection are repeated", async () => {
  const html = () =>
    new Response("<html>Bad gateway</html>", {
      status: 502,
      headers: { "content-type": "text/html" },
    });
  portal.interruptOnce(READ, html, 2);
  expect((await observe()).size).toBe(1);
  portal.interruptOnce(READ, () => new Response(null, { status: 503 }));
  expect((await observe()).size).toBe(1);
  const lost = hubspotCrm({
    baseUrl: "http://127.0.0.1:9",
    credentials: async () => ({ accessToken: "token" }),
    shapes: [{ object: "contacts", idProperty: "accord_id", properties: ["email"] }],
    now: Date.now,
  });
  const fault = await faultOf(lost.observe([contactRef("1")]));
  expect([fault.code, fault.disposition, lost.callsMade()]).toEqual([
    "hubspot-unavailable",
    "retry",
    3,
  ]);
});

test("a page that claims success but is no JSON is an outage, not an answer", async () => {
  portal.interruptOnce(READ, () => new Response("<html>Maintenance</html>"), 9);
  expect((await faultOf(observe())).code).toBe("hubspot-unavailable");
});

test("a call that hangs is given up, and asked again", async () => {
  const impatient = portal.openCrm({ fetchTimeoutMs: 100 });
  portal.interruptOnce(READ, () => "hang");
  expect((await impatient.observe([contactRef("1")])).size).toBe(1);
  expect(impatient.callsMade()).toBe(2);
});

test("a creation whose answer is lost is repeated, and makes one contact", async () => {
  let lost = false;
  portal.interrupt(async ({ path, body }) => {
    if (lost || !path.includes("batch/upsert")) return undefined;
    lost = true;
    await fetch(portal.simulator.url + path, {
      method: "POST",
      headers: { authorization: "Bearer token", "content-type": "application/json" },
      body,
    });
    return new Response(null, { status: 504 });
  });
  const [result] = await portal.crm.write([toCreate("r1", { email: "new@x.example" })]);
  expect(lost).toBe(true);
  expect(result?.failed).toBeUndefined();
  const found = await portal.crm.find(["contacts"], "email", ["new@x.example"]);
  expect(found.map(({ ref }) => ref.id)).toEqual([result?.id]);
});

test("a token that is not accepted is a fault that says what to do", async () => {
  await portal.close();
  portal = await openReadyPortal({ accessToken: "token" });
  const stranger = hubspotCrm({
    baseUrl: portal.simulator.url,
    credentials: async () => ({ accessToken: "wrong" }),
    shapes: [{ object: "contacts", idProperty: "accord_id", properties: ["email"] }],
    now: Date.now,
  });
  const fault = await faultOf(stranger.observe([contactRef("1")]));
  expect([fault.code, fault.disposition]).toEqual(["hubspot-unauthorized", "give-up"]);
  expect(fault.message).toMatch(/^HUBSPOT_ACCESS_TOKEN is not accepted by 127\.0\.0\.1:\d+\./);
});

test("a missing scope is a fault that names it", async () => {
  await portal.close();
  portal = await openReadyPortal({ missingScopes: ["crm.objects.contacts.read"] });
  const fault = await faultOf(observe());
  expect([fault.code, fault.disposition]).toEqual(["hubspot-scope-missing", "give-up"]);
  expect(fault.message).toContain("crm.objects.contacts.read");
});

test("a refusal that nobody expects is a fault without a word of the customer's data", async () => {
  portal.interruptOnce(READ, () =>
    Response.json(
      {
        status: "error",
        category: "VALIDATION_ERROR",
        message: "ann@x.example is odd",
        correlationId: "c-1",
      },
      { status: 400 },
    ),
  );
  const fault = await faultOf(observe());
  expect(fault.code).toBe("hubspot-refused");
  expect(fault.message).toBe(
    "HubSpot answered 400 (VALIDATION_ERROR) when asked to read contacts; correlation id c-1",
  );
  expect(fault.cause).toBeUndefined();
});

test("associations that could not be read are an outage, never an empty deal", async () => {
  portal.simulator.seed("deals", [{ id: "8" }]);
  portal.interruptOnce("associations", () =>
    Response.json(
      {
        status: "COMPLETE",
        results: [],
        numErrors: 1,
        errors: [{ status: "error", category: "INTERNAL_ERROR", message: "?" }],
        startedAt: "2026-01-01T00:00:00Z",
        completedAt: "2026-01-01T00:00:00Z",
      },
      { status: 207 },
    ),
  );
  const fault = await faultOf(
    portal.crm.observe([{ system: "hubspot", object: "deals", id: "8" }]),
  );
  expect(fault.code).toBe("hubspot-unavailable");
});

test("a call has at most four requests under way at once", async () => {
  const ids = Array.from({ length: 900 }, (_, n) => String(n + 1));
  portal.simulator.seed(
    "contacts",
    ids.map((id) => ({ id })),
  );
  let underWay = 0;
  let most = 0;
  portal.interrupt(async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 20));
    underWay -= 1;
    return undefined;
  });
  await portal.crm.observe(ids.map(contactRef));
  expect(most).toBe(4);
});
