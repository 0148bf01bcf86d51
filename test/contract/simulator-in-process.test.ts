import { expect, test } from "vitest";
import { openHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { openSalesforceSimulator } from "../../infra/simulators/salesforce/start-salesforce.ts";
import { seeded } from "../support/in-process-crms.ts";
import { virtualClock } from "../support/virtual-clock.ts";

const START_MS = Date.parse("2026-03-01T08:00:00.000Z");

/** One morning in both CRMs, without a socket: every answer, and every delivery that fails once. */
async function morning(seed: number): Promise<string[]> {
  const told: string[] = [];
  const clock = virtualClock(START_MS);
  let isDown = true;
  const surroundings = {
    clock,
    random: seeded(seed),
    fetch: async (url: string, init: RequestInit) => {
      told.push(`${clock.now()} ${url} ${JSON.stringify(init.headers)} ${init.body}`);
      return new Response("", { status: isDown ? 503 : 200 });
    },
    delay: { minMs: 100, maxMs: 400 },
  };
  const crms = {
    hubspot: openHubspotSimulator(surroundings),
    salesforce: openSalesforceSimulator(surroundings),
  };
  const call = async (
    crm: keyof typeof crms,
    request: { method?: string; path: string; body?: string; token?: string },
  ) => {
    const { method = "POST", path, body, token = "any" } = request;
    const headers = { authorization: `Bearer ${token}` };
    const url = `https://${crm}.example${path}`;
    const answered = crms[crm].app.fetch(
      new Request(url, { method, headers, ...(body === undefined ? {} : { body }) }),
    );
    await clock.advance(400);
    const answer = await answered;
    const text = await answer.text();
    told.push(`${clock.now()} ${answer.status} ${text}`);
    return text;
  };
  const settings = JSON.stringify({ targetUrl: "https://accord.example/hubspot" });
  await call("hubspot", { method: "PUT", path: "/webhooks/v3/1/settings", body: settings });
  const subscription = JSON.stringify({ eventType: "contact.creation", active: true });
  await call("hubspot", { path: "/webhooks/v3/1/subscriptions", body: subscription });
  const target = JSON.stringify({ target: "https://accord.example/salesforce" });
  await call("salesforce", { method: "PUT", path: "/_simulator/event-relay", body: target });
  const login = "grant_type=client_credentials&client_id=id&client_secret=secret";
  const token = JSON.parse(
    await call("salesforce", { path: "/services/oauth2/token", body: login }),
  );
  const ann = JSON.stringify({ inputs: [{ properties: { email: "ann@example.com" } }] });
  await call("hubspot", { path: "/crm/v3/objects/contacts/batch/create", body: ann });
  await call("hubspot", { path: "/crm/v3/objects/contacts/batch/create", body: ann });
  const lead = JSON.stringify({ LastName: "Lee", Company: "Acme" });
  const leads = "/services/data/v67.0/sobjects/Lead";
  await call("salesforce", { path: leads, body: lead, token: token.access_token });
  await clock.advance(250);
  isDown = false;
  await clock.advance(60_000);
  await Promise.all([crms.hubspot.stop(), crms.salesforce.stop()]);
  return told;
}

test("both CRMs run in one process, on a caller's time, randomness and network alone", async () => {
  const told = await morning(1);
  const deliveries = told.filter((line) => line.includes("https://accord.example/"));
  const targets = deliveries.map((line) => /accord.example.(\w+)/.exec(line)?.[1]);
  expect(new Set(targets)).toEqual(new Set(["hubspot", "salesforce"]));
  // What was not heard is told again, and both end in silence.
  expect(deliveries.length).toBeGreaterThan(2);
  expect(told.every((line) => line.startsWith("17723"))).toBe(true);
});

test("the same seed gives the same bytes at the same moments, and another seed others", async () => {
  const [one, again, other] = [await morning(7), await morning(7), await morning(8)];
  expect(again).toEqual(one);
  expect(other).not.toEqual(one);
});
