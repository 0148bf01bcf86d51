import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Account, openAccount, refusal } from "./hubspot-simulator-account.ts";

let account: Account;

beforeEach(async () => {
  account = await openAccount();
});
afterEach(() => account.simulator.stop());

const DATED = "/crm/objects/2026-09";
const UNDATED = "/crm/v3/objects";

const problemsOf = (body: { errors?: { code: string; context: { propertyName: string[] } }[] }) =>
  (body.errors ?? []).map(({ code, context }) => [...context.propertyName, code]);

describe("an enumeration", () => {
  const define = (more: object = {}) =>
    account.hubspot.crm.properties.coreApi.create("contacts", {
      name: "region",
      label: "Region",
      type: "enumeration",
      fieldType: "select",
      groupName: "contactinformation",
      options: [
        { label: "North", value: "north", displayOrder: 0, hidden: false },
        { label: "South", value: "south", displayOrder: 1, hidden: false },
      ],
      ...more,
    } as never);
  const write = (id: string, region: string) =>
    account.call("PATCH", `${UNDATED}/contacts/${id}`, { properties: { region } });

  test("takes the value of an option as it is written, and no label, other case or unknown value", async () => {
    await define();
    const id = await account.newContact({ email: "ann@x.io", region: "north" });
    for (const region of ["North", "NORTH", "east"]) {
      const { status, body } = await write(id, region);
      expect([status, body.category, problemsOf(body)]).toEqual([
        400,
        "VALIDATION_ERROR",
        [["region", "INVALID_OPTION"]],
      ]);
    }
    expect((await write(id, "")).body.properties.region).toBeUndefined();
  });

  test("takes a new value once an admin has added its option, and refuses one twice the same", async () => {
    await define();
    const id = await account.newContact({ email: "ann@x.io" });
    const { options } = await account.hubspot.crm.properties.coreApi.getByName(
      "contacts",
      "region",
    );
    const east = { label: "East", value: "east", displayOrder: 2, hidden: false };
    await account.hubspot.crm.properties.coreApi.update("contacts", "region", {
      options: [...options, east],
    } as never);
    expect((await write(id, "east")).body.properties.region).toBe("east");
    const twice = account.hubspot.crm.properties.coreApi.update("contacts", "region", {
      options: [east, east],
    } as never);
    expect((await refusal(twice)).code).toBe(400);
  });

  test("of several values replaces them all, or adds to them behind a leading semicolon", async () => {
    await define({ fieldType: "checkbox" });
    const id = await account.newContact({ email: "ann@x.io", region: "north" });
    expect((await write(id, ";south")).body.properties.region).toBe("north;south");
    expect((await write(id, "south")).body.properties.region).toBe("south");
    expect((await write(id, "south;east")).status).toBe(400);
  });

  test("of HubSpot's own may get new options, and no other type", async () => {
    const { coreApi } = account.hubspot.crm.properties;
    const { options } = await coreApi.getByName("contacts", "hs_lead_status");
    const parked = { label: "Parked", value: "PARKED", displayOrder: 99, hidden: false };
    await coreApi.update("contacts", "hs_lead_status", { options: [...options, parked] } as never);
    const id = await account.newContact({ email: "ann@x.io", hs_lead_status: "PARKED" });
    expect(id).toEqual(expect.any(String));
    const retyped = coreApi.update("contacts", "hs_lead_status", { type: "string" } as never);
    expect((await refusal(retyped)).body).toMatchObject({ category: "VALIDATION_ERROR" });
  });
});

