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

test.each([
  ["a currency that the portal does not have", { amount: "1000", deal_currency_code: "JPY" }],
  ["an amount that is no number", { amount: "a lot", deal_currency_code: "USD" }],
])(
  "P4: an amount is refused whole, since half of it would be another sum: %s",
  async (_what, sum) => {
    const before = { amount: "12.34", deal_currency_code: "USD", dealname: "Deal" };
    portal.simulator.seed("deals", [{ id: "8", properties: before }]);
    const [result] = await portal.crm.write([
      { recordId: "r8", object: "deals", id: "8", properties: { ...sum, dealname: "Renamed" } },
    ]);
    const refused = result?.refused.map(({ property }) => property).sort();
    expect(refused).toEqual(["amount", "deal_currency_code"]);
    const ref = { system: "hubspot", object: "deals", id: "8" } as const;
    const seen = (await portal.crm.observe([ref])).get(refKey(ref));
    expect(seen?.properties).toMatchObject({ ...before, dealname: "Renamed" });
  },
);

test.each([
  ["USD", [], "1000"],
  ["JPY", ["amount", "currency_of_old"], "12.34"],
])(
  "P4: a portal that keeps no currency takes amounts of its only one, and no other: %s",
  async (currency, refused, amount) => {
    portal.simulator.seed("deals", [{ id: "8", properties: { amount: "12.34" } }]);
    const amounts = ["amount", "currency_of_old"];
    const shape = { object: "deals", idProperty: "accord_id", properties: ["amount"] };
    const crm = portal.openCrm({ shapes: [{ ...shape, amounts: [amounts] }] });
    const properties = { amount: "1000", currency_of_old: currency };
    const [result] = await crm.write([{ recordId: "r8", object: "deals", id: "8", properties }]);
    expect(result?.refused.map(({ property }) => property).sort()).toEqual(refused);
    const ref = { system: "hubspot", object: "deals", id: "8" } as const;
    expect((await crm.observe([ref])).get(refKey(ref))?.properties).toMatchObject({ amount });
  },
);

test("P4, K1: what definitions rule out is known before the call, and the rest is written", async () => {
  seedContact("1");
  await portal.crm.write([toUpdate("1", { firstname: "Ann" })]);
  portal.takeSeen();
  const [result] = await portal.crm.write([
    toUpdate("1", {
      firstname: "Anna",
      hs_lead_status: "NOT_THERE",
      nope: "x",
      createdate: "2026-01-01T00:00:00Z",
      jobtitle: "x".repeat(65_537),
    }),
  ]);
  expect(portal.takeSeen()).toHaveLength(1);
  expect(
    result?.refused
      .map(({ property, code, cause, facts }) => [property, code, cause, facts?.label])
      .sort(),
  ).toEqual([
    ["createdate", "READ_ONLY_VALUE", "no-permission", "Createdate"],
    ["hs_lead_status", "INVALID_OPTION", "value-not-in-picklist", "Lead status"],
    ["jobtitle", "TOO_LONG", "too-long", "Jobtitle"],
    ["nope", "PROPERTY_DOESNT_EXIST", "field-missing", undefined],
  ]);
  expect(
    result?.refused.find(({ property }) => property === "hs_lead_status")?.facts,
  ).toMatchObject({
    options: expect.arrayContaining(["NEW", "OPEN"]),
  });
  expect(await valuesOf("1", "firstname")).toEqual(["Anna"]);
});

test("K3: a fingerprint changes with the property's options, and with nothing else", async () => {
  const factsOf = async () => {
    const facts = await portal.crm.propertyFacts("contacts", ["hs_lead_status", "nope"]);
    return facts.get("hs_lead_status")?.fingerprint;
  };
  const before = await factsOf();
  expect([typeof before, await factsOf()]).toEqual(["string", before]);
  await call(
    portal,
    "/crm/v3/properties/contacts/hs_lead_status",
    {
      options: [{ label: "New", value: "NEW", displayOrder: 0, hidden: false }],
    },
    "PATCH",
  );
  expect(await factsOf()).not.toBe(before);
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
