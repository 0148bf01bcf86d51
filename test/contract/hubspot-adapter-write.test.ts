import { afterEach, beforeEach, expect, test } from "vitest";
import { refKey } from "../../shared/sync/ports.ts";
import {
  contactRef,
  openReadyPortal,
  type TestPortal,
  toCreate,
  toUpdate,
} from "./hubspot-adapter-portal.ts";

let portal: TestPortal;

beforeEach(async () => {
  portal = await openReadyPortal();
  portal.simulator.seed("owners", [{ id: "7", email: "sam@sales.example" }]);
});

afterEach(() => portal.close());

const seedContact = (id: string, properties: Record<string, string> = {}) =>
  portal.simulator.seed("contacts", [
    { id, createdAt: "2026-01-01T00:00:00.000Z", properties: { ...properties } },
  ]);

async function valuesOf(id: string, ...names: string[]) {
  const observed = await portal.crm.observe([contactRef(id)]);
  const properties = observed.get(refKey(contactRef(id)))?.properties ?? {};
  return names.map((name) => properties[name]);
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

test("records are created by our id, and creating them again makes no second one", async () => {
  const writes = [
    toCreate("r1", { email: "ann@x.example", hubspot_owner_id: "Sam@Sales.example" }),
    toCreate("r2", { email: "bob@x.example", firstname: null }),
  ];
  const first = await portal.crm.write(writes);
  const second = await portal.crm.write(writes);
  expect(
    first.map(({ recordId, created, refused, failed }) => [recordId, created, refused, failed]),
  ).toEqual([
    ["r1", true, [], undefined],
    ["r2", true, [], undefined],
  ]);
  expect(second.map(({ created }) => created)).toEqual([false, false]);
  expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  const [owner] = await valuesOf(first[0]?.id ?? "", "hubspot_owner_id");
  expect(owner).toBe("sam@sales.example");
});

test("an update touches its own properties alone, and blank clears", async () => {
  seedContact("1", { email: "ann@x.example", firstname: "Ann", lastname: "Lee", phone: "1" });
  const results = await portal.crm.write([toUpdate("1", { firstname: "Anna", phone: null })]);
  expect(results).toEqual([
    {
      recordId: "record-1",
      id: "1",
      created: false,
      stored: { firstname: "Anna" },
      refused: [],
      failed: undefined,
    },
  ]);
  expect(await valuesOf("1", "firstname", "lastname", "phone", "email")).toEqual([
    "Anna",
    "Lee",
    null,
    "ann@x.example",
  ]);
});

test("what HubSpot is known to refuse is refused before the call, and the rest is written", async () => {
  seedContact("1", { firstname: "Ann" });
  portal.takeSeen();
  const [result] = await portal.crm.write([
    toUpdate("1", {
      firstname: "Anna",
      no_such_thing: "x",
      createdate: "2026-01-01T00:00:00.000Z",
      hs_lead_status: "NOT_AN_OPTION",
      hubspot_owner_id: "nobody@sales.example",
      jobtitle: "x".repeat(65_537),
    }),
  ]);
  expect(result?.refused.map(({ property, code }) => [property, code]).sort()).toEqual([
    ["createdate", "READ_ONLY_VALUE"],
    ["hs_lead_status", "INVALID_OPTION"],
    ["hubspot_owner_id", "OWNER_UNKNOWN"],
    ["jobtitle", "TOO_LONG"],
    ["no_such_thing", "PROPERTY_DOESNT_EXIST"],
  ]);
  expect(result).toMatchObject({ id: "1", failed: undefined });
  expect(await valuesOf("1", "firstname")).toEqual(["Anna"]);
  expect(portal.takeSeen().filter((line) => line.includes("batch/update"))).toHaveLength(1);
});

test("a record none of whose values are taken is not sent at all", async () => {
  seedContact("1");
  const [result] = await portal.crm.write([toUpdate("1", { createdate: "2026-01-01" })]);
  expect(result).toMatchObject({ id: undefined, failed: undefined });
  expect(result?.refused).toHaveLength(1);
  const [created] = await portal.crm.write([toCreate("r1", { createdate: "2026-01-01" })]);
  expect(created).toMatchObject({ id: undefined, failed: { code: "NOTHING_TO_CREATE" } });
});

test("bad records among a thousand lose their bad values, and their neighbours lose nothing", async () => {
  for (const id of upTo(1000)) seedContact(String(id));
  const bad = new Set([1, 150, 151, 777, 1000]);
  const results = await portal.crm.write(
    upTo(1000).map((id) =>
      toUpdate(String(id), {
        firstname: `New ${id}`,
        email: bad.has(id) ? "not an address" : `p${id}@x.example`,
      }),
    ),
  );
  expect(results.map(({ recordId }) => recordId)).toEqual(upTo(1000).map((id) => `record-${id}`));
  expect(results.every(({ id, failed }) => id !== undefined && failed === undefined)).toBe(true);
  const spoilt = results.filter(({ refused }) => refused.length > 0);
  expect(spoilt.map(({ id }) => Number(id))).toEqual([...bad]);
  expect(spoilt[0]?.refused).toMatchObject([{ property: "email", code: "INVALID_EMAIL" }]);
  expect(await valuesOf("150", "firstname", "email")).toEqual(["New 150", null]);
  expect(await valuesOf("152", "firstname", "email")).toEqual(["New 152", "p152@x.example"]);
});

test("one bad record among a hundred is found in a handful of calls", async () => {
  for (const id of upTo(100)) seedContact(String(id));
  await portal.crm.write([toUpdate("1", { firstname: "Warm" })]);
  const before = portal.crm.callsMade();
  await portal.crm.write(
    upTo(100).map((id) => toUpdate(String(id), { email: id === 37 ? "bad" : `p${id}@x.example` })),
  );
  expect(portal.crm.callsMade() - before).toBeLessThanOrEqual(16);
});

test("a batch that names one record twice writes both, in their order and in two calls", async () => {
  seedContact("1");
  portal.takeSeen();
  const results = await portal.crm.write([
    toUpdate("1", { firstname: "First", lastname: "Kept" }),
    toUpdate("1", { firstname: "Second" }),
  ]);
  expect(results.map(({ failed }) => failed)).toEqual([undefined, undefined]);
  expect(portal.takeSeen()).toHaveLength(2);
  expect(await valuesOf("1", "firstname", "lastname")).toEqual(["Second", "Kept"]);
});

test("an update of a record that is gone fails alone, and is worth another look", async () => {
  seedContact("1");
  const results = await portal.crm.write([
    toUpdate("1", { firstname: "Anna" }),
    toUpdate("404", { firstname: "Nobody" }),
  ]);
  expect(results.map(({ id, failed }) => [id, failed?.code, failed?.retryable])).toEqual([
    ["1", undefined, undefined],
    [undefined, "OBJECT_NOT_FOUND", true],
  ]);
});

test("a lifecycle stage moves back, though HubSpot moves it forward alone", async () => {
  seedContact("1", { lifecyclestage: "customer" });
  seedContact("2", { lifecyclestage: "lead" });
  portal.takeSeen();
  const results = await portal.crm.write([
    toUpdate("1", { lifecyclestage: "lead", firstname: "Back" }),
    toUpdate("2", { lifecyclestage: "customer" }),
  ]);
  expect(results.map(({ refused, failed }) => [refused, failed])).toEqual([
    [[], undefined],
    [[], undefined],
  ]);
  expect(await valuesOf("1", "lifecyclestage", "firstname")).toEqual(["lead", "Back"]);
  expect(await valuesOf("2", "lifecyclestage")).toEqual(["customer"]);
  expect(portal.takeSeen().filter((line) => line.includes("batch/update"))).toHaveLength(3);
});