describe("a lifecycle stage", () => {
  test("that an account has added has its place in the order", async () => {
    const { coreApi } = account.hubspot.crm.properties;
    const { options } = await coreApi.getByName("contacts", "lifecyclestage");
    const trial = { label: "Trial", value: "88001", displayOrder: 9, hidden: false };
    const at = options.findIndex(({ value }) => value === "opportunity");
    await coreApi.update("contacts", "lifecyclestage", {
      options: [...options.slice(0, at), trial, ...options.slice(at)],
    } as never);
    const id = await account.newContact({ email: "ann@x.io", lifecyclestage: "88001" });
    const stageAfter = async (lifecyclestage: string, headers = {}) => {
      const path = `${UNDATED}/contacts/${id}`;
      const properties = { lifecyclestage };
      return (await account.send("PATCH", path, { properties }, headers)).body.properties
        .lifecyclestage;
    };
    expect(await stageAfter("salesqualifiedlead")).toBe("88001");
    expect(await stageAfter("opportunity")).toBe("opportunity");
    expect(await stageAfter("88001")).toBe("opportunity");
    expect(await stageAfter("lead", { "X-Simulator-Source": "CRM_UI" })).toBe("lead");
  });
});

describe("an admin's required properties", () => {
  const require = (rules: object, object = "contacts") =>
    account.call("PUT", `/_simulator/required-properties/${object}`, rules);
  const create = (base: string, object: string, properties: object) =>
    account.call("POST", `${base}/${object}`, { properties });

  test("are required of a new record on the paths of 2026-09, and on no older one", async () => {
    await require({ onCreate: ["jobtitle", "lastname"] });
    const ann = { email: "ann@x.io", lastname: "A" };
    expect(await create(DATED, "contacts", ann)).toEqual({
      status: 400,
      body: {
        status: "error",
        message: "Error creating CONTACT. Some required properties were not set.",
        correlationId: expect.any(String),
        category: "VALIDATION_ERROR",
        context: { properties: ["jobtitle"] },
      },
    });
    expect((await create("/crm/objects/2026-03", "contacts", ann)).status).toBe(201);
    const bob = { email: "bob@x.io", lastname: "B" };
    expect((await create(UNDATED, "contacts", bob)).status).toBe(201);
    const cid = { email: "cid@x.io", lastname: "C", jobtitle: "CEO" };
    expect((await create(DATED, "contacts", cid)).status).toBe(201);
  });

  test("in a batch refuse all of it, or with trace ids the one record that lacks them", async () => {
    await require({ onCreate: ["jobtitle"] });
    const inputs = [{ email: "ann@x.io", jobtitle: "CEO" }, { email: "bob@x.io" }].map(
      (properties, at) => ({ properties, objectWriteTraceId: String(at) }),
    );
    const path = `${DATED}/contacts/batch/create`;
    const untraced = inputs.map(({ properties }) => ({ properties }));
    expect((await account.call("POST", path, { inputs: untraced })).status).toBe(400);
    const { status, body } = await account.call("POST", path, { inputs });
    expect([status, body.results.length, body.errors.length]).toEqual([207, 1, 1]);
    expect(body.errors[0].context).toEqual({
      objectWriteTraceId: ["1"],
      properties: ["jobtitle"],
    });
  });

  test("of a condition are required while it holds, by every write that touches it", async () => {
    const condition = {
      property: "dealstage",
      values: ["closedlost"],
      requires: ["closed_lost_reason"],
    };
    await require({ conditional: [condition] }, "deals");
    const { body: deal } = await create(DATED, "deals", {
      dealname: "D",
      dealstage: "qualifiedtobuy",
    });
    const update = (properties: object, base = DATED) =>
      account.call("PATCH", `${base}/deals/${deal.id}`, { properties });
    const refused = await update({ dealstage: "closedlost" });
    expect([refused.status, refused.body.message, refused.body.context]).toEqual([
      400,
      "Error updating DEAL. Some required properties were not set.",
      { properties: ["closed_lost_reason"] },
    ]);
    const lost = { dealstage: "closedlost", closed_lost_reason: "Price" };
    expect((await update(lost)).status).toBe(200);
    expect((await update({ closed_lost_reason: "" })).status).toBe(400);
    expect((await update({ closed_lost_reason: "" }, UNDATED)).status).toBe(200);
    expect((await update({ dealname: "E" })).status).toBe(200);
  });

  test("must exist, and are read back as they were set", async () => {
    expect((await require({ onCreate: ["shoe_size"] })).status).toBe(404);
    expect((await require({ always: true })).status).toBe(400);
    await require({ onCreate: ["jobtitle"] });
    expect((await account.call("GET", "/_simulator/required-properties/contacts")).body).toEqual({
      onCreate: ["jobtitle"],
      conditional: [],
    });
  });
});

