import { Client } from "@hubspot/api-client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";

type Simulator = Awaited<ReturnType<typeof startHubspotSimulator>>;

let simulator: Simulator;
let hubspot: Client;

const START_MS = Date.parse("2026-01-01T00:00:00.000Z");

beforeEach(async () => {
  simulator = await startHubspotSimulator({
    port: 0,
    clock: clockTelling(() => START_MS),
    searchLagMs: { minMs: 0, maxMs: 0 },
    limits: "off",
  });
  hubspot = new Client({ accessToken: "any", basePath: simulator.url });
});
afterEach(() => simulator.stop());

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${simulator.url}${path}`, {
    method,
    headers: { Authorization: "Bearer any" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}

async function refusal(
  work: Promise<unknown>,
): Promise<{ code: number; body: Record<string, unknown> }> {
  const { code, body } = await work.then(
    () => {
      throw new Error("the call was not refused");
    },
    (error) => error,
  );
  return { code, body };
}

async function newContact(properties: Record<string, string>): Promise<string> {
  return (await hubspot.crm.contacts.basicApi.create({ properties })).id;
}

function contacts(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: String(1001 + index),
    createdAt: new Date(START_MS - 1_000_000 + index * 10).toISOString(),
    updatedAt: new Date(START_MS - 1_000_000 + index * 10).toISOString(),
    archived: false,
    properties: { email: `p${index}@x.io`, firstname: `P${index}`, points: String(index % 7) },
  }));
}

describe("reading", () => {
  test("a list is paged by the id of the next record", async () => {
    simulator.seed("contacts", contacts(5));
    const first = await call("GET", "/crm/v3/objects/contacts?limit=2&properties=email,nothing");
    expect(first.body.results.map((each: { id: string }) => each.id)).toEqual(["1001", "1002"]);
    expect(first.body.paging.next.after).toBe("1003");
    expect(first.body.results[0]).toEqual({
      id: "1001",
      properties: {
        createdate: "2025-12-31T23:43:20.000Z",
        email: "p0@x.io",
        hs_object_id: "1001",
        lastmodifieddate: "2025-12-31T23:43:20.000Z",
      },
      createdAt: "2025-12-31T23:43:20.000Z",
      updatedAt: "2025-12-31T23:43:20.000Z",
      archived: false,
      url: "https://app.hubspot.com/contacts/62515001/record/0-1/1001",
    });
    const all = await hubspot.crm.contacts.getAll(2);
    expect(all.map(({ id }) => id)).toEqual(["1001", "1002", "1003", "1004", "1005"]);
  });

  test("both old and dated paths, with and without a slash at the end, answer alike", async () => {
    simulator.seed("contacts", contacts(3));
    simulator.seed("owners", [{ id: "7", email: "a@x.io", archived: false }]);
    for (const [old, dated] of [
      ["/crm/v3/objects/contacts/1001", "/crm/objects/2026-09/contacts/1001"],
      ["/crm/v3/objects/contacts/1001/", "/crm/objects/2026-03/0-1/1001"],
      ["/crm/v3/owners/?limit=5", "/crm/owners/2026-09?limit=5"],
      ["/crm/v3/properties/deals", "/crm/properties/2026-09/0-3"],
      ["/crm/v3/pipelines/deals/default/stages", "/crm/pipelines/2026-09/deals/default/stages"],
      [
        "/crm/v4/objects/contacts/1001/associations/deals",
        "/crm/objects/2026-09/contacts/1001/associations/deals",
      ],
    ] as const) {
      const [first, second] = [await call("GET", old), await call("GET", dated)];
      expect(first.status).toBe(200);
      expect(second).toEqual(first);
    }
  });

  test("a batch read names the records it did not find in a 207", async () => {
    simulator.seed("contacts", contacts(2));
    const { status, body } = await call("POST", "/crm/v3/objects/contacts/batch/read", {
      inputs: [{ id: "P0@X.io" }, { id: "nobody@x.io" }],
      idProperty: "email",
      properties: ["firstname"],
    });
    expect(status).toBe(207);
    expect(body.results.map((each: { id: string }) => each.id)).toEqual(["1001"]);
    expect(body.numErrors).toBe(1);
    expect(body.errors).toEqual([
      {
        status: "error",
        category: "OBJECT_NOT_FOUND",
        message:
          "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.",
        context: { ids: ["nobody@x.io"] },
      },
    ]);
  });

  test("what is not there answers 404, what is not known 400, and who is not known 401", async () => {
    expect((await call("GET", "/crm/v3/objects/contacts/1")).status).toBe(404);
    expect((await call("GET", "/crm/v9/objects/contacts")).status).toBe(404);
    const butterflies = await call("POST", "/crm/v3/objects/butterflies/search", {});
    expect(butterflies.status).toBe(400);
    expect(butterflies.body.message).toBe("Unable to infer object type from: butterflies");
    const anonymous = await fetch(`${simulator.url}/crm/v3/objects/contacts`);
    expect(anonymous.status).toBe(401);
    expect(await anonymous.json()).toMatchObject({ category: "INVALID_AUTHENTICATION" });
  });

  test("history keeps each value with its time and its source, newest first", async () => {
    const id = await newContact({ firstname: "A", email: "a@x.io" });
    await hubspot.crm.contacts.basicApi.update(id, { properties: { firstname: "B" } });
    const { body } = await call(
      "GET",
      `/crm/v3/objects/contacts/${id}?propertiesWithHistory=firstname`,
    );
    expect(body.propertiesWithHistory.firstname).toEqual([
      {
        value: "B",
        timestamp: "2026-01-01T00:00:00.001Z",
        sourceType: "INTEGRATION",
        sourceId: "4242001",
      },
      {
        value: "A",
        timestamp: "2026-01-01T00:00:00.000Z",
        sourceType: "INTEGRATION",
        sourceId: "4242001",
      },
    ]);
  });
});

describe("writing", () => {
  test("a contact made through the API is a lead from an offline source", async () => {
    const id = await newContact({ email: "Ann@X.io" });
    const { properties } = await hubspot.crm.contacts.basicApi.getById(id, [
      "email",
      "lifecyclestage",
      "hs_analytics_source",
      "hs_object_source",
      "hs_v2_date_entered_lead",
      "phone",
    ]);
    expect(properties).toEqual({
      createdate: "2026-01-01T00:00:00.000Z",
      email: "ann@x.io",
      hs_analytics_source: "OFFLINE",
      hs_object_id: id,
      hs_object_source: "INTEGRATION",
      hs_v2_date_entered_lead: "2026-01-01T00:00:00.000Z",
      lastmodifieddate: "2026-01-01T00:00:00.000Z",
      lifecyclestage: "lead",
      phone: null,
    });
  });

  test("an e-mail address belongs to one contact, whatever its case, until that is archived", async () => {
    const id = await newContact({ email: "ann@x.io" });
    const again = await refusal(newContact({ email: "ANN@x.io" }));
    expect(again).toEqual({
      code: 409,
      body: {
        status: "error",
        message: `Contact already exists. Existing ID: ${id}`,
        correlationId: expect.any(String),
        category: "CONFLICT",
      },
    });
    await hubspot.crm.contacts.basicApi.archive(id);
    expect((await call("GET", `/crm/v3/objects/contacts/${id}`)).status).toBe(404);
    expect((await call("GET", `/crm/v3/objects/contacts/${id}?archived=true`)).body.archived).toBe(
      true,
    );
    expect(await newContact({ email: "ann@x.io" })).not.toBe(id);
  });

  test("a batch with a conflict creates nothing, unless its inputs carry trace ids", async () => {
    const id = await newContact({ email: "ann@x.io" });
    const inputs = ["bob@x.io", "ann@x.io"].map((email) => ({
      properties: { email },
      associations: [],
    }));
    const whole = await refusal(hubspot.crm.contacts.batchApi.create({ inputs }));
    expect(whole.code).toBe(409);
    expect(whole.body).toMatchObject({ message: "Contact already exists", category: "CONFLICT" });
    expect((await hubspot.crm.contacts.getAll()).map((each) => each.id)).toEqual([id]);

    const traced = inputs.map((input, at) => ({ ...input, objectWriteTraceId: String(at) }));
    const { status, body } = await call("POST", "/crm/v3/objects/contacts/batch/create", {
      inputs: traced,
    });
    expect(status).toBe(207);
    expect(body.results).toHaveLength(1);
    expect(body.errors).toEqual([
      {
        status: "error",
        category: "CONFLICT",
        message: `Contact already exists. Existing ID: ${id}`,
        context: { objectWriteTraceId: ["1"], existingId: [id] },
      },
    ]);
    const stats = await call("GET", "/_simulator/stats");
    expect(stats.body.writes).toEqual({ creates: 2, updates: 0, archives: 0, associations: 0 });
  });

  test("a record whose association is refused is not created either", async () => {
    const types = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 4 }];
    const associations = [{ to: { id: "99" }, types }];
    const input = { properties: { email: "ann@x.io" }, associations };
    const alone = await call("POST", "/crm/v3/objects/contacts", input);
    expect(alone.status).toBe(404);
    const { status } = await call("POST", "/crm/v3/objects/contacts/batch/create", {
      inputs: [{ ...input, objectWriteTraceId: "0" }],
    });
    expect(status).toBe(207);
    expect((await call("GET", "/crm/v3/objects/contacts")).body).toEqual({ results: [] });
    expect((await call("GET", "/_simulator/stats")).body.writes.creates).toBe(0);
    expect(await newContact({ email: "ann@x.io" })).toEqual(expect.any(String));
  });

  test("a batch update does what it can and names the rest", async () => {
    const id = await newContact({ email: "ann@x.io" });
    const { status, body } = await call("POST", "/crm/objects/2026-09/contacts/batch/update", {
      inputs: [
        { id, properties: { firstname: "Ann" } },
        { id: "77", properties: { firstname: "Nobody" } },
      ],
    });
    expect(status).toBe(207);
    expect(body.results[0].properties.firstname).toBe("Ann");
    expect(body.errors[0].context).toEqual({ ids: ["77"] });
    const twice = await call("POST", "/crm/v3/objects/contacts/batch/update", {
      inputs: [1, 2].map(() => ({ id, properties: { firstname: "Ann" } })),
    });
    expect(twice).toEqual({
      status: 400,
      body: {
        status: "error",
        message: `Duplicate IDs found in batch input: [${id}]. IDs must be unique`,
        correlationId: expect.any(String),
        category: "VALIDATION_ERROR",
        context: { ids: [id] },
      },
    });
  });

  test("a batch of more than a hundred is refused", async () => {
    const inputs = Array.from({ length: 101 }, () => ({
      properties: { firstname: "A" },
      associations: [],
    }));
    expect((await refusal(hubspot.crm.contacts.batchApi.create({ inputs }))).code).toBe(400);
  });

  test.each([
    ["contacts", { shoe_size: "9" }, "PROPERTY_DOESNT_EXIST"],
    ["contacts", { lifecyclestage: "winner" }, "INVALID_OPTION"],
    ["contacts", { hs_object_id: "9" }, "READ_ONLY_VALUE"],
    ["contacts", { hs_analytics_source_data_1: "x" }, "READ_ONLY_VALUE"],
    ["contacts", { email: "not an address" }, "INVALID_EMAIL"],
    ["contacts", { hubspot_owner_id: "8" }, "INVALID_OWNER_ID"],
    ["deals", { amount: "much" }, "INVALID_DOUBLE"],
    ["deals", { closedate: "soon" }, "INVALID_LONG"],
    ["deals", { dealstage: "nowhere" }, "INVALID_STAGE"],
    ["deals", { hs_is_closed_won: "true" }, "READ_ONLY_VALUE"],
  ])("in %s, %o is refused as %s", async (objectType, properties, code) => {
    simulator.seed("owners", [{ id: "7", email: "a@x.io", archived: false }]);
    const { status, body } = await call("POST", `/crm/v3/objects/${objectType}`, { properties });
    expect(status).toBe(400);
    expect(body.category).toBe("VALIDATION_ERROR");
    expect(body.errors).toEqual([
      { message: expect.any(String), code, context: { propertyName: Object.keys(properties) } },
    ]);
    expect(body.message).toContain('Property values were not valid: [{"isValid":false');
  });

  test("a lifecycle stage moves forward only, unless it was cleared in an earlier request", async () => {
    const id = await newContact({ email: "ann@x.io", lifecyclestage: "opportunity" });
    const stage = async (lifecyclestage: string) => {
      await hubspot.crm.contacts.basicApi.update(id, { properties: { lifecyclestage } });
      return (await hubspot.crm.contacts.basicApi.getById(id, ["lifecyclestage"])).properties[
        "lifecyclestage"
      ];
    };
    expect(await stage("lead")).toBe("opportunity");
    expect(await stage("customer")).toBe("customer");
    expect(await stage("")).toBeNull();
    expect(await stage("lead")).toBe("lead");
  });

  test("a deal that is won is closed, and its stage is stamped", async () => {
    const { id } = await hubspot.crm.deals.basicApi.create({
      properties: { dealname: "D", dealstage: "qualifiedtobuy", amount: "10.50" },
    });
    await hubspot.crm.deals.basicApi.update(id, { properties: { dealstage: "closedwon" } });
    const names = ["amount", "pipeline", "hs_is_closed_won", "hs_v2_date_entered_closedwon"];
    const { properties } = await hubspot.crm.deals.basicApi.getById(id, names);
    expect(properties).toMatchObject({
      amount: "10.50",
      pipeline: "default",
      hs_is_closed_won: "true",
      hs_v2_date_entered_closedwon: "2026-01-01T00:00:00.001Z",
    });
  });

  test("an upsert by a unique property creates once and updates from then on", async () => {
    await hubspot.crm.properties.coreApi.create("contacts", {
      name: "record_key",
      label: "Record key",
      type: "string",
      fieldType: "text",
      groupName: "contactinformation",
      hasUniqueValue: true,
    } as never);
    const upsert = async (firstname: string) => {
      const inputs = [{ id: "K1", idProperty: "record_key", properties: { firstname } }];
      const { body } = await call("POST", "/crm/v3/objects/contacts/batch/upsert", { inputs });
      return body.results.map((each: { id: string; new: boolean }) => [each.id, each.new]);
    };
    const [[id, isNew]] = await upsert("A");
    expect(isNew).toBe(true);
    expect(await upsert("B")).toEqual([[id, false]]);
    const byKey = await call("GET", "/crm/v3/objects/contacts/K1?idProperty=record_key");
    expect(byKey.body.properties.firstname).toBe("B");
    const taken = await call("POST", "/crm/v3/objects/contacts", {
      properties: { firstname: "C", record_key: "K1" },
    });
    expect(taken.status).toBe(400);
  });

  test("merged contacts live on under a new id, to which both old ids lead", async () => {
    const [ann, anna] = [
      await newContact({ email: "ann@x.io" }),
      await newContact({ email: "anna@x.io" }),
    ];
    const merged = await hubspot.crm.contacts.basicApi.merge({
      primaryObjectId: ann ?? "",
      objectIdToMerge: anna ?? "",
    });
    expect([ann, anna]).not.toContain(merged.id);
    expect(merged.properties).toMatchObject({
      email: "ann@x.io",
      hs_additional_emails: "anna@x.io",
      hs_merged_object_ids: `${ann};${anna}`,
    });
    expect((await hubspot.crm.contacts.basicApi.getById(anna ?? "")).id).toBe(merged.id);
    const batch = await call("POST", "/crm/v3/objects/contacts/batch/read", {
      inputs: [{ id: ann }],
    });
    expect(batch.status).toBe(207);
  });
});

describe("searching", () => {
  const search = async (body: unknown, objectType = "contacts") =>
    call("POST", `/crm/v3/objects/${objectType}/search`, body);
  const found = async (...filters: object[]) => {
    const { body } = await search({ filterGroups: [{ filters }], limit: 200 });
    return body.results.map((each: { id: string }) => each.id);
  };
  const where = (propertyName: string, operator: string, value?: string) => ({
    propertyName,
    operator,
    ...(value === undefined ? {} : { value }),
  });

  test("pages by offset through everything modified since a moment, in order", async () => {
    simulator.seed("contacts", contacts(450));
    await hubspot.crm.contacts.basicApi.update("1300", { properties: { firstname: "Late" } });
    const sinceMs = START_MS - 1_000_000 + 100;
    const seen: string[] = [];
    let after: string | undefined = "0";
    while (after !== undefined) {
      const page: {
        total: number;
        results: { id: string }[];
        paging?: { next?: { after: string } };
      } = await hubspot.crm.contacts.searchApi.doSearch({
        filterGroups: [{ filters: [where("lastmodifieddate", "GTE", String(sinceMs))] }] as never,
        sorts: [{ propertyName: "lastmodifieddate", direction: "ASCENDING" }] as never,
        limit: 200,
        after,
      });
      expect(page.total).toBe(440);
      seen.push(...page.results.map(({ id }) => id));
      after = page.paging?.next?.after;
    }
    expect(seen).toHaveLength(440);
    expect([seen[0], seen.at(-1)]).toEqual(["1011", "1300"]);
    expect(new Set(seen).size).toBe(440);
  });

  test("operators compare numbers as numbers, times as times and text whatever its case", async () => {
    simulator.seed("contacts", [
      {
        id: "9",
        updatedAt: "2025-01-01T00:00:00.000Z",
        properties: { firstname: "Ann", phone: "1" },
      },
      { id: "10", updatedAt: "2025-06-01T00:00:00.000Z", properties: { firstname: "Bob" } },
      { id: "11", updatedAt: "2025-12-01T00:00:00.000Z", properties: { lastname: "Annson" } },
    ]);
    expect(await found(where("hs_object_id", "GT", "9"))).toEqual(["10", "11"]);
    expect(await found(where("lastmodifieddate", "LT", "2025-06-01T00:00:00.000Z"))).toEqual(["9"]);
    expect(
      await found({
        ...where("lastmodifieddate", "BETWEEN", "2025-05-01"),
        highValue: "2026-01-01",
      }),
    ).toEqual(["10", "11"]);
    expect(await found(where("firstname", "EQ", "ANN"))).toEqual(["9"]);
    expect(await found(where("firstname", "NEQ", "Ann"))).toEqual(["10"]);
    expect(
      await found({ propertyName: "firstname", operator: "IN", values: ["bob", "ann"] }),
    ).toEqual(["9", "10"]);
    expect(await found(where("firstname", "NOT_HAS_PROPERTY"))).toEqual(["11"]);
    expect(
      await found(where("phone", "HAS_PROPERTY"), where("firstname", "CONTAINS_TOKEN", "an*")),
    ).toEqual(["9"]);
    expect((await search({ query: "ann" })).body.total).toBe(2);
    const sorted = await search({ sorts: ["-firstname"] });
    expect(sorted.body.results.map((each: { id: string }) => each.id)).toEqual(["10", "9", "11"]);
  });

  test("an archived record is found no more", async () => {
    const id = await newContact({ email: "ann@x.io" });
    await hubspot.crm.contacts.basicApi.archive(id);
    expect((await search({})).body.total).toBe(0);
  });

  test.each([
    ["a page of more than 200", { limit: 201 }],
    ["results beyond the ten thousandth", { limit: 200, after: 9_900 }],
    ["a body of more than 3,000 characters", { query: "x".repeat(3_000) }],
    ["a second sort", { sorts: ["email", "phone"] }],
    ["a sixth group", { filterGroups: Array.from({ length: 6 }, () => ({ filters: [] })) }],
    [
      "an unknown operator",
      { filterGroups: [{ filters: [{ propertyName: "email", operator: "LIKE", value: "a" }] }] },
    ],
    [
      "an unknown property",
      { filterGroups: [{ filters: [{ propertyName: "shoe", operator: "EQ", value: "a" }] }] },
    ],
  ])("%s is refused", async (_what, body) => {
    const { status, body: answer } = await search(body);
    expect([status, answer.category]).toEqual([400, "VALIDATION_ERROR"]);
  });

  test("a page of 200 out of 10,000 by modification takes milliseconds", async () => {
    simulator.seed("contacts", contacts(10_000));
    const body = {
      filterGroups: [{ filters: [where("lastmodifieddate", "GTE", "0")] }],
      sorts: ["lastmodifieddate"],
      limit: 200,
    };
    const timesMs: number[] = [];
    for (let run = 0; run < 15; run += 1) {
      const startMs = performance.now();
      expect((await search(body)).body.results).toHaveLength(200);
      timesMs.push(performance.now() - startMs);
    }
    expect(Math.min(...timesMs)).toBeLessThan(50);
  });
});

describe("associating", () => {
  const linkedTo = async (id: string, to: string) =>
    (await call("GET", `/crm/v4/objects/contacts/${id}/associations/${to}`)).body.results;

  test("a primary company is associated from both sides and mirrored on the contact", async () => {
    const ann = await newContact({ email: "ann@x.io" });
    const make = async (name: string) =>
      (await hubspot.crm.companies.basicApi.create({ properties: { name } })).id;
    const [acme, apex] = [await make("Acme"), await make("Apex")];
    const primary = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 1 }] as never;
    await hubspot.crm.associations.v4.basicApi.create("contacts", ann, "companies", acme, primary);
    const labels = await hubspot.crm.associations.v4.basicApi.create(
      "contacts",
      ann,
      "companies",
      apex,
      primary,
    );
    expect(labels).toMatchObject({
      fromObjectId: Number(ann),
      toObjectId: Number(apex),
      labels: ["Primary"],
    });
    const plain = { category: "HUBSPOT_DEFINED", typeId: 279, label: null };
    expect(await linkedTo(ann, "companies")).toEqual([
      { toObjectId: Number(acme), associationTypes: [plain] },
      {
        toObjectId: Number(apex),
        associationTypes: [{ category: "HUBSPOT_DEFINED", typeId: 1, label: "Primary" }, plain],
      },
    ]);
    const contact = await call(
      "GET",
      `/crm/v3/objects/contacts/${ann}?properties=associatedcompanyid&associations=companies`,
    );
    expect(contact.body.properties.associatedcompanyid).toBe(apex);
    expect(contact.body.associations.companies.results).toEqual([
      { id: acme, type: "contact_to_company_unlabeled" },
      { id: apex, type: "contact_to_company" },
      { id: apex, type: "contact_to_company_unlabeled" },
    ]);
    await hubspot.crm.associations.v4.basicApi.archive("companies", apex, "contacts", ann);
    expect(await linkedTo(ann, "companies")).toHaveLength(1);
    expect(
      (await hubspot.crm.contacts.basicApi.getById(ann, ["associatedcompanyid"])).properties[
        "associatedcompanyid"
      ],
    ).toBeNull();
  });

  test("batches create, read and archive; a record with no associations is an error of its own", async () => {
    const [ann, bob] = [
      await newContact({ firstname: "Ann" }),
      await newContact({ firstname: "Bob" }),
    ];
    const { id: deal } = await hubspot.crm.deals.basicApi.create({ properties: { dealname: "D" } });
    const types = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 3 }];
    const created = await call("POST", "/crm/associations/2026-09/deals/contacts/batch/create", {
      inputs: [
        { from: { id: deal }, to: { id: ann }, types },
        { from: { id: deal }, to: { id: "99" }, types },
      ],
    });
    expect([created.status, created.body.numErrors, created.body.results.length]).toEqual([
      207, 1, 1,
    ]);
    const read = await call("POST", "/crm/v4/associations/contacts/deals/batch/read", {
      inputs: [{ id: ann }, { id: bob }],
    });
    expect(read.status).toBe(207);
    expect(read.body.results).toEqual([
      {
        from: { id: ann },
        to: [
          {
            toObjectId: Number(deal),
            associationTypes: [{ category: "HUBSPOT_DEFINED", typeId: 4, label: null }],
          },
        ],
      },
    ]);
    expect(read.body.errors).toEqual([
      {
        status: "error",
        category: "OBJECT_NOT_FOUND",
        subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
        message: `No deal is associated with contact ${bob}.`,
        context: { fromObjectId: [bob], fromObjectType: ["contact"], toObjectType: ["deal"] },
      },
    ]);
    await hubspot.crm.associations.v4.batchApi.archive("contacts", "deals", {
      inputs: [{ _from: { id: ann ?? "" }, to: [{ id: deal }] }],
    });
    expect(await linkedTo(ann ?? "", "deals")).toEqual([]);
  });

  test("an account's own labels are a set that each write replaces", async () => {
    const ann = await newContact({ firstname: "Ann" });
    const { id: deal } = await hubspot.crm.deals.basicApi.create({ properties: { dealname: "D" } });
    const defined = await call("POST", "/crm/v4/associations/contacts/deals/labels", {
      label: "Champion",
      name: "champion",
    });
    const champion = defined.body.results[0].typeId;
    const put = (specs: unknown) =>
      call("PUT", `/crm/v4/objects/contacts/${ann}/associations/deals/${deal}`, specs);
    const labelled = await put([
      { associationCategory: "USER_DEFINED", associationTypeId: champion },
    ]);
    expect([labelled.status, labelled.body.labels]).toEqual([201, ["Champion"]]);
    const plain = await put([{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 4 }]);
    expect(plain.body.labels).toEqual([]);
  });

  test("a lead needs a name and a primary contact, and goes with it", async () => {
    const ann = await newContact({ firstname: "Ann" });
    const properties = { hs_lead_name: "Ann at Acme" };
    const alone = await call("POST", "/crm/v3/objects/leads", { properties });
    expect(alone.status).toBe(400);
    const types = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 578 }];
    const lead = await call("POST", "/crm/objects/2026-09/0-136", {
      properties,
      associations: [{ to: { id: ann }, types }],
    });
    expect(lead.status).toBe(201);
    await call("DELETE", `/crm/v4/objects/leads/${lead.body.id}/associations/contacts/${ann}`);
    expect((await call("GET", `/crm/v3/objects/leads/${lead.body.id}`)).status).toBe(404);
  });
});
