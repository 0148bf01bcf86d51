import { generateKeyPairSync } from "node:crypto";
import { SignJWT } from "jose";
import { Connection } from "jsforce/lib/connection.js";
import { afterEach, describe, expect, test, vi } from "vitest";
import "../support/whole-jsforce.ts";
import { type RunningOrg, startOrg } from "./salesforce-simulator-org.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
let org: RunningOrg;
afterEach(() => org.simulator.stop());

const start = async (options: Parameters<typeof startOrg>[0] = {}) => {
  org = await startOrg(options);
  return org;
};

const askToken = async (form: Record<string, string>) => {
  const response = await fetch(`${org.simulator.url}/services/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: await response.json() };
};

const outcome = async (call: PromiseLike<unknown>) =>
  call.then(
    () => "it was taken",
    ({ errorCode }: { errorCode: string }) => errorCode,
  );

describe("a login", () => {
  test("by client credentials gives jsforce a connection", async () => {
    await start({ clientId: "accord", clientSecret: "secret" });
    const { url } = org.simulator;
    const connection = new Connection({
      oauth2: { clientId: "accord", clientSecret: "secret", loginUrl: url },
    });
    const { id } = await connection.authorize({ grant_type: "client_credentials" });
    expect(id).toBe(org.userId);
    expect(connection.instanceUrl).toBe(url);
    const found = await connection.query("SELECT Email FROM User");
    expect(found.records).toMatchObject([{ Email: "integration@salesforce-simulator.example" }]);
    expect(connection.limitInfo.apiUsage).toEqual({ used: expect.any(Number), limit: 5_000_000 });
  });

  test("with a wrong secret, or a grant that is unknown, is refused", async () => {
    await start({ clientId: "accord", clientSecret: "secret" });
    const wrong = { grant_type: "client_credentials", client_id: "accord", client_secret: "guess" };
    expect(await askToken(wrong)).toEqual({
      status: 400,
      body: { error: "invalid_client", error_description: "invalid client credentials" },
    });
    expect(await askToken({ grant_type: "magic" })).toMatchObject({
      status: 400,
      body: { error: "unsupported_grant_type" },
    });
  });

  test("by a signed JWT is taken, by another key's or an expired one is not", async () => {
    const ours = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const theirs = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const jwtPublicKey = ours.publicKey.export({ type: "spki", format: "pem" }).toString();
    await start({ jwtPublicKey });
    const sign = (key: typeof ours.privateKey, expires: string) =>
      new SignJWT({})
        .setProtectedHeader({ alg: "RS256" })
        .setIssuer("accord")
        .setSubject("integration@salesforce-simulator.example")
        .setAudience("https://login.salesforce.com")
        .setExpirationTime(expires)
        .sign(key);
    const ask = async (assertion: string) => askToken({ grant_type: JWT_BEARER, assertion });
    expect(await ask(await sign(ours.privateKey, "3m"))).toMatchObject({
      status: 200,
      body: {
        access_token: expect.any(String),
        instance_url: org.simulator.url,
        id: expect.stringContaining(`/id/00D`),
        token_type: "Bearer",
        issued_at: expect.stringMatching(/^\d+$/),
        signature: expect.any(String),
      },
    });
    const refused = { status: 400, body: { error: "invalid_grant" } };
    expect(await ask(await sign(theirs.privateKey, "3m"))).toMatchObject(refused);
    expect(await ask(await sign(ours.privateKey, "-1m"))).toMatchObject(refused);
    expect(await ask("a.b.c")).toMatchObject(refused);
  });

  test("tells who it is for, until its token is revoked", async () => {
    const { simulator, token } = await start();
    const ask = () =>
      fetch(`${simulator.url}/services/oauth2/userinfo`, {
        headers: { authorization: `Bearer ${token}` },
      });
    expect(await (await ask()).json()).toMatchObject({
      user_id: org.userId,
      email: "integration@salesforce-simulator.example",
    });
    await fetch(`${simulator.url}/_simulator/revoke-tokens`, { method: "POST" });
    expect((await ask()).status).toBe(401);
  });
});

const accordId = {
  FullName: "Lead.Accord_Id__c",
  Metadata: {
    type: "Text",
    label: "Accord Id",
    length: 36,
    externalId: true,
    unique: true,
    caseSensitive: false,
  },
};

/** Makes the field, and shows it to the integration user through a permission set. */
async function makeVisibleField() {
  const { connection } = org;
  await connection.tooling.sobject("CustomField").create(accordId);
  const { id: setId } = await connection
    .sobject("PermissionSet")
    .create({ Name: "Accord", Label: "Accord" });
  await connection
    .sobject("PermissionSetAssignment")
    .create({ PermissionSetId: setId, AssigneeId: org.userId });
  await connection.sobject("FieldPermissions").create({
    ParentId: setId,
    SobjectType: "Lead",
    Field: "Lead.Accord_Id__c",
    PermissionsRead: true,
    PermissionsEdit: true,
  });
}

describe("a custom field", () => {
  test("is seen by nobody until a permission set grants it", async () => {
    const { connection } = await start();
    const seen = async () =>
      (await connection.sobject("Lead").describe()).fields.find(
        ({ name }) => name === "Accord_Id__c",
      );
    const made = await connection.tooling.sobject("CustomField").create(accordId);
    expect(made).toMatchObject({ id: expect.stringMatching(/^00N/), success: true });
    const values = { LastName: "Lee", Company: "Acme", Accord_Id__c: "a-1" };
    expect(await seen()).toBeUndefined();
    expect(await outcome(connection.sobject("Lead").create(values))).toBe("INVALID_FIELD");
    expect(await outcome(connection.query("SELECT Accord_Id__c FROM Lead"))).toBe("INVALID_FIELD");
    expect(await outcome(connection.sobject("Lead").upsert(values, "Accord_Id__c"))).toBe(
      "NOT_FOUND",
    );
    expect(await outcome(connection.tooling.sobject("CustomField").create(accordId))).toBe(
      "DUPLICATE_DEVELOPER_NAME",
    );
  });

  test("that is granted shows in the describe, and carries an upsert", async () => {
    const { connection, call } = await start();
    await makeVisibleField();
    const described = await connection.sobject("Lead").describe();
    expect(described.fields.find(({ name }) => name === "Accord_Id__c")).toMatchObject({
      type: "string",
      length: 36,
      externalId: true,
      unique: true,
      createable: true,
      updateable: true,
      custom: true,
      label: "Accord Id",
    });
    const path = "/sobjects/Lead/Accord_Id__c/a-1";
    const put = (values: object) => call(path, { method: "PATCH", body: JSON.stringify(values) });
    const created = await put({ LastName: "Lee", Company: "Acme" });
    expect([created.status, await created.json()]).toEqual([
      201,
      { id: expect.any(String), success: true, errors: [], created: true },
    ]);
    const changed = await put({ LastName: "Lee-Smith" });
    expect([changed.status, await changed.json()]).toMatchObject([200, { created: false }]);
    expect(await (await call(path)).json()).toMatchObject({
      LastName: "Lee-Smith",
      Accord_Id__c: "a-1",
    });
    const rows = [
      { Accord_Id__c: "A-1", Title: "CEO" },
      { Accord_Id__c: "a-2", LastName: "New", Company: "Acme" },
      { Accord_Id__c: "a-3", LastName: "Bad" },
    ];
    expect(await connection.sobject("Lead").upsert(rows, "Accord_Id__c")).toMatchObject([
      { success: true, created: false },
      { success: true, created: true },
      { success: false, errors: [{ statusCode: "REQUIRED_FIELD_MISSING" }] },
    ]);
    const twin = { LastName: "Twin", Company: "Acme", Accord_Id__c: "A-2" };
    await expect(connection.sobject("Lead").create(twin)).rejects.toMatchObject({
      errorCode: "DUPLICATE_VALUE",
      message: expect.stringMatching(
        /^duplicate value found: Accord_Id__c duplicates value on record with id: 00Q\w{12}$/,
      ),
    });
  });

  test("gives a value free that its row no longer has", async () => {
    const { connection } = await start();
    await makeVisibleField();
    const leads = connection.sobject("Lead");
    const values = { LastName: "Lee", Company: "Acme", Accord_Id__c: "a-1" };
    const { id = "" } = await leads.create(values);
    expect(await outcome(leads.create(values))).toBe("DUPLICATE_VALUE");
    await leads.update({ Id: id, Accord_Id__c: "a-2" });
    expect(await leads.create(values)).toMatchObject({ success: true });
  });

  test("fits several rows where it is not unique, and the answer is 300", async () => {
    const { connection, call, simulator } = await start();
    const field = {
      ...accordId,
      Metadata: { ...accordId.Metadata, unique: false, required: true },
    };
    await connection.tooling.sobject("CustomField").create(field);
    const row = { LastName: "Lee", Company: "Acme", Accord_Id__c: "same" };
    simulator.seed("Lead", [
      { ...row, Id: "00QDn0000000001MAA" },
      { ...row, Id: "00QDn0000000002MAA" },
    ]);
    const answer = await call("/sobjects/Lead/Accord_Id__c/same");
    expect([answer.status, await answer.json()]).toEqual([
      300,
      [
        "/services/data/v67.0/sobjects/Lead/00QDn0000000001MAA",
        "/services/data/v67.0/sobjects/Lead/00QDn0000000002MAA",
      ],
    ]);
  });

  test("cannot be made by who may not customize the org", async () => {
    const { connection } = await start({ canCustomize: false });
    const made = connection.tooling.sobject("CustomField").create(accordId);
    expect(await outcome(made)).toBe("INSUFFICIENT_ACCESS");
  });

  test("names a parent in a reference by external id", async () => {
    const { connection, simulator } = await start();
    const field = { ...accordId, FullName: "Account.Accord_Id__c" };
    const required = { ...field, Metadata: { ...field.Metadata, required: true } };
    await connection.tooling.sobject("CustomField").create(required);
    simulator.seed("Account", [{ Id: "001Dn0000000001IAA", Name: "Acme", Accord_Id__c: "7" }]);
    const contacts = connection.sobject("Contact");
    const { id = "" } = await contacts.create({ LastName: "Lee", Account: { Accord_Id__c: "7" } });
    expect(await contacts.retrieve(id)).toMatchObject({ AccountId: "001Dn0000000001IAA" });
    const unknown = contacts.create({ LastName: "Lee", Account: { Accord_Id__c: "8" } });
    expect(await outcome(unknown)).toBe("INVALID_FIELD");
  });
});

describe("a lead that is converted", () => {
  const ask = {
    convertedStatus: "Closed - Converted",
    doNotCreateOpportunity: false,
    overwriteLeadSource: false,
    sendNotificationEmail: false,
  };

  test("becomes an account, a contact and an opportunity, and can be changed no more", async () => {
    const { connection } = await start();
    const leads = connection.sobject("Lead");
    const values = {
      FirstName: "Ann",
      LastName: "Lee",
      Company: "Acme & Sons",
      Email: "ann@acme.example",
    };
    const { id: leadId = "" } = await leads.create(values);
    const [result] = await connection.soap.convertLead([{ ...ask, leadId }]);
    expect(result).toMatchObject({ leadId, success: true });
    expect(await leads.retrieve(leadId)).toMatchObject({
      IsConverted: true,
      Status: "Closed - Converted",
      ConvertedDate: new Date().toISOString().slice(0, 10),
      ConvertedAccountId: result?.accountId,
      ConvertedContactId: result?.contactId,
      ConvertedOpportunityId: result?.opportunityId,
    });
    const roles = await connection.query(
      "SELECT ContactId, IsPrimary, Opportunity.Name, Opportunity.Account.Name, Contact.Email FROM OpportunityContactRole",
    );
    expect(roles.records).toMatchObject([
      {
        ContactId: result?.contactId,
        IsPrimary: true,
        Opportunity: { Name: "Acme & Sons", Account: { Name: "Acme & Sons" } },
        Contact: { Email: "ann@acme.example" },
      },
    ]);
    expect(await outcome(leads.update({ Id: leadId, Title: "CEO" }))).toBe(
      "CANNOT_UPDATE_CONVERTED_LEAD",
    );
    expect(await connection.soap.convertLead({ ...ask, leadId })).toMatchObject({
      success: false,
      errors: [{ statusCode: "CANNOT_UPDATE_CONVERTED_LEAD" }],
    });
  });

  test("goes into records that exist, and fills only what they lack", async () => {
    const { connection } = await start();
    const { id: accountId = "" } = await connection.sobject("Account").create({ Name: "Old" });
    const lead = { LastName: "Lee", Company: "New", Website: "https://new.example" };
    const { id: leadId = "" } = await connection.sobject("Lead").create(lead);
    const result = await connection.soap.convertLead({
      ...ask,
      leadId,
      accountId,
      doNotCreateOpportunity: true,
    });
    expect(result).toMatchObject({ accountId, success: true, opportunityId: null });
    expect(await connection.sobject("Account").retrieve(accountId)).toMatchObject({
      Name: "Old",
      Website: "https://new.example",
    });
  });

  test("needs a converted status, and stays as it was without one", async () => {
    const { connection } = await start();
    const { id: leadId = "" } = await connection
      .sobject("Lead")
      .create({ LastName: "Lee", Company: "Acme" });
    const result = await connection.soap.convertLead({
      ...ask,
      leadId,
      convertedStatus: "Working - Contacted",
    });
    expect(result).toMatchObject({ success: false, errors: [{ statusCode: "INVALID_STATUS" }] });
    expect((await connection.query("SELECT COUNT() FROM Account")).totalSize).toBe(0);
  });
});

test("a composite request runs its parts in order and hands ids on", async () => {
  const { connection } = await start();
  const base = "/services/data/v67.0/sobjects";
  const answer = await connection.requestPost<{ compositeResponse: object[] }>("/composite", {
    compositeRequest: [
      { method: "POST", url: `${base}/Account`, referenceId: "a", body: { Name: "Acme" } },
      {
        method: "POST",
        url: `${base}/Contact`,
        referenceId: "c",
        body: { LastName: "Lee", AccountId: "@{a.id}" },
      },
    ],
  });
  expect(answer.compositeResponse).toMatchObject([
    { httpStatusCode: 201, referenceId: "a" },
    { httpStatusCode: 201, referenceId: "c" },
  ]);
  const found = await connection.query("SELECT Account.Name FROM Contact");
  expect(found.records).toMatchObject([{ Account: { Name: "Acme" } }]);
});