describe("an admin's rules on values", () => {
  const rule = (property: string, ruleType: string, ...ruleArguments: string[]) =>
    account.call("PUT", `/crm/property-validations/2026-09/0-1/${property}/rule-type/${ruleType}`, {
      ruleArguments,
    });

  test.each([
    ["zip", "ALPHANUMERIC", ["NUMERIC_ONLY"], "12345", "1234A", "INVALID_ALPHA"],
    ["jobtitle", "MIN_LENGTH", ["3"], "CEO", "VP", "INVALID_MIN_LENGTH"],
    ["jobtitle", "MAX_LENGTH", ["3"], "CEO", "Chief", "INVALID_MAX_LENGTH"],
    ["email", "EMAIL_BLOCKED_DOMAINS", ["x.io"], "a@y.io", "a@x.io", "INVALID_EMAIL_DOMAIN"],
  ])("on %s, %s %o takes %s and refuses %s", async (name, kind, args, good, bad, code) => {
    expect((await rule(name, kind, ...args)).status).toBe(204);
    const write = (value: string) =>
      account.call("POST", `${UNDATED}/contacts`, {
        properties: { firstname: "A", [name]: value },
      });
    const refused = await write(bad);
    expect([refused.status, problemsOf(refused.body)]).toEqual([400, [[name, code]]]);
    expect(refused.body.message).toMatch(/^Property values were not valid: \[\{"isValid":false/);
    expect((await write(good)).status).toBe(201);
  });

  test("are listed by object and by property, one of each kind, and leave clearing free", async () => {
    await rule("zip", "MIN_LENGTH", "3");
    await rule("zip", "MAX_LENGTH", "9");
    await rule("zip", "MIN_LENGTH", "4");
    const rules = [
      { ruleType: "MAX_LENGTH", ruleArguments: ["9"], shouldApplyNormalization: false },
      { ruleType: "MIN_LENGTH", ruleArguments: ["4"], shouldApplyNormalization: false },
    ];
    const all = await account.call("GET", "/crm/v3/property-validations/0-1");
    expect(all.body.results).toEqual([{ propertyName: "zip", propertyValidationRules: rules }]);
    const one = await account.call("GET", "/crm/v3/property-validations/0-1/zip");
    expect(one.body.results).toEqual(rules);
    const id = await account.newContact({ firstname: "A", zip: "1234" });
    const cleared = await account.call("PATCH", `${UNDATED}/contacts/${id}`, {
      properties: { zip: "" },
    });
    expect(cleared.status).toBe(200);
    expect((await rule("zip", "MOOD", "good")).status).toBe(400);
    expect((await rule("shoe_size", "MIN_LENGTH", "1")).status).toBe(404);
  });
});

test("a calculated property cannot be written, whoever has defined it", async () => {
  await account.hubspot.crm.properties.coreApi.create("deals", {
    name: "double_amount",
    label: "Double",
    type: "number",
    fieldType: "calculation_equation",
    groupName: "dealinformation",
    calculationFormula: "amount * 2",
  } as never);
  for (const name of ["double_amount", "amount_in_home_currency", "hs_closed_amount"]) {
    const { status, body } = await account.call("POST", `${UNDATED}/deals`, {
      properties: { dealname: "D", [name]: "1" },
    });
    expect([status, problemsOf(body)]).toEqual([400, [[name, "READ_ONLY_VALUE"]]]);
  }
});
