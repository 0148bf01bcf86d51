import { afterEach, beforeEach, expect, test } from "vitest";
import { refKey } from "../../shared/sync/ports.ts";
import {
  call,
  contactRef,
  openPortal,
  openReadyPortal,
  type TestPortal,
  toCreate,
} from "./hubspot-adapter-portal.ts";

let portal: TestPortal;

beforeEach(async () => {
  portal = await openReadyPortal();
  portal.simulator.seed("owners", [
    { id: "7", email: "Sam@Sales.example" },
    { id: "8", email: "gone@sales.example", archived: true },
  ]);
});

afterEach(() => portal.close());

const contact = (id: string, properties: Record<string, string>) => ({
  id,
  createdAt: "2026-01-01T00:00:00.000Z",
  properties: { lastmodifieddate: "2026-02-01T00:00:00.000Z", ...properties },
});

test("a contact is observed whole, with blanks as null and its owner by e-mail", async () => {
  portal.simulator.seed("contacts", [
    contact("1", { email: "ann@x.example", hubspot_owner_id: "7", accord_id: "r1" }),
  ]);
  portal.takeSeen();
  const observed = await portal.crm.observe([contactRef("1")]);
  const observation = observed.get(refKey(contactRef("1")));
  expect(observation).toMatchObject({
    ref: contactRef("1"),
    gone: false,
    continuedAs: undefined,
    accordId: "r1",
    createdAtMs: Date.parse("2026-01-01T00:00:00.000Z"),
    modifiedAtMs: Date.parse("2026-02-01T00:00:00.000Z"),
    relations: { persons: [], companies: [], opportunities: [] },
  });
  expect(observation?.properties).toMatchObject({
    email: "ann@x.example",
    firstname: null,
    hubspot_owner_id: "sam@sales.example",
  });
  expect(portal.takeSeen()).toEqual([
    "POST /crm/objects/2026-09/contacts/batch/read?archived=false",
    "GET /crm/owners/2026-09?limit=100&archived=true",
    "GET /crm/owners/2026-09?limit=100&archived=false",
  ]);
});

test("owners that left are named, and unknown ones show their id", async () => {
  portal.simulator.seed("contacts", [
    contact("1", { hubspot_owner_id: "8" }),
    contact("2", { hubspot_owner_id: "99" }),
  ]);
  const observed = await portal.crm.observe([contactRef("1"), contactRef("2")]);
  const owners = [...observed.values()].map(({ properties }) => properties["hubspot_owner_id"]);
  expect(owners).toEqual(["gone@sales.example", "owner:99"]);
});

test("an owner added meanwhile is looked up, at most once a minute", async () => {
  portal.simulator.seed("contacts", [contact("1", { hubspot_owner_id: "9" })]);
  const ownerOf = async () => {
    const observed = await portal.crm.observe([contactRef("1")]);
    return observed.get(refKey(contactRef("1")))?.properties["hubspot_owner_id"];
  };
  expect(await ownerOf()).toBe("owner:9");
  portal.simulator.seed("owners", [{ id: "9", email: "new@sales.example" }]);
  expect(await ownerOf()).toBe("owner:9");
  portal.clock.nowMs += 60_000;
  expect(await ownerOf()).toBe("new@sales.example");
});

test("a thousand records take a call per hundred, and every ref has its answer", async () => {
  const ids = Array.from({ length: 1050 }, (_, index) => String(1000 + index));
  portal.simulator.seed(
    "contacts",
    ids.slice(0, 1049).map((id) => contact(id, { email: `p${id}@x.example` })),
  );
  const before = portal.crm.callsMade();
  const observed = await portal.crm.observe(ids.map(contactRef));
  expect(observed.size).toBe(1050);
  expect([...observed.values()].filter(({ gone }) => gone).map(({ ref }) => ref.id)).toEqual([
    "2049",
  ]);
  // Eleven batches; the missing one is looked for in the recycle bin, and then by itself.
  expect(portal.crm.callsMade() - before).toBe(11 + 2);
});

