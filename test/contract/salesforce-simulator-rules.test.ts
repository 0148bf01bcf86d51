import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { outcome, startToldOrg, type ToldOrg } from "./salesforce-simulator-told.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

let org: ToldOrg;
let nowMs = Date.now();
const REP = "005Dn0000000001IAA";
beforeAll(async () => {
  org = await startToldOrg({ clock: clockTelling(() => nowMs) });
  org.simulator.seed("User", [{ Id: REP, Email: "rep@acme.example", LastName: "Rep" }]);
});
afterAll(() => org.simulator.stop());
afterEach(async () => {
  const kinds = ["validation-rules", "duplicate-rules", "flows", "field-security", "locks"];
  await Promise.all(kinds.map((kind) => org.simulate(kind, "DELETE")));
});

const person = { LastName: "Lee", Company: "Acme" };
const create = async (object: string, values: object): Promise<string> =>
  (await org.connection.sobject(object).create({ ...values })).id ?? "";
const update = (object: string, Id: string, values: object) =>
  org.connection.sobject(object).update({ Id, ...values });
const read = (object: string, id: string) => org.connection.sobject(object).retrieve(id);

describe("a validation rule", () => {
  test("refuses what it names, in the admin's words and at the field", async () => {
    const rule = {
      object: "Lead",
      when: [
        { field: "Status", op: "equals", value: "Working - Contacted" },
        { field: "Phone", op: "isBlank" },
      ],
      message: "A lead being worked needs a phone.",
      field: "Phone",
    };
    await org.simulate("validation-rules", "POST", rule);
    const id = await create("Lead", person);
    await expect(update("Lead", id, { Status: "Working - Contacted" })).rejects.toMatchObject({
      errorCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
      message: "A lead being worked needs a phone.",
      data: { fields: ["Phone"] },
    });
    expect(await read("Lead", id)).toMatchObject({ Status: "Open - Not Contacted" });
    await update("Lead", id, { Status: "Working - Contacted", Phone: "1" });
    expect(await read("Lead", id)).toMatchObject({ Status: "Working - Contacted" });
  });

  test("that is broken does not hide another one that is", async () => {
    for (const message of ["First", "Second"])
      await org.simulate("validation-rules", "POST", {
        object: "Lead",
        when: [{ field: "AnnualRevenue", op: "greaterThan", value: 10 }],
        message,
      });
    const rows = [
      { ...person, AnnualRevenue: 11 },
      { ...person, AnnualRevenue: 9 },
    ];
    expect(await org.connection.sobject("Lead").create(rows)).toMatchObject([
      { success: false, errors: [{ message: "First" }, { message: "Second" }] },
      { success: true },
    ]);
  });

  test("holds where a lead is converted, a record merged, or a value typed by a rep", async () => {
    await org.simulate("validation-rules", "POST", {
      object: "Account",
      when: [{ field: "Phone", op: "isBlank" }],
      message: "No phone",
    });
    const leadId = await create("Lead", person);
    const converted = await org.connection.soap.convertLead({
      leadId,
      convertedStatus: "Closed - Converted",
    });
    expect(converted).toMatchObject({
      success: false,
      errors: [{ statusCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION", message: "No phone" }],
    });
    const [one, two] = [
      await create("Account", { Name: "A", Phone: "1" }),
      await create("Account", { Name: "B", Phone: "2" }),
    ];
    const masterRecord = { type: "Account", Id: one, fieldsToNull: ["Phone"] };
    expect(
      await org.connection.soap.merge({ masterRecord, recordToMergeIds: [two] }),
    ).toMatchObject({ success: false });
    expect(await read("Account", two)).toMatchObject({ Name: "B" });
  });
});

describe("a flow", () => {
  test("changes the record in the same transaction, under its own user", async () => {
    await org.simulate("flows", "POST", {
      object: "Lead",
      on: "create-or-update",
      when: [{ field: "LastName", op: "isChanged" }],
      set: { LastName: { title: "LastName" }, Description: { constant: "Named by the flow" } },
      asUser: REP,
    });
    const id = await create("Lead", { ...person, LastName: "o'neil-LEE" });
    const row = await read("Lead", id);
    expect(row).toMatchObject({
      LastName: "O'Neil-Lee",
      Description: "Named by the flow",
      LastModifiedById: REP,
      CreatedById: org.userId,
    });
    const [event] = await org.told(({ recordIds }) => recordIds.includes(id));
    expect(event).toMatchObject({
      ChangeEventHeader: { changeType: "CREATE", commitUser: REP },
      Name: { LastName: "O'Neil-Lee" },
    });
    await update("Lead", id, { Title: "CEO" });
    expect(await read("Lead", id)).toMatchObject({ LastModifiedById: org.userId });
  });

  test("can put a value back that a caller changed", async () => {
    await org.simulate("flows", "POST", {
      object: "Account",
      on: "update",
      set: { Phone: { restore: true }, Site: { append: " (checked)" }, Name: { prepend: "X " } },
    });
    const id = await create("Account", { Name: "Acme", Phone: "1" });
    await update("Account", id, { Phone: "2", Site: "HQ" });
    await update("Account", id, { Phone: "3" });
    expect(await read("Account", id)).toMatchObject({
      Phone: "1",
      Site: "HQ (checked)",
      Name: "X Acme",
    });
  });

  test("fills a required field, and fails the save where its value does not fit", async () => {
    await org.simulate("flows", "POST", {
      object: "Lead",
      on: "create",
      when: [{ field: "Company", op: "isBlank" }],
      set: { Company: { constant: "Unknown" } },
    });
    const id = await create("Lead", { LastName: "Lee" });
    expect(await read("Lead", id)).toMatchObject({ Company: "Unknown" });
    await org.simulate("flows", "POST", {
      object: "Lead",
      on: "create",
      set: { Email: { copyOf: "LastName" } },
    });
    expect(await outcome(create("Lead", person))).toBe("CANNOT_EXECUTE_FLOW_TRIGGER");
  });
});

describe("a duplicate rule", () => {
  const rule = { object: "Lead", name: "Leads_By_Mail", matchOn: ["Email"], action: "allow" };
  const mail = (address: string) => ({ ...person, Email: address });

  test("that alerts names the record there is, and gives way to who insists", async () => {
    await org.simulate("duplicate-rules", "POST", rule);
    const first = await create("Lead", mail("ann@acme.example"));
    const second = mail("ANN@acme.example");
    const refused = await org.call("/sobjects/Lead", {
      method: "POST",
      body: JSON.stringify(second),
    });
    expect([refused.status, await refused.json()]).toEqual([
      400,
      [
        {
          errorCode: "DUPLICATES_DETECTED",
          message: "Use one of these records?",
          duplicateResut: expect.objectContaining({
            allowSave: true,
            duplicateRule: "Leads_By_Mail",
            duplicateRuleEntityType: "Lead",
            matchResults: [
              expect.objectContaining({
                size: 1,
                matchRecords: [
                  expect.objectContaining({ record: expect.objectContaining({ Id: first }) }),
                ],
              }),
            ],
          }),
        },
      ],
    ]);
    const headers = { "Sforce-Duplicate-Rule-Header": "allowSave=true" };
    const leads = org.connection.sobject("Lead");
    const saved = await leads.create(second, { headers });
    expect(saved.success).toBe(true);
    const row = await read("Lead", saved.id ?? "");
    expect(row).toMatchObject({ Email: "ANN@acme.example" });
  });

  test("that blocks gives way to nobody, and looks at what changed alone", async () => {
    await create("Contact", { LastName: "Lee", Email: "bob@acme.example" });
    await org.simulate("duplicate-rules", "POST", { ...rule, action: "block", against: "Contact" });
    const headers = { "Sforce-Duplicate-Rule-Header": "allowSave=true" };
    const leads = org.connection.sobject("Lead");
    expect(await outcome(leads.create(mail("bob@acme.example"), { headers }))).toBe(
      "DUPLICATES_DETECTED",
    );
    const id = await create("Lead", mail("new@acme.example"));
    expect(await outcome(update("Lead", id, { Email: "bob@acme.example" }))).toBe(
      "DUPLICATES_DETECTED",
    );
    expect(await outcome(update("Lead", id, { Title: "CEO" }))).toBe("it was taken");
    const rows = [{ Id: id, Email: "bob@acme.example" }];
    expect(await leads.update(rows)).toMatchObject([
      { success: false, errors: [{ statusCode: "DUPLICATES_DETECTED" }] },
    ]);
  });
});

describe("a value", () => {
  test("that a restricted picklist lacks is refused until the admin adds it", async () => {
    await org.simulate("objects/Lead/fields/Rating", "PATCH", { restricted: true });
    expect(await outcome(create("Lead", { ...person, Rating: "Lukewarm" }))).toBe(
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    );
    const id = await create("Lead", { ...person, Rating: "Hot" });
    const change = { addValues: ["Lukewarm"], removeValues: ["Hot"] };
    await org.simulate("objects/Lead/fields/Rating", "PATCH", change);
    await update("Lead", id, { Title: "CEO" });
    expect(await read("Lead", id)).toMatchObject({ Rating: "Hot" });
    await update("Lead", id, { Rating: "Lukewarm" });
    expect(await outcome(update("Lead", id, { Rating: "Hot" }))).toBe(
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    );
    const { fields } = await org.connection.sobject("Lead").describe();
    const rating = fields.find(({ name }) => name === "Rating");
    expect(rating?.restrictedPicklist).toBe(true);
    expect(rating?.picklistValues?.map(({ value }) => value)).toEqual(["Warm", "Cold", "Lukewarm"]);
  });

  test("that is too long or missing is refused by the field as the admin has it", async () => {
    await org.simulate("objects/Campaign/fields/Name", "PATCH", { length: 5 });
    await org.simulate("objects/Campaign/fields/Description", "PATCH", { required: true });
    expect(await outcome(create("Campaign", { Name: "Too long", Description: "x" }))).toBe(
      "STRING_TOO_LONG",
    );
    expect(await outcome(create("Campaign", { Name: "Short" }))).toBe("REQUIRED_FIELD_MISSING");
  });
});

describe("field-level security", () => {
  test("takes a field from one user's describe, queries and writes", async () => {
    const hidden = { object: "Lead", field: "Phone", user: org.userId, access: "hidden" };
    const fixed = { object: "Lead", field: "Fax", user: org.userId, access: "read-only" };
    const id = await create("Lead", { ...person, Phone: "1", Fax: "2" });
    await org.simulate("field-security", "POST", hidden);
    await org.simulate("field-security", "POST", fixed);
    const { fields } = await org.connection.sobject("Lead").describe();
    const named = (wanted: string) => fields.find(({ name }) => name === wanted);
    expect(named("Phone")).toBeUndefined();
    expect(named("Fax")).toMatchObject({ createable: false, updateable: false });
    expect(await outcome(org.connection.query("SELECT Phone FROM Lead"))).toBe("INVALID_FIELD");
    expect(await outcome(update("Lead", id, { Phone: "3" }))).toBe("INVALID_FIELD");
    expect(await outcome(update("Lead", id, { Fax: "3" }))).toBe("INVALID_FIELD_FOR_INSERT_UPDATE");
    const asRep = { "X-Simulator-User": REP };
    const change = { method: "PATCH", headers: asRep, body: JSON.stringify({ Phone: "3" }) };
    expect((await org.call(`/sobjects/Lead/${id}`, change)).status).toBe(204);
  });
});

describe("a row that somebody else holds", () => {
  test("cannot be written, nor can its children, until it is let go", async () => {
    const account = await create("Account", { Name: "Acme" });
    const contact = await create("Contact", { LastName: "Lee", AccountId: account });
    await org.simulate("locks", "POST", { recordIds: [account] });
    await expect(update("Contact", contact, { Title: "CEO" })).rejects.toMatchObject({
      errorCode: "UNABLE_TO_LOCK_ROW",
      message: expect.stringContaining(account),
    });
    const free = await create("Contact", { LastName: "Free" });
    const rows = [
      { Id: free, Title: "CEO" },
      { Id: contact, Title: "CEO" },
    ];
    expect(await org.connection.sobject("Contact").update(rows)).toMatchObject([
      { success: true },
      { success: false, errors: [{ statusCode: "UNABLE_TO_LOCK_ROW" }] },
    ]);
    await org.simulate("locks", "DELETE");
    expect(await outcome(update("Contact", contact, { Title: "CEO" }))).toBe("it was taken");
  });

  test("is let go after so many refusals, or so much time", async () => {
    const id = await create("Account", { Name: "Acme" });
    await org.simulate("locks", "POST", { recordIds: [id], refusals: 2 });
    const tries = [];
    for (let n = 0; n < 3; n += 1) tries.push(await outcome(update("Account", id, { Phone: "1" })));
    expect(tries).toEqual(["UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW", "it was taken"]);
    await org.simulate("locks", "POST", { recordIds: [id], forMs: 10_000 });
    expect(await outcome(update("Account", id, { Phone: "2" }))).toBe("UNABLE_TO_LOCK_ROW");
    nowMs += 10_000;
    expect(await outcome(update("Account", id, { Phone: "2" }))).toBe("it was taken");
  });
});

describe("a declaration", () => {
  test.each([
    ["flows", { object: "Led", on: "create", set: {} }, "There is no object Led"],
    [
      "validation-rules",
      { object: "Lead", when: [{ field: "Fon", op: "isBlank" }], message: "x" },
      "Lead has no field Fon",
    ],
    [
      "duplicate-rules",
      { object: "Lead", matchOn: ["email"], action: "block" },
      "The field is spelt Email",
    ],
    ["locks", { recordIds: ["x"] }, "x is no id"],
    ["locks", {}, "recordIds: Invalid input: expected array, received undefined"],
  ])("of %s that cannot hold gets one line: %j", async (kind, body, error) => {
    expect(await org.simulate(kind, "POST", body)).toEqual({ status: 400, body: { error } });
  });

  test("is listed, and goes by its id", async () => {
    const rule = { object: "Lead", when: [{ field: "Fax", op: "isNotBlank" }], message: "No fax" };
    const { body } = await org.simulate("validation-rules", "POST", rule);
    const { id } = body as { id: string };
    expect(await org.simulate("validation-rules", "GET")).toEqual({
      status: 200,
      body: [{ id, ...rule }],
    });
    expect(await org.simulate(`validation-rules/${id}`, "DELETE")).toMatchObject({ status: 204 });
    expect(await org.simulate("validation-rules", "GET")).toEqual({ status: 200, body: [] });
  });
});
