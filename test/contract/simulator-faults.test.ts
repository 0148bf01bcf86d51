import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type InProcessCrm, openInProcess } from "../support/in-process-crms.ts";
import { openAccount } from "./hubspot-simulator-account.ts";
import { type RunningOrg, startOrg } from "./salesforce-simulator-org.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

type Account = Awaited<ReturnType<typeof openAccount>>;
let account: Account;
let org: RunningOrg;

beforeAll(async () => {
  account = await openAccount({ searchLagMs: { minMs: 0, maxMs: 0 } });
  org = await startOrg();
});
afterAll(() => Promise.all([account.simulator.stop(), org.simulator.stop()]));
afterEach(() => Promise.all([simulate(account, "DELETE"), simulate(org, "DELETE")]));

async function simulate(crm: Account | RunningOrg, method: string, rule?: unknown) {
  const answer = await fetch(`${crm.simulator.url}/_simulator/faults`, {
    method,
    ...(rule === undefined ? {} : { body: JSON.stringify(rule) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
}
const arm = async (crm: Account | RunningOrg, rule: unknown) =>
  expect(await simulate(crm, "POST", rule)).toMatchObject({ status: 201 });

const errorOf = (work: Promise<unknown>): Promise<Record<string, unknown>> =>
  work.then(
    () => {
      throw new Error("the call came through");
    },
    (error) => error,
  );

const emailsIn = async ({ hubspot }: Account, prefix: string) => {
  const { results } = await hubspot.crm.contacts.basicApi.getPage(100);
  return results.map(({ properties }) => properties["email"]).filter((e) => e?.startsWith(prefix));
};
const leadsNamed = async (LastName: string) =>
  (await org.connection.sobject("Lead").find({ LastName })).length;

describe("a status", () => {
  test("comes before the effect, in HubSpot's words, as often as was asked for", async () => {
    await arm(account, {
      match: { method: "post", path: "/crm/*/objects/contacts" },
      fault: { kind: "status", status: 429, headers: { "Retry-After": "7" } },
    });
    const { basicApi } = account.hubspot.crm.contacts;
    const error = await errorOf(basicApi.create({ properties: { email: "status@x.io" } }));
    expect(error).toMatchObject({
      code: 429,
      body: { status: "error", errorType: "RATE_LIMIT", policyName: "TEN_SECONDLY_ROLLING" },
      headers: { "retry-after": "7" },
    });
    expect(await emailsIn(account, "status")).toEqual([]);
    await basicApi.create({ properties: { email: "status@x.io" } });
    expect(await emailsIn(account, "status")).toEqual(["status@x.io"]);
  });

  test("comes in Salesforce's words, or in those that were asked for", async () => {
    const leads = org.connection.sobject("Lead");
    const lead = { LastName: "Status", Company: "Acme" };
    await arm(org, { match: { object: "lead" }, fault: { kind: "status", status: 503 } });
    expect(await errorOf(leads.create(lead))).toMatchObject({ errorCode: "SERVER_UNAVAILABLE" });
    const body = [{ errorCode: "REQUEST_RUNNING_TOO_LONG", message: "Too long." }];
    await arm(org, { match: { object: "Lead" }, fault: { kind: "status", status: 400, body } });
    expect(await errorOf(leads.create(lead))).toMatchObject({
      errorCode: "REQUEST_RUNNING_TOO_LONG",
    });
    expect(await leadsNamed("Status")).toBe(0);
  });
});

const RESET = { message: "fetch failed", cause: { code: "ECONNRESET", syscall: "read" } };

describe("a reset", () => {
  test.each([
    ["before", []],
    ["after", ["reset-after@x.io"]],
  ])("%s the effect ends HubSpot's client the same, and leaves %j", async (when, left) => {
    await arm(account, { match: { method: "POST" }, fault: { kind: "reset", when } });
    const email = `reset-${when}@x.io`;
    const create = account.hubspot.crm.contacts.basicApi.create({ properties: { email } });
    expect(await errorOf(create)).toMatchObject(RESET);
    expect(await emailsIn(account, `reset-${when}`)).toEqual(left);
  });

  test.each([
    ["before", 0],
    ["after", 1],
  ])("%s the effect ends jsforce the same, and leaves %i", async (when, left) => {
    await arm(org, { match: { method: "POST" }, fault: { kind: "reset", when } });
    const LastName = `Reset ${when}`;
    const error = await errorOf(org.connection.sobject("Lead").create({ LastName, Company: "A" }));
    expect(error).toMatchObject(RESET);
    expect(await leadsNamed(LastName)).toBe(left);
  });

  test("rejects in one process as fetch does, and is counted", async () => {
    const crm = await openInProcess("hubspot");
    await crm.call("POST", "/_simulator/faults", { fault: { kind: "reset", when: "after" } });
    const create = crm.call("POST", "/crm/v3/objects/contacts", { properties: { lastname: "A" } });
    const error = await errorOf(create);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject(RESET);
    const { body } = await crm.call("GET", "/_simulator/stats");
    expect(body).toMatchObject({
      total: 1,
      byStatus: { reset: 1 },
      writes: { creates: 1 },
      faults: { reset: 1 },
    });
    await crm.stop();
  });
});

describe("a partial failure of a HubSpot batch", () => {
  const inputs = ["a", "b", "c", "d"].map((name) => ({
    properties: { email: `${name}@x.io` },
    associations: [],
    objectWriteTraceId: name,
  }));

  test("answers 207 for the inputs that failed, by their trace ids, and does the rest", async () => {
    await arm(account, { fault: { kind: "partial", fail: 0.5 } });
    const { results, errors = [] } = (await account.hubspot.crm.contacts.batchApi.create({
      inputs,
    })) as unknown as {
      results: { properties: { email: string } }[];
      errors?: { category: string; context: Record<string, string[]> }[];
    };
    const failed = errors.map(({ context }) => context["objectWriteTraceId"]?.[0] ?? "");
    const done = results.map(({ properties }) => properties.email.charAt(0));
    expect([failed.length, done.length]).toEqual([2, 2]);
    expect([...failed, ...done].sort()).toEqual(["a", "b", "c", "d"]);
    expect((await emailsIn(account, "")).filter((e) => /^[a-d]@/.test(e ?? ""))).toHaveLength(2);
  });

  test("refuses a creation without trace ids whole, and does nothing", async () => {
    const untraced = inputs.map(({ properties, associations }) => ({
      properties: { email: `un${properties.email}` },
      associations,
    }));
    const error = { code: "VALIDATION_ERROR", message: "No." };
    await arm(account, { fault: { kind: "partial", fail: 1, error } });
    const work = account.hubspot.crm.contacts.batchApi.create({ inputs: untraced });
    expect(await errorOf(work)).toMatchObject({ body: { category: "VALIDATION_ERROR" } });
    expect(await emailsIn(account, "un")).toEqual([]);
  });

  test("names the records of an update, and passes over what is no batch", async () => {
    const id = await account.newContact({ email: "partial@x.io" });
    await arm(account, { fault: { kind: "partial", fail: 1 } });
    const update = { properties: { firstname: "Ann" } };
    const answer = await account.hubspot.crm.contacts.batchApi.update({
      inputs: [{ id, ...update }],
    });
    expect(answer).toMatchObject({ results: [], errors: [{ context: { ids: [id] } }] });
    await account.hubspot.crm.contacts.basicApi.update(id, update);
  });
});

describe("a partial failure of a Salesforce collection", () => {
  const rowsOf = (...names: string[]) => names.map((LastName) => ({ LastName, Company: "Acme" }));

  test("answers each failed row in its place, and does the rest", async () => {
    await arm(org, { fault: { kind: "partial", fail: 2 } });
    const names = ["P1", "P2", "P3", "P4"];
    const results = await org.connection.sobject("Lead").create(rowsOf(...names));
    const failed = results.filter(({ success }) => !success);
    expect(failed.map(({ errors }) => errors)).toEqual(
      Array.from({ length: 2 }, () => [
        expect.objectContaining({ statusCode: "UNABLE_TO_LOCK_ROW", fields: [] }),
      ]),
    );
    for (const [row, { success, id }] of results.entries()) {
      const [lead] = await org.connection.sobject("Lead").find({ LastName: names[row] });
      expect(lead?.Id).toBe(success ? id : undefined);
    }
  });

  test("rolls all rows back where all or none was asked for", async () => {
    await arm(org, { fault: { kind: "partial", fail: 1 } });
    const results = await org.connection
      .sobject("Lead")
      .create(rowsOf("N1", "N2"), { allOrNone: true });
    expect(
      results
        .map(({ errors }) => errors[0])
        .map((e) => e && "statusCode" in e && e.statusCode)
        .sort(),
    ).toEqual(["ALL_OR_NONE_OPERATION_ROLLED_BACK", "UNABLE_TO_LOCK_ROW"]);
    expect([await leadsNamed("N1"), await leadsNamed("N2")]).toEqual([0, 0]);
  });

  test("keeps the digits of the rows it lets through, and holds for deletions", async () => {
    const records = ["9007199254740993.01", "1.10"].map(
      (amount) =>
        `{"attributes":{"type":"Opportunity"},"Name":"Exact","StageName":"Prospecting","CloseDate":"2026-06-30","Amount":${amount}}`,
    );
    await arm(org, { times: 2, fault: { kind: "partial", fail: 1 } });
    const headers = { "content-type": "application/json" };
    const body = `{"records":[${records.join(",")}]}`;
    const created = await org.call("/composite/sobjects", { method: "POST", headers, body });
    const results = (await created.json()) as { success: boolean; id?: string }[];
    const row = results.findIndex(({ success }) => success);
    const id = results[row]?.id ?? "";
    const read = await (await org.call(`/sobjects/Opportunity/${id}?fields=Amount`)).text();
    expect(read).toContain(`"Amount":${["9007199254740993.01", "1.10"][row]}`);
    const deleted = await org.call(`/composite/sobjects?ids=${id}`, { method: "DELETE" });
    expect(await deleted.json()).toMatchObject([{ success: false }]);
    expect((await org.call(`/sobjects/Opportunity/${id}`)).status).toBe(200);
  });
});

describe("a rule", () => {
  let crm: InProcessCrm;
  beforeAll(async () => {
    crm = await openInProcess("hubspot");
  });
  afterEach(() => crm.call("DELETE", "/_simulator/faults"));
  afterAll(() => crm.stop());

  const status = { kind: "status", status: 500 };
  const rules = async () => (await crm.call("GET", "/_simulator/faults")).body.faults;
  const page = async (object = "contacts") =>
    (await crm.call("GET", `/crm/v3/objects/${object}`)).status;

  test("lets the first ones through, fires so many times, and tells how often", async () => {
    await crm.call("POST", "/_simulator/faults", { after: 1, times: 2, fault: status });
    expect([await page(), await page(), await page(), await page()]).toEqual([200, 500, 500, 200]);
    expect(await rules()).toMatchObject([{ id: "1", matched: 4, fired: 2, times: 2, after: 1 }]);
  });

  test("may fire always, until it is taken away", async () => {
    const { body } = await crm.call("POST", "/_simulator/faults", {
      times: "always",
      fault: status,
    });
    expect([await page(), await page()]).toEqual([500, 500]);
    expect((await crm.call("DELETE", `/_simulator/faults/${body.id}`)).status).toBe(204);
    expect(await page()).toBe(200);
    expect(await crm.call("DELETE", `/_simulator/faults/${body.id}`)).toEqual({
      status: 404,
      body: { error: `there is no fault ${body.id}` },
    });
  });

  test("may leave it to chance", async () => {
    await crm.call("POST", "/_simulator/faults", {
      times: "always",
      probability: 0.5,
      fault: status,
    });
    const statuses = [];
    for (let call = 0; call < 40; call += 1) statuses.push(await page());
    const failures = statuses.filter((each) => each === 500).length;
    expect(failures).toBeGreaterThan(8);
    expect(failures).toBeLessThan(32);
  });

  test.each([
    ["by an object's other name", { object: "0-1" }],
    ["by a glob", { path: "/crm/**/contacts" }],
    ["by a regular expression", { path: { regex: "contacts$" } }],
    ["by a method", { method: "GET", path: "**/contacts" }],
  ])("means a request %s, and no other", async (_how, match) => {
    await crm.call("POST", "/_simulator/faults", { match, fault: status });
    expect([await page("companies"), await page(), await page()]).toEqual([200, 500, 200]);
  });

  test("means a request by what its body says, and a glob's star stops at a slash", async () => {
    const search = (value: string) =>
      crm.call("POST", "/crm/v3/objects/contacts/search", { query: value });
    await crm.call("POST", "/_simulator/faults", { match: { path: "/crm/*" }, fault: status });
    await crm.call("POST", "/_simulator/faults", { match: { bodyContains: "bob" }, fault: status });
    expect([(await search("ann")).status, (await search("bob")).status]).toEqual([200, 500]);
  });

  test("delays an answer, and what it asks for happens after the delay", async () => {
    await crm.call("POST", "/_simulator/faults", { fault: { kind: "delay", range: [500, 500] } });
    const create = crm.call("POST", "/crm/v3/objects/contacts", { properties: { firstname: "A" } });
    await crm.clock.advance(499);
    expect((await crm.call("GET", "/_simulator/stats")).body.writes.creates).toBe(0);
    await crm.clock.advance(1);
    expect((await create).status).toBe(201);
  });

  test.each([
    ["no JSON", "{", /^the body is not JSON: /],
    ["no fault", {}, "fault: Invalid input: expected object, received undefined"],
    [
      "an unknown kind",
      { fault: { kind: "fire" } },
      "fault.kind: expected kind to be one of status, delay, reset, partial, drop-delivery, duplicate-delivery, delay-delivery, reorder-deliveries",
    ],
    ["an unknown word", { fault: status, time: 3 }, 'Unrecognized key: "time"'],
    [
      "a status that is none",
      { fault: { kind: "status", status: 42 } },
      "fault.status: Too small: expected number to be >=200",
    ],
    [
      "a range upside down",
      { fault: { kind: "delay", range: [9, 1] } },
      "fault.range: the first is larger than the second",
    ],
    [
      "a delay without an end",
      { fault: { kind: "delay" } },
      "fault: expected either ms or range, such as [150, 400]",
    ],
    ["a broken expression", { match: { path: { regex: "(" } }, fault: status }, /^match\.path/],
  ])("with %s is refused in one line", async (_what, rule, error) => {
    const answer = await crm.call("POST", "/_simulator/faults", rule);
    expect(answer.status).toBe(400);
    if (error instanceof RegExp) expect(answer.body.error).toMatch(error);
    else expect(answer.body.error).toBe(error);
    expect(answer.body.error).not.toContain("\n");
    expect(await rules()).toEqual([]);
  });
});
