import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mapping } from "../../shared/config/mapping.ts";
import { wireShapes } from "../../shared/core/mapping/wire-shape.ts";
import { METERS } from "../../shared/core/quota/meters.ts";
import { hubspotCrm } from "../../shared/hubspot/hubspot-crm.ts";
import { salesforceCrm } from "../../shared/salesforce/salesforce-crm.ts";
import { workerPace } from "../../shared/sync/pace.ts";
import { memoryQuotaStore } from "../support/memory-quota-store.ts";
import { contactRef, openPortal, type TestPortal } from "./hubspot-adapter-portal.ts";
import { simulatedOrg } from "./salesforce-adapter-simulated.ts";

let portal: TestPortal;
let waits: number[];

beforeEach(async () => {
  waits = [];
  portal = await openPortal({ limits: { burst: 190, search: 5, daily: 625_000 } });
  portal.simulator.seed("contacts", [{ id: "1", properties: { email: "ann@x.example" } }]);
});

afterEach(() => portal.close());

const waiting = async (ms: number) => {
  waits.push(ms);
  await sleep(ms);
};

function pacedHubspot(store: ReturnType<typeof memoryQuotaStore>) {
  return hubspotCrm({
    baseUrl: portal.simulator.url,
    credentials: async () => ({ accessToken: "any" }),
    shapes: wireShapes(mapping, "hubspot"),
    now: Date.now,
    pace: workerPace({ store, lane: "live", now: Date.now, sleep: waiting, share: () => 1 }),
  });
}

test("P8: HubSpot's headers tell all workers its limits", async () => {
  const store = memoryQuotaStore();
  const crm = pacedHubspot(store);
  await crm.observe([contactRef("1")]);
  await crm.observe([contactRef("1")]);
  const { limit, daily } = store.meter("hubspot calls");
  expect({ limit, max: daily?.max }).toEqual({ limit: 190, max: 625_000 });
});

test("P8: a search has a meter of its own, and waits where HubSpot would refuse it", async () => {
  const store = memoryQuotaStore();
  const crm = pacedHubspot(store);
  await crm.find(["companies"], "domain", ["x.example"]);
  const before = crm.callsMade();
  const search = () => crm.find(["companies"], "domain", ["x.example"]);
  await Promise.all([search(), search(), search(), search(), search()]);
  expect(store.meter("hubspot searches").today.live).toBe(6);
  expect({ refused: crm.callsMade() - before - 5, haveWaited: waits.length > 0 }).toEqual({
    refused: 0,
    haveWaited: true,
  });
});

test("P8: where others have used up HubSpot's limit, a call waits, and is then made once", async () => {
  const store = memoryQuotaStore();
  const slice = Math.floor(Date.now() / 100);
  await store.change("hubspot calls", () => ({
    next: {
      ...METERS["hubspot calls"],
      entries: [{ from: slice - 95, to: slice - 95, by: "others", calls: 100 }],
    },
    answer: undefined,
  }));
  const crm = pacedHubspot(store);
  expect((await crm.observe([contactRef("1")])).size).toBe(1);
  expect({ refused: crm.callsMade() - 1, haveWaited: waits.length > 0 }).toEqual({
    refused: 0,
    haveWaited: true,
  });
});

test("P8: Salesforce's header tells how much of the day is used, and a used-up day is not asked of", async () => {
  const org = await simulatedOrg();
  const store = memoryQuotaStore();
  const crm = salesforceCrm({
    loginUrl: org.simulator.url,
    credentials: async () => ({ clientId: "id", clientSecret: "secret" }),
    shapes: wireShapes(mapping, "salesforce"),
    now: Date.now,
    pace: workerPace({ store, lane: "live", now: Date.now, sleep, share: () => 1 }),
  });
  await fetch(`${org.simulator.url}/_simulator/limits`, {
    method: "PUT",
    body: JSON.stringify({ dailyRequests: 5000, usedRequests: 4999 }),
  });
  await crm.describeObject("Lead");
  const fault = await crm.describeObject("Contact").catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: "salesforce-throttled", retryAfterMs: 900_000 });
  expect(crm.callsMade()).toBe(2);
  expect(store.meter("salesforce calls").daily).toMatchObject({ max: 5000, used: 5000 });
  await org.stop();
});
