import { afterEach, describe, expect, test } from "vitest";
import { type InProcessCrm, openInProcess } from "../support/in-process-crms.ts";

let crm: InProcessCrm;
afterEach(() => crm.stop());

const arm = (fault: object, match = {}) => crm.call("POST", "/_simulator/faults", { match, fault });

/** Both tell of each new record by itself; what they carry differs. */
const systems = [
  {
    system: "hubspot" as const,
    object: "contact",
    async listen() {
      await crm.call("PUT", "/webhooks/v3/1/settings", { targetUrl: "https://accord.example/in" });
      const subscription = { eventType: "contact.propertyChange", propertyName: "firstname" };
      await crm.call("POST", "/webhooks/v3/1/subscriptions", { ...subscription, active: true });
    },
    create: (name: string) =>
      crm.call("POST", "/crm/v3/objects/contacts", { properties: { firstname: name } }),
    waiting: async () => (await crm.call("GET", "/_simulator/webhooks/pending")).body.pending,
  },
  {
    system: "salesforce" as const,
    object: "Lead",
    listen: () =>
      crm.call("PUT", "/_simulator/event-relay", { target: "https://accord.example/in" }),
    create: (name: string) =>
      crm.call("POST", "/services/data/v67.0/sobjects/Lead", { LastName: name, Company: "Acme" }),
    waiting: async () => (await crm.call("GET", "/_simulator/status")).body.eventRelay.pending,
  },
];

/** The names told, delivery by delivery. */
const told = () =>
  crm.sent.map(({ body }) => ["One", "Two", "Three"].filter((name) => body.includes(name)).join());

describe.each(systems)("a delivery of $system", ({ system, object, listen, create, waiting }) => {
  const start = async () => {
    crm = await openInProcess(system);
    await listen();
  };

  test("is dropped where its object and its words match, and nobody sends it again", async () => {
    await start();
    await arm({ kind: "drop-delivery" }, { object, bodyContains: "Two" });
    for (const name of ["One", "Two", "Three"]) {
      await create(name);
      await crm.clock.advance(200);
    }
    await crm.clock.advance(120_000);
    expect(told()).toEqual(["One", "Three"]);
    expect(await waiting()).toBe(0);
  });

  test("comes as many times more as copies were asked for", async () => {
    await start();
    await arm({ kind: "duplicate-delivery", copies: 2 });
    await create("One");
    await crm.clock.advance(120_000);
    expect(told()).toEqual(["One", "One", "One"]);
    expect(new Set(crm.sent.map(({ body }) => body)).size).toBe(1);
  });

  test("comes so much later", async () => {
    await start();
    await create("One");
    await crm.clock.advance(10_000);
    await arm({ kind: "delay-delivery", ms: 5_000 });
    const startMs = crm.clock.now();
    await create("Two");
    await crm.clock.advance(10_000);
    expect(told()).toEqual(["One", "Two"]);
    expect((crm.sent[1]?.atMs ?? 0) - startMs).toBeGreaterThanOrEqual(5_000);
  });

  test("comes after a later one, and comes also where there is none", async () => {
    await start();
    await arm({ kind: "reorder-deliveries" });
    await create("One");
    await crm.clock.advance(200);
    await create("Two");
    await crm.clock.advance(10_000);
    await arm({ kind: "reorder-deliveries" });
    await create("Three");
    await crm.clock.advance(10_000);
    expect(told()).toEqual(["Two", "One", "Three"]);
    expect(await waiting()).toBe(0);
  });

  test("is not held twice, however often reordering was asked for", async () => {
    await start();
    await crm.call("POST", "/_simulator/faults", {
      times: "always",
      fault: { kind: "reorder-deliveries" },
    });
    await create("One");
    await crm.clock.advance(10_000);
    expect(told()).toEqual(["One"]);
  });
});
