import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { type RunningOrg, startOrg } from "./salesforce-simulator-org.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

const NOW_MS = Date.parse("2026-05-20T12:00:00Z");
let org: RunningOrg;
const openedAt = Date.now();

beforeAll(async () => {
  // Noon, and going: a bulk query takes its time.
  org = await startOrg({ clock: clockTelling(() => NOW_MS + Date.now() - openedAt) });
  const { simulator } = org;
  simulator.seed("User", [
    { Id: "005Dn0000000001IAA", Email: "rep1@olist.example", FirstName: "Rep", LastName: "1" },
  ]);
  simulator.seed("Account", [
    { Id: "001Dn0000000001IAA", Name: "Acme", OwnerId: "005Dn0000000001IAA" },
  ]);
  simulator.seed("Contact", [
    {
      Id: "003Dn0000000001IAA",
      LastName: "Lee",
      Email: "Ann@Acme.example",
      AccountId: "001Dn0000000001IAA",
      Title: "CEO",
      CreatedDate: "2026-05-20T08:00:00Z",
    },
    {
      Id: "003Dn0000000002IAA",
      LastName: "O'Hara",
      Email: "bob@acme.example",
      AccountId: "001Dn0000000001IAA",
      CreatedDate: "2026-05-18T08:00:00Z",
    },
    {
      Id: "003Dn0000000003IAA",
      LastName: "50%_off\\",
      Email: null,
      CreatedDate: "2026-01-02T08:00:00.000Z",
      HasOptedOutOfEmail: true,
    },
  ]);
  simulator.seed("Opportunity", [
    {
      Id: "006Dn0000000001IAA",
      Name: "One",
      AccountId: "001Dn0000000001IAA",
      StageName: "Closed Won",
      CloseDate: "2026-05-19",
      Amount: 10.1,
    },
    {
      Id: "006Dn0000000002IAA",
      Name: "Two",
      AccountId: "001Dn0000000001IAA",
      StageName: "Closed Won",
      CloseDate: "2026-05-20",
      Amount: 20.2,
    },
    {
      Id: "006Dn0000000003IAA",
      Name: "Three",
      StageName: "Prospecting",
      CloseDate: "2026-06-01",
      Amount: null,
    },
  ]);
  simulator.seed("OpportunityContactRole", [
    {
      Id: "00KDn0000000001MAA",
      OpportunityId: "006Dn0000000001IAA",
      ContactId: "003Dn0000000001IAA",
    },
  ]);
});
afterAll(() => org.simulator.stop());

/** The last digit of the id of each row that the query answers. */
async function ask(soql: string): Promise<string> {
  const { records } = await org.connection.query(soql);
  return records.map(({ Id }) => String(Id).charAt(14)).join("");
}

test.each([
  ["Email = 'ann@acme.EXAMPLE'", "1"],
  ["Email != 'ann@acme.example'", "23"],
  ["Email = null", "3"],
  ["Email != null", "12"],
  ["Email IN ('ann@acme.example', 'bob@acme.example', 'x')", "12"],
  ["Email NOT IN ('ann@acme.example')", "23"],
  ["Email LIKE '%@ACME.%'", "12"],
  ["LastName LIKE 'L_e'", "1"],
  ["LastName LIKE '50\\%\\_%'", "3"],
  ["LastName = 'O\\'Hara'", "2"],
  ["LastName = '50%_off\\\\'", "3"],
  ["LastName > 'm'", "2"],
  ["LastName <= 'lee'", "13"],
  ["NOT LastName = 'Lee'", "23"],
  ["NOT (LastName = 'Lee' OR LastName = 'O\\'Hara')", "3"],
  ["(LastName = 'Lee' AND Title = 'CEO') OR (NOT (Email != null))", "13"],
  [
    "((LastName = 'Lee' OR LastName = 'O\\'Hara') AND (Title = null OR Title = 'x')) OR Email = null",
    "23",
  ],
  ["HasOptedOutOfEmail = TRUE", "3"],
  ["Account.Name = 'acme' AND Account.Owner.Email = 'rep1@olist.example'", "12"],
  ["Contact.LastName = 'Lee'", "1"],
  ["CreatedDate > 2026-05-18T08:00:00Z", "1"],
  ["CreatedDate >= 2026-05-18T10:00:00+02:00", "12"],
  ["CreatedDate < 2026-05-18T08:00:00.001Z", "23"],
  ["CreatedDate = TODAY", "1"],
  ["CreatedDate < TODAY", "23"],
  ["CreatedDate = LAST_N_DAYS:2", "12"],
  ["CreatedDate = THIS_YEAR", "123"],
  ["CreatedDate = THIS_WEEK AND CreatedDate != TODAY", "2"],
  ["SystemModstamp > 2026-05-19T00:00:00Z OR SystemModstamp = 2026-01-02T08:00:00Z", "13"],
  ["SystemModstamp > 2026-01-02T08:00:00Z AND SystemModstamp < 2026-05-19T00:00:00Z", "2"],
  ["Id IN (SELECT ContactId FROM OpportunityContactRole)", "1"],
  ["Id NOT IN (SELECT ContactId FROM OpportunityContactRole WHERE Role = 'x')", "123"],
  ["AccountId IN (SELECT AccountId FROM Opportunity WHERE Amount > 15)", "12"],
  ["Id > '003Dn0000000001IAA'", "23"],
  ["Id = '003Dn0000000002'", "2"],
])("contacts where %s are %s", async (where, expected) => {
  expect(await ask(`SELECT Id FROM Contact WHERE ${where} ORDER BY Id`)).toBe(expected);
});

