import { afterEach, beforeEach, expect, test } from "vitest";
import { refKey } from "../../shared/sync/ports.ts";
import {
  call,
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
    { recordId: "record-1", id: "1", created: false, refused: [], failed: undefined },
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

test("an e-mail address that another contact has is refused, and the rest is written", async () => {
  seedContact("1", { email: "ann@x.example" });
  seedContact("2", { email: "bob@x.example" });
  seedContact("3");
  const results = await portal.crm.write([
    toUpdate("3", { firstname: "Cid" }),
    toUpdate("2", { email: "ann@x.example", firstname: "Bobby" }),
  ]);
  expect(results.map(({ id, refused }) => [id, refused.map(({ code }) => code)])).toEqual([
    ["3", []],
    ["2", ["CONFLICT"]],
  ]);
  expect(await valuesOf("2", "email", "firstname")).toEqual(["bob@x.example", "Bobby"]);
});

test("creating a contact whose address is taken is worth another look only if that one is free", async () => {
  seedContact("1", { email: "free@x.example" });
  seedContact("2", { email: "linked@x.example", accord_id: "someone-else" });
  const results = await portal.crm.write([
    toCreate("r1", { email: "free@x.example" }),
    toCreate("r2", { email: "linked@x.example" }),
    toCreate("r3", { email: "new@x.example" }),
  ]);
  expect(results.map(({ created, failed }) => [created, failed?.code, failed?.retryable])).toEqual([
    [false, "CONFLICT", true],
    [false, "CONFLICT", false],
    [true, undefined, undefined],
  ]);
});

test("a property deleted since it was read is dropped from the whole batch at once", async () => {
  await portal.crm.createFields([
    {
      system: "hubspot",
      object: "contacts",
      property: "fleeting",
      label: "F",
      type: "text",
      unique: false,
    },
  ]);
  for (const id of upTo(100)) seedContact(String(id));
  await portal.crm.write([toUpdate("1", { fleeting: "x" })]);
  await call(portal, "/crm/v3/properties/contacts/batch/archive", {
    inputs: [{ name: "fleeting" }],
  });
  portal.takeSeen();
  const results = await portal.crm.write(
    upTo(100).map((id) => toUpdate(String(id), { fleeting: "y", firstname: "Kept" })),
  );
  expect(portal.takeSeen()).toHaveLength(2);
  expect(results.map(({ refused }) => refused[0]?.code)).toEqual(
    upTo(100).map(() => "PROPERTY_DOESNT_EXIST"),
  );
  expect(await valuesOf("77", "firstname")).toEqual(["Kept"]);
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

test("people and companies come on and off deals, and a bad pair fails alone", async () => {
  seedContact("1");
  portal.simulator.seed("companies", [{ id: "5" }]);
  portal.simulator.seed("deals", [{ id: "8" }, { id: "9" }]);
  const write = (
    action: "add" | "remove",
    relation: "person" | "company",
    pair: [string, string],
  ) =>
    ({
      recordId: pair.join(),
      action,
      relation,
      opportunityId: pair[0],
      otherId: pair[1],
    }) as const;
  const added = [
    write("add", "person", ["8", "1"]),
    write("add", "person", ["9", "404"]),
    write("add", "person", ["9", "1"]),
    write("add", "company", ["8", "5"]),
  ];
  const results = await portal.crm.relate(added);
  expect(results.map(({ write: done }) => done)).toEqual(added);
  expect(results.map(({ failed }) => failed === undefined)).toEqual([true, false, true, true]);
  const relations = async () => {
    const refs = ["8", "9"].map((id) => ({ system: "hubspot" as const, object: "deals", id }));
    const observed = await portal.crm.observe(refs);
    return [...observed.values()].map((deal) => [deal.relations.persons, deal.relations.companies]);
  };
  expect(await relations()).toEqual([
    [["1"], ["5"]],
    [["1"], []],
  ]);
  await portal.crm.relate([
    write("remove", "person", ["8", "1"]),
    write("remove", "company", ["8", "5"]),
  ]);
  expect(await relations()).toEqual([
    [[], []],
    [["1"], []],
  ]);
});

test("an answer in part is taken record by record, in whatever order it comes", async () => {
  const record = (id: string, trace: string) => ({
    id,
    objectWriteTraceId: trace,
    properties: { accord_id: trace },
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
    archived: false,
    new: true,
  });
  const refusal = {
    status: "error",
    category: "CONFLICT",
    message: "Contact already exists. Existing ID: 1",
    context: { objectWriteTraceId: ["r2"], existingId: ["1"] },
  };
  seedContact("1", { email: "bob@x.example" });
  const times = { startedAt: "2026-01-01T00:00:00Z", completedAt: "2026-01-01T00:00:00Z" };
  const results = [record("13", "r3"), record("11", "r1")];
  portal.interruptOnce("batch/upsert", () =>
    Response.json(
      { status: "COMPLETE", results, numErrors: 1, errors: [refusal], ...times },
      { status: 207 },
    ),
  );
  const written = await portal.crm.write(
    ["r1", "r2", "r3", "r4"].map((id) => toCreate(id, { email: `${id}@x.example` })),
  );
  expect(written.map(({ id, failed }) => [id, failed?.code, failed?.retryable])).toEqual([
    ["11", undefined, undefined],
    [undefined, "CONFLICT", true],
    ["13", undefined, undefined],
    [undefined, "NO_ANSWER", true],
  ]);
});

test("a unique value that another record has is refused, and the rest is written", async () => {
  seedContact("1", { accord_id: "taken" });
  seedContact("2");
  const [result] = await portal.crm.write([
    toUpdate("2", { accord_id: "taken", firstname: "Bob" }),
  ]);
  expect(result?.refused).toMatchObject([{ property: "accord_id", code: "CONFLICT" }]);
  expect(await valuesOf("2", "firstname")).toEqual(["Bob"]);
});