test("I7, I11: a hundred that were deleted cost one call more, and one deleted for good is told apart", async () => {
  const ids = Array.from({ length: 100 }, (_, index) => String(1000 + index));
  portal.simulator.seed(
    "contacts",
    ids.map((id) => contact(id, { email: `p${id}@x.example` })),
  );
  const inputs = ids.slice(1).map((id) => ({ id }));
  await call(portal, "/crm/v3/objects/contacts/batch/archive", { inputs });
  await call(portal, "/crm/v3/objects/contacts/gdpr-delete", { objectId: "1000" });
  const before = portal.crm.callsMade();
  const observed = [...(await portal.crm.observe(ids.map(contactRef))).values()];
  expect(portal.crm.callsMade() - before).toBe(1 + 1 + 1);
  expect(observed.every(({ gone, continuedAs }) => gone && !continuedAs)).toBe(true);
  expect(observed.filter(({ goneForGood }) => goneForGood).map(({ ref }) => ref.id)).toEqual([
    "1000",
  ]);
});

test("a merged contact is gone, and continues as the contact it was merged into", async () => {
  portal.simulator.seed("contacts", [
    contact("1", { email: "a@x.example" }),
    contact("2", { email: "b@x.example" }),
  ]);
  await call(portal, "/crm/v3/objects/contacts/merge", {
    primaryObjectId: "1",
    objectIdToMerge: "2",
  });
  const observed = await portal.crm.observe([contactRef("1"), contactRef("2")]);
  const [first, second] = [...observed.values()];
  expect(first).toMatchObject({ ref: contactRef("1"), gone: true });
  expect(first?.continuedAs).toEqual(second?.continuedAs);
  expect(first?.continuedAs?.id).toMatch(/^\d{5,}$/);
});

test("I3: the heir of a merge says whom it goes on for, and read along it costs no other call", async () => {
  portal.simulator.seed("contacts", [
    contact("1", { email: "a@x.example" }),
    contact("2", { email: "b@x.example" }),
  ]);
  await call(portal, "/crm/v3/objects/contacts/merge", {
    primaryObjectId: "1",
    objectIdToMerge: "2",
  });
  const asked = await portal.crm.observe([contactRef("1")]);
  const id = asked.get(refKey(contactRef("1")))?.continuedAs?.id ?? "";
  const before = portal.crm.callsMade();
  const observed = await portal.crm.observe([contactRef("1"), contactRef("2"), contactRef(id)]);
  expect(portal.crm.callsMade() - before).toBe(1);
  const [first, second, heir] = [...observed.values()];
  const continues = observed.get(refKey(contactRef(id)))?.continues;
  expect(continues).toEqual([contactRef("1"), contactRef("2")]);
  expect([first, second, heir].filter((one) => one?.continuedAs?.id === id).length).toBe(2);
});

test("a deal brings its contacts and companies, and one without any has none", async () => {
  portal.simulator.seed("contacts", [contact("1", {}), contact("2", {})]);
  portal.simulator.seed("companies", [{ id: "5" }]);
  portal.simulator.seed("deals", [{ id: "8" }, { id: "9" }]);
  const write = (relation: "person" | "company", otherId: string) =>
    ({ recordId: "r", relation, action: "add", opportunityId: "8", otherId }) as const;
  await portal.crm.relate([write("person", "1"), write("person", "2"), write("company", "5")]);
  portal.takeSeen();
  const refs = ["8", "9"].map((id) => ({ system: "hubspot" as const, object: "deals", id }));
  const observed = await portal.crm.observe(refs);
  expect([...observed.values()].map(({ relations }) => relations)).toEqual([
    { persons: ["1", "2"], companies: ["5"], opportunities: [] },
    { persons: [], companies: [], opportunities: [] },
  ]);
  expect(portal.takeSeen()).toHaveLength(3);
});