test.each([
  ["CloseDate = 2026-05-19", "1"],
  ["CloseDate > 2026-05-19 AND IsWon = true", "2"],
  ["CloseDate IN (YESTERDAY, TODAY)", "12"],
  ["CloseDate = NEXT_MONTH", "3"],
  ["Amount = 20.20", "2"],
  ["Amount < 20.2", "1"],
  ["Amount = null", "3"],
  ["Amount IN (10.10, 5)", "1"],
])("opportunities where %s are %s", async (where, expected) => {
  expect(await ask(`SELECT Id FROM Opportunity WHERE ${where} ORDER BY Id`)).toBe(expected);
});

test.each([
  ["Amount", "312"],
  ["Amount DESC", "321"],
  ["Amount DESC NULLS LAST", "213"],
  ["Amount ASC NULLS LAST", "123"],
  ["StageName DESC, CloseDate DESC", "321"],
  ["Name LIMIT 1 OFFSET 1", "3"],
])("opportunities ordered by %s come as %s", async (order, expected) => {
  expect(await ask(`SELECT Id FROM Opportunity ORDER BY ${order}`)).toBe(expected);
});

test("parents are nested, each with its own attributes, and are null where there is none", async () => {
  const { records } = await org.connection.query(
    "SELECT Id, Name, Account.Name, Account.Owner.Email FROM Opportunity WHERE Name != 'Two' ORDER BY Id",
  );
  expect(records).toEqual([
    {
      attributes: {
        type: "Opportunity",
        url: "/services/data/v67.0/sobjects/Opportunity/006Dn0000000001IAA",
      },
      Id: "006Dn0000000001IAA",
      Name: "One",
      Account: {
        attributes: {
          type: "Account",
          url: "/services/data/v67.0/sobjects/Account/001Dn0000000001IAA",
        },
        Name: "Acme",
        Owner: {
          attributes: {
            type: "User",
            url: "/services/data/v67.0/sobjects/User/005Dn0000000001IAA",
          },
          Email: "rep1@olist.example",
        },
      },
    },
    expect.objectContaining({ Name: "Three", Account: null }),
  ]);
});

test("rows are counted, summed and grouped, exactly", async () => {
  const count = await org.connection.query("SELECT COUNT() FROM Opportunity WHERE IsWon = true");
  expect(count).toEqual({ totalSize: 2, done: true, records: [] });
  const { records } = await org.connection.query(
    "SELECT StageName, COUNT(Id) n, SUM(Amount), MAX(CloseDate) latest, AVG(Amount) FROM Opportunity GROUP BY StageName HAVING COUNT(Id) > 0 ORDER BY COUNT(Id) DESC",
  );
  const attributes = { type: "AggregateResult" };
  expect(records).toEqual([
    { attributes, StageName: "Closed Won", n: 2, expr0: 30.3, latest: "2026-05-20", expr1: 15.15 },
    { attributes, StageName: "Prospecting", n: 1, expr0: null, latest: "2026-06-01", expr1: null },
  ]);
  const many = await org.connection.query(
    "SELECT StageName FROM Opportunity GROUP BY StageName HAVING COUNT(Id) > 1",
  );
  expect(many.records).toEqual([{ attributes, StageName: "Closed Won" }]);
});

