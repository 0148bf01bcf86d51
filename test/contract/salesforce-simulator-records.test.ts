import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type RunningOrg, startOrg } from "./salesforce-simulator-org.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

let org: RunningOrg;

beforeAll(async () => {
  org = await startOrg();
});
afterAll(() => org.simulator.stop());

const refusal = async (call: Promise<unknown>) =>
  call.then(
    () => "it was taken",
    ({ errorCode, message }: { errorCode: string; message: string }) => ({ errorCode, message }),
  );

const lead = (more: object = {}) => ({ LastName: "Lee", Company: "Acme", ...more });

describe("one record", () => {
  test("is created, read, changed and deleted", async () => {
    const leads = org.connection.sobject("Lead");
    const created = await leads.create(lead({ FirstName: "Ann", Email: "ann@acme.example" }));
    expect(created).toEqual({
      id: expect.stringMatching(/^00Q\w{15}$/),
      success: true,
      errors: [],
    });
    const id = created.id ?? "";
    await leads.update({ Id: id, Title: "CEO" });
    expect(await leads.retrieve(id)).toMatchObject({
      attributes: { type: "Lead", url: `/services/data/v67.0/sobjects/Lead/${id}` },
      Name: "Ann Lee",
      Title: "CEO",
      Status: "Open - Not Contacted",
      OwnerId: org.userId,
      CreatedById: org.userId,
      CurrencyIsoCode: "USD",
      IsConverted: false,
      Phone: null,
      Address: null,
    });
    await leads.destroy(id);
    expect(await refusal(leads.retrieve(id))).toEqual({
      errorCode: "ENTITY_IS_DELETED",
      message: "entity is deleted",
    });
  });

  test("answers to its 15-character id as well as to the one of 18", async () => {
    const { id = "" } = await org.connection.sobject("Lead").create(lead());
    const short = await org.call(`/sobjects/Lead/${id.slice(0, 15)}?fields=Id`);
    expect(await short.json()).toMatchObject({ Id: id });
    const found = await org.connection.query(`SELECT Id FROM Lead WHERE Id = '${id.slice(0, 15)}'`);
    expect(found.records).toEqual([expect.objectContaining({ Id: id })]);
    const lower = await org.call(`/sobjects/Lead/${id.toLowerCase()}?fields=Id`);
    expect(await lower.json()).toMatchObject({ Id: id });
  });

  test("gets a later SystemModstamp with every write", async () => {
    const leads = org.connection.sobject("Lead");
    const stamps: string[] = [];
    for (const name of ["A", "B", "C"]) {
      const { id = "" } = await leads.create(lead({ LastName: name }));
      const row = await leads.retrieve(id);
      stamps.push(String(row["SystemModstamp"]));
    }
    expect(stamps).toEqual([...new Set(stamps)].sort());
    expect(stamps[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
  });

  test.each([
    ["Lead", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName, Company]"],
    ["Lead", lead({ Nope: 1 }), "INVALID_FIELD", "No such column 'Nope' on sobject of type Lead"],
    [
      "Lead",
      lead({ MasterRecordId: null }),
      "INVALID_FIELD_FOR_INSERT_UPDATE",
      "Unable to create/update fields: MasterRecordId. Please check the security settings of this field and verify that it is read/write for your profile or permission set.",
    ],
    [
      "Lead",
      lead({ Email: "nobody" }),
      "INVALID_EMAIL_ADDRESS",
      "Email: invalid email address: nobody",
    ],
    [
      "Lead",
      lead({ FirstName: "x".repeat(41) }),
      "STRING_TOO_LONG",
      `First Name: data value too large: ${"x".repeat(41)} (max length=40)`,
    ],
    [
      "Lead",
      lead({ CurrencyIsoCode: "XXX" }),
      "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
      "Currency Iso Code: bad value for restricted picklist field: XXX",
    ],
    [
      "Contact",
      { LastName: "Lee", AccountId: "nonsense" },
      "MALFORMED_ID",
      "Account ID: id value of incorrect type: nonsense",
    ],
    [
      "Contact",
      { LastName: "Lee", AccountId: "001000000000001AAA" },
      "INVALID_CROSS_REFERENCE_KEY",
      "invalid cross reference id",
    ],
    [
      "Opportunity",
      { Name: "Big" },
      "REQUIRED_FIELD_MISSING",
      "Required fields are missing: [StageName, CloseDate]",
    ],
    ["CampaignMember", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [CampaignId]"],
    [
      "OpportunityContactRole",
      {},
      "REQUIRED_FIELD_MISSING",
      "Required fields are missing: [OpportunityId, ContactId]",
    ],
  ])("of %s with %j is refused with %s", async (type, values, errorCode, message) => {
    expect(await refusal(org.connection.sobject(type).create(values))).toEqual({
      errorCode,
      message,
    });
  });

  test("is refused in an array, with the fields at fault", async () => {
    const answer = await org.call("/sobjects/Lead", { method: "POST", body: '{"LastName":"Lee"}' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual([
      {
        message: "Required fields are missing: [Company]",
        errorCode: "REQUIRED_FIELD_MISSING",
        fields: ["Company"],
      },
    ]);
    expect(answer.headers.get("sforce-limit-info")).toMatch(/^api-usage=\d+\/5000000$/);
  });

  test("takes an unknown value of a picklist that is not restricted", async () => {
    const { success } = await org.connection.sobject("Lead").create(lead({ LeadSource: "Olist" }));
    expect(success).toBe(true);
  });

  test.each(["61936629.31", "9007199254740993.01", "1234567890123456.78", "0.10", "-5.5"])(
    "keeps the amount %s to its last digit",
    async (amount) => {
      const created = await org.call("/sobjects/Opportunity", {
        method: "POST",
        body: `{"Name":"Big","StageName":"Prospecting","CloseDate":"2026-01-31","Amount":${amount}}`,
      });
      const { id } = (await created.json()) as { id: string };
      const read = await org.call(`/sobjects/Opportunity/${id}?fields=Amount`);
      expect(await read.text()).toContain(`"Amount":${amount}`);
      const soql = encodeURIComponent(
        `SELECT Amount FROM Opportunity WHERE Id = '${id}' AND Amount = ${amount}`,
      );
      expect(await (await org.call(`/query?q=${soql}`)).text()).toContain(`"Amount":${amount}`);
    },
  );

  test("is not shown without a valid token", async () => {
    const answer = await org.call("/sobjects/Lead/describe", {
      headers: { authorization: "Bearer x" },
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual([
      { message: "Session expired or invalid", errorCode: "INVALID_SESSION_ID" },
    ]);
  });
});

describe("a collection", () => {
  const rows = [lead({ LastName: "One" }), { LastName: "Two" }, lead({ LastName: "Three" })];
  const missing = {
    success: false,
    errors: [
      {
        statusCode: "REQUIRED_FIELD_MISSING",
        message: "Required fields are missing: [Company]",
        fields: ["Company"],
      },
    ],
  };
  const rolledBack = {
    success: false,
    errors: [
      {
        statusCode: "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        message:
          "Record rolled back because not all records were valid and the request was using AllOrNone header",
        fields: [],
      },
    ],
  };

  test("keeps its good rows beside the bad ones", async () => {
    const good = { id: expect.any(String), success: true, errors: [] };
    expect(await org.connection.sobject("Lead").create(rows)).toEqual([good, missing, good]);
  });

  test("keeps none where all or none was asked for", async () => {
    const before = await org.connection.query("SELECT COUNT() FROM Lead");
    const answer = await org.connection.sobject("Lead").create(rows, { allOrNone: true });
    expect(answer).toEqual([rolledBack, missing, rolledBack]);
    expect((await org.connection.query("SELECT COUNT() FROM Lead")).totalSize).toBe(
      before.totalSize,
    );
  });

  test("takes changes back too where all or none was asked for", async () => {
    const leads = org.connection.sobject("Lead");
    const { id = "" } = await leads.create(lead({ Title: "Before" }));
    const changes = [
      { Id: id, Title: "After" },
      { Id: id, Email: "nobody" },
    ];
    const answer = await leads.update(changes, { allOrNone: true });
    expect(answer).toMatchObject([
      rolledBack,
      { errors: [{ statusCode: "INVALID_EMAIL_ADDRESS" }] },
    ]);
    expect(await leads.retrieve(id)).toMatchObject({ Title: "Before" });
    const found = await org.connection.query(`SELECT Title FROM Lead WHERE Id = '${id}'`);
    expect(found.records).toMatchObject([{ Title: "Before" }]);
  });

  test("changes and deletes rows, and tells which have no id or none that is known", async () => {
    const [one] = await org.connection.sobject("Lead").create([lead()]);
    const id = one?.id ?? "";
    const answer = await org.call("/composite/sobjects", {
      method: "PATCH",
      body: JSON.stringify({
        allOrNone: false,
        records: [
          { attributes: { type: "Lead" }, id, Title: "CEO" },
          { attributes: { type: "Lead" }, Title: "CEO" },
          { attributes: { type: "Lead" }, id: "001RM000003oLrB000", Title: "CEO" },
        ],
      }),
    });
    expect(await answer.json()).toEqual([
      { id, success: true, errors: [] },
      {
        success: false,
        errors: [
          {
            statusCode: "MISSING_ARGUMENT",
            message: "Id not specified in an update call",
            fields: [],
          },
        ],
      },
      {
        success: false,
        errors: [
          { statusCode: "MALFORMED_ID", message: "malformed id 001RM000003oLrB000", fields: [] },
        ],
      },
    ]);
    expect(await org.connection.sobject("Lead").destroy([id])).toEqual([
      { id, success: true, errors: [] },
    ]);
    const bin = await org.connection.query(`SELECT Id, IsDeleted FROM Lead WHERE Id = '${id}'`, {
      scanAll: true,
    });
    expect(bin.records).toEqual([expect.objectContaining({ Id: id, IsDeleted: true })]);
  });

  test("of more than 200 rows is refused whole, and so is an empty one", async () => {
    const many = Array.from({ length: 201 }, () => lead());
    expect(await refusal(org.connection.sobject("Lead").create(many))).toMatchObject({
      errorCode: "EXCEEDED_MAX_SIZE_REQUEST",
    });
    const empty = await org.call("/composite/sobjects", { method: "POST", body: '{"records":[]}' });
    expect(await empty.json()).toEqual([
      { message: "At least 1 record is required", errorCode: "REQUIRED_FIELD_MISSING" },
    ]);
  });

  test("is retrieved by ids, with null for the unknown", async () => {
    const { id = "" } = await org.connection.sobject("Lead").create(lead({ LastName: "Found" }));
    const answer = await org.call("/composite/sobjects/Lead", {
      method: "POST",
      body: JSON.stringify({ ids: [id, "00Q000000000000AAA"], fields: ["Id", "LastName"] }),
    });
    expect(await answer.json()).toEqual([
      {
        attributes: { type: "Lead", url: `/services/data/v67.0/sobjects/Lead/${id}` },
        Id: id,
        LastName: "Found",
      },
      null,
    ]);
  });
});

describe("sales rules", () => {
  const opportunity = (more: object = {}) => ({
    Name: "Big",
    StageName: "Prospecting",
    CloseDate: "2026-03-31",
    ...more,
  });

  test("a stage decides what is closed and won", async () => {
    const deals = org.connection.sobject("Opportunity");
    const { id = "" } = await deals.create(opportunity({ Amount: 200 }));
    expect(await deals.retrieve(id)).toMatchObject({
      IsClosed: false,
      IsWon: false,
      Probability: 10,
    });
    await deals.update({ Id: id, StageName: "Closed Won" });
    expect(await deals.retrieve(id)).toMatchObject({
      IsClosed: true,
      IsWon: true,
      Probability: 100,
      ExpectedRevenue: 200,
      ForecastCategoryName: "Closed",
    });
    await deals.update({ Id: id, StageName: "Closed Lost" });
    expect(await deals.retrieve(id)).toMatchObject({
      IsClosed: true,
      IsWon: false,
      Probability: 0,
    });
    await deals.update({ Id: id, StageName: "Our own stage" });
    expect(await deals.retrieve(id)).toMatchObject({ IsClosed: false, IsWon: false });
  });

  test("a new primary contact takes the place of the old, and roles go with their deal", async () => {
    const { connection } = org;
    const { id: dealId = "" } = await connection.sobject("Opportunity").create(opportunity());
    const people = await connection
      .sobject("Contact")
      .create([{ LastName: "A" }, { LastName: "B" }]);
    for (const { id } of people)
      await connection
        .sobject("OpportunityContactRole")
        .create({ OpportunityId: dealId, ContactId: id, IsPrimary: true });
    const soql = `SELECT ContactId, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '${dealId}' ORDER BY CreatedDate`;
    const roles = await connection.query(soql);
    expect(roles.records.map(({ ContactId, IsPrimary }) => [ContactId, IsPrimary])).toEqual([
      [people[0]?.id, false],
      [people[1]?.id, true],
    ]);
    await connection.sobject("Opportunity").destroy(dealId);
    expect((await connection.query(soql)).totalSize).toBe(0);
  });

  test("an account takes its contacts and deals along when it is deleted", async () => {
    const { connection } = org;
    const { id: AccountId = "" } = await connection.sobject("Account").create({ Name: "Acme" });
    await connection.sobject("Contact").create({ LastName: "Lee", AccountId });
    await connection.sobject("Opportunity").create(opportunity({ AccountId }));
    await connection.sobject("Account").destroy(AccountId);
    for (const type of ["Contact", "Opportunity"]) {
      const left = await connection.query(
        `SELECT Id FROM ${type} WHERE AccountId = '${AccountId}'`,
      );
      expect(left.totalSize).toBe(0);
    }
  });

  test("a deal reflects its primary contact, and is not changed by that", async () => {
    const { connection } = org;
    const deals = connection.sobject("Opportunity");
    const { id = "" } = await deals.create(opportunity());
    const { id: ContactId } = await connection.sobject("Contact").create({ LastName: "Lee" });
    const before = await deals.retrieve(id);
    await connection
      .sobject("OpportunityContactRole")
      .create({ OpportunityId: id, ContactId, IsPrimary: true });
    expect(await deals.retrieve(id)).toEqual({ ...before, ContactId });
  });

  test("a field with a default cannot be emptied", async () => {
    const leads = org.connection.sobject("Lead");
    const { id = "" } = await leads.create(lead());
    expect(await refusal(leads.update({ Id: id, Status: null }))).toEqual({
      errorCode: "REQUIRED_FIELD_MISSING",
      message: "Required fields are missing: [Status]",
    });
  });

  test("a person is in a campaign once, and has responded when the status says so", async () => {
    const { connection } = org;
    const { id: CampaignId } = await connection.sobject("Campaign").create({ Name: "Spring" });
    const { id: LeadId } = await connection.sobject("Lead").create(lead());
    const members = connection.sobject("CampaignMember");
    const { id = "" } = await members.create({ CampaignId, LeadId });
    expect(await members.retrieve(id)).toMatchObject({ Status: "Sent", HasResponded: false });
    await members.update({ Id: id, Status: "Responded" });
    expect(await members.retrieve(id)).toMatchObject({ HasResponded: true });
    expect(await refusal(members.create({ CampaignId, LeadId }))).toEqual({
      errorCode: "DUPLICATE_VALUE",
      message: "Already a campaign member.",
    });
  });
});