test("of several companies the primary one is the deal's", async () => {
  portal.simulator.seed("companies", [{ id: "5" }, { id: "6" }]);
  portal.simulator.seed("deals", [{ id: "8" }]);
  for (const otherId of ["5", "6"])
    await portal.crm.relate([
      { recordId: "r", relation: "company", action: "add", opportunityId: "8", otherId },
    ]);
  const ref = { system: "hubspot", object: "deals", id: "8" } as const;
  const observed = await portal.crm.observe([ref]);
  expect(observed.get(refKey(ref))?.relations.companies).toEqual(["6"]);
});

test("a hundred records with an owner nobody knows look for owners once", async () => {
  const ids = Array.from({ length: 100 }, (_, n) => String(n + 1));
  portal.simulator.seed(
    "contacts",
    ids.map((id) => contact(id, { hubspot_owner_id: "99" })),
  );
  await portal.crm.observe(ids.map(contactRef));
  portal.clock.nowMs += 60_000;
  portal.takeSeen();
  await portal.crm.observe(ids.map(contactRef));
  expect(portal.takeSeen().filter((line) => line.includes("/owners/"))).toHaveLength(2);
});

test("an object that no mapping has is a fault, not a guess", async () => {
  const ref = { system: "hubspot", object: "tickets", id: "1" } as const;
  await expect(portal.crm.observe([ref])).rejects.toMatchObject({ code: "object-unmapped" });
});

test("records are found by our id, by e-mail and by domain, live ones alone", async () => {
  portal.simulator.seed("contacts", [
    contact("1", { email: "ann@x.example" }),
    { ...contact("2", { email: "bob@x.example" }), archived: true },
  ]);
  portal.simulator.seed("companies", [
    { id: "5", properties: { domain: "x.example" } },
    { id: "6", properties: { domain: "x.example" } },
    { id: "7", properties: { domain: "y.example" } },
  ]);
  await portal.crm.write([toCreate("r3", { email: "cid@x.example" })]);
  const find = async (by: "accord-id" | "email" | "domain", values: string[]) => {
    const found = await portal.crm.find(["contacts", "companies"], by, values);
    return found.map(({ ref, accordId }) => [ref.object, ref.id.slice(-2), accordId]);
  };
  expect(await find("accord-id", ["r3", "nobody"])).toEqual([
    ["contacts", expect.any(String), "r3"],
  ]);
  expect(await find("email", ["ann@x.example", "bob@x.example"])).toEqual([
    ["contacts", "1", undefined],
  ]);
  expect(await find("domain", ["x.example"])).toEqual([
    ["companies", "5", undefined],
    ["companies", "6", undefined],
  ]);
});

test("hundreds of domains are searched in requests short enough for HubSpot", async () => {
  const domains = Array.from({ length: 300 }, (_, n) => `a-rather-long-name-${n}.example`);
  portal.simulator.seed(
    "companies",
    domains.map((domain, n) => ({ id: String(n + 1), properties: { domain } })),
  );
  const found = await portal.crm.find(["companies"], "domain", domains);
  expect(found).toHaveLength(300);
});

test("nothing is found by our id in a portal that has no property for it", async () => {
  const bare = await openPortal();
  expect(await bare.crm.find(["contacts"], "accord-id", ["r1"])).toEqual([]);
  await bare.close();
});

test("edit times are those of each property's newest version", async () => {
  const [created] = await portal.crm.write([
    toCreate("r1", { email: "ann@x.example", firstname: "Ann" }),
  ]);
  const ref = contactRef(created?.id ?? "");
  const first = await portal.crm.lastEdits([ref], ["firstname", "email", "lastname"]);
  await portal.crm.write([{ ...toCreate("r1", { firstname: "Anna" }), id: ref.id }]);
  const second = await portal.crm.lastEdits([ref], ["firstname", "email", "lastname"]);
  const [before, after] = [first.get(refKey(ref)), second.get(refKey(ref))];
  expect(Object.keys(before ?? {}).sort()).toEqual(["email", "firstname"]);
  expect(after?.["email"]).toEqual(before?.["email"]);
  const [was, is] = [before, after].map((edits) => edits?.["firstname"]);
  expect(is?.atMs).toBeGreaterThan(was?.atMs ?? 0);
  expect(is?.by).toMatch(/^INTEGRATION /);
});