test.each([
  ["SELECT Id FROM", "MALFORMED_QUERY", /ERROR at Row:1/],
  ["SELECT Id FROM Lead WHERE Email = 'a' AND Title = 'b' OR Title = 'c'", "MALFORMED_QUERY", /OR/],
  [
    "SELECT Nope FROM Lead",
    "INVALID_FIELD",
    /ERROR at Row:1:Column:8\nNo such column 'Nope' on entity 'Lead'\. If you/,
  ],
  ["SELECT Id FROM Lead WHERE Nope = 1", "INVALID_FIELD", /No such column 'Nope' on entity 'Lead'/],
  ["SELECT Boss.Name FROM Lead", "INVALID_FIELD", /Didn't understand relationship 'Boss'/],
  [
    "SELECT Name FROM Accout",
    "INVALID_TYPE",
    /Column:18\nsObject type 'Accout' is not supported\./,
  ],
  [
    "SELECT Id FROM Lead WHERE CreatedDate > '2026-01-01T00:00:00Z'",
    "INVALID_FIELD",
    /must be of type dateTime and should not be enclosed in quotes/,
  ],
  [
    "SELECT Id FROM Lead WHERE LastName = 1",
    "INVALID_FIELD",
    /must be of type string and should be enclosed in quotes/,
  ],
  [
    "SELECT Id FROM Lead WHERE Id = 'nonsense'",
    "INVALID_QUERY_FILTER_OPERATOR",
    /invalid ID field: nonsense/,
  ],
])("%s is refused with %s", async (soql, errorCode, message) => {
  const answer = await org.call(`/query?q=${encodeURIComponent(soql)}`);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual([{ errorCode, message: expect.stringMatching(message) }]);
});

/** 5,000 leads that share stamps in threes. */
function* manyLeads(): Generator<object> {
  for (let n = 0; n < 5000; n += 1)
    yield {
      Id: `00QDn0000${String(n).padStart(6, "0")}`,
      LastName: `Lead ${n}`,
      Company: "Acme",
      Email: `lead.${n}@acme.example`,
      SystemModstamp: new Date(1.7e12 + Math.floor(n / 3) * 1000).toISOString(),
    };
}

test("long answers come in pages, and every row once", async () => {
  org.simulator.seed("Lead", manyLeads());
  const first = await org.connection.query("SELECT Id FROM Lead ORDER BY Id");
  expect(first).toMatchObject({
    totalSize: 5000,
    done: false,
    nextRecordsUrl: expect.stringMatching(/\/services\/data\/v67\.0\/query\/01g\w{15}-2000$/),
  });
  expect(first.records).toHaveLength(2000);
  const all = await org.connection.query("SELECT Id FROM Lead", {
    autoFetch: true,
    maxFetch: 9999,
  });
  expect(new Set(all.records.map(({ Id }) => Id)).size).toBe(5000);
  const small = await org.call("/query?q=SELECT+Id+FROM+Lead", {
    headers: { "sforce-query-options": "batchSize=250" },
  });
  expect(((await small.json()) as { records: unknown[] }).records).toHaveLength(250);
});

test("a walk by SystemModstamp and Id meets every row once, quickly", async () => {
  const seen: string[] = [];
  let cursor = { stamp: "1970-01-01T00:00:00.000Z", id: "000000000000000AAA" };
  const startMs = performance.now();
  for (;;) {
    const { records } = await org.connection.query(
      `SELECT Id, SystemModstamp FROM Lead WHERE SystemModstamp > ${cursor.stamp} OR (SystemModstamp = ${cursor.stamp} AND Id > '${cursor.id}') ORDER BY SystemModstamp, Id LIMIT 500`,
    );
    const last = records.at(-1);
    if (!last) break;
    seen.push(...records.map(({ Id }) => String(Id)));
    cursor = { stamp: String(last["SystemModstamp"]).replace("+0000", "Z"), id: String(last.Id) };
  }
  expect(seen).toHaveLength(5000);
  expect(new Set(seen).size).toBe(5000);
  expect(performance.now() - startMs).toBeLessThan(5000);
});

test("two hundred e-mails are found among thousands without a walk over all rows", async () => {
  const emails = Array.from({ length: 200 }, (_, n) => `'LEAD.${n * 9}@acme.example'`);
  const soql = `SELECT Id FROM Lead WHERE Email IN (${emails.join(",")})`;
  await org.connection.query(soql);
  const startMs = performance.now();
  const { totalSize } = await org.connection.query(soql);
  expect(totalSize).toBe(200);
  expect(performance.now() - startMs).toBeLessThan(500);
});

test("a bulk query walks through its states and answers CSV in pages", async () => {
  const created = await org.call("/jobs/query", {
    method: "POST",
    body: JSON.stringify({
      operation: "query",
      query: "SELECT Id, LastName, Account.Name FROM Contact ORDER BY Id",
    }),
  });
  const job = (await created.json()) as { id: string; state: string };
  expect(job).toMatchObject({
    id: expect.stringMatching(/^750/),
    state: "UploadComplete",
    object: "Contact",
  });
  await expect
    .poll(
      async () =>
        ((await (await org.call(`/jobs/query/${job.id}`)).json()) as { state: string }).state,
    )
    .toBe("JobComplete");
  const first = await org.call(`/jobs/query/${job.id}/results?maxRecords=2`);
  expect(first.headers.get("sforce-numberofrecords")).toBe("2");
  expect(await first.text()).toBe(
    `"Id","LastName","Account.Name"\n"003Dn0000000001IAA","Lee","Acme"\n"003Dn0000000002IAA","O'Hara","Acme"\n`,
  );
  const locator = first.headers.get("sforce-locator");
  const second = await org.call(`/jobs/query/${job.id}/results?maxRecords=2&locator=${locator}`);
  expect(await second.text()).toContain(`"003Dn0000000003IAA","50%_off\\",""`);
  expect(second.headers.get("sforce-locator")).toBe("null");
});

test.each([
  "SELECT COUNT() FROM Lead",
  "SELECT Status, COUNT(Id) FROM Lead GROUP BY Status",
  "SELECT Id FROM Lead LIMIT 5 OFFSET 5",
])("a bulk query refuses %s", async (query) => {
  const answer = await org.call("/jobs/query", {
    method: "POST",
    body: JSON.stringify({ operation: "query", query }),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual([expect.objectContaining({ errorCode: "INVALIDJOB" })]);
});

test("jsforce reads a bulk query to its end", async () => {
  const stream = await org.connection.bulk2.query("SELECT Id, Email FROM Lead", {
    pollInterval: 50,
  });
  const rows = await stream.toArray();
  expect(rows).toHaveLength(5000);
});

test("what changed and what was deleted between two moments is told", async () => {
  const leads = org.connection.sobject("Lead");
  const { id = "" } = await leads.create({ LastName: "Gone", Company: "Acme" });
  await leads.destroy(id);
  const span = ["2026-05-20T11:00:00Z", "2026-05-20T13:00:00Z"] as const;
  const deleted = await leads.deleted(...span);
  expect(deleted.deletedRecords).toEqual([expect.objectContaining({ id })]);
  const contacts = await org.connection.sobject("Contact").updated(...span);
  expect(contacts.ids).toEqual([]);
});

test("a bulk query answers what there was when it was made, with instants in Z", async () => {
  const query = "SELECT Id, CreatedDate FROM Lead";
  const create = (soql: string) =>
    org.call("/jobs/query", {
      method: "POST",
      body: JSON.stringify({ operation: "query", query: soql }),
    });
  const { id } = (await (await create(query)).json()) as { id: string };
  const late = await org.connection.sobject("Lead").create({ LastName: "Late", Company: "Acme" });
  const results = async () => (await org.call(`/jobs/query/${id}/results`)).text();
  await expect.poll(results).toMatch(/^"Id","CreatedDate"\n"00Q/);
  const text = await results();
  expect(text).not.toContain(late.id);
  expect(text).toMatch(/,"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"\n/);
});
