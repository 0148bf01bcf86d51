import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addLags, waitsOf } from "../../shared/dynamodb/lags.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { apiWorld } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { serveApi } from "../support/served-api.ts";
import { contact, lead, NOW, recordWith } from "../support/sync-builders.ts";

/** A status counts every partition of the index, of a DynamoDB that shares the core. */
const SLOW_MS = 30_000;

const ID = "11111111-1111-4111-8111-111111111111";
let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let api: Awaited<ReturnType<typeof serveApi>>;

const deadLetters = {
  names: ["live"],
  list: async () => [
    {
      queue: "live",
      holds: "changes",
      again: "they go back to the live queue",
      count: 1,
      oldestAt: NOW,
      messages: [{ id: "1", sentAt: NOW, refs: [contact("7"), lead("L1")] }],
    },
  ],
  retry: async () => ({ retried: 1, left: 0 }),
};

const queues = {
  of: async (name: string) =>
    name === "live" ? { waiting: 4, inHand: 2, delayed: 0 } : { waiting: 0, inHand: 0, delayed: 0 },
};

beforeAll(async () => {
  dynamo = await openDynamoTables();
  api = await serveApi(apiWorld(dynamo, { deadLetters, queues }).world);
  const store = dynamoRecordStore(dynamo.db, dynamo.tables);
  const refs = [contact("7"), lead("L1")];
  const open = { fields: ["jobTitle"], hubspot: ["CEO"], salesforce: ["CTO"], because: "ask" };
  await store.save(
    recordWith({ email: "ann@x.example", company: 'A, "B"' }, refs, {
      id: ID,
      version: 0,
      conflicts: [{ ...open, at: NOW }],
    }),
  );
  for (const ref of refs) await store.hold({ ref }, ID);
}, 60_000);

afterAll(async () => {
  await api?.stop();
  await dynamo?.stop();
});

const accord: typeof api.accord = (line, around) => api.accord(line, around);

const COMMANDS = [
  "status",
  "explain",
  "history",
  "conflicts list",
  "conflicts resolve",
  "conflicts restore",
  "parked list",
  "parked retry",
  "dead-letters list",
  "dead-letters retry",
  "link",
  "unlink",
  "plan backfill",
  "plan list",
  "plan show",
  "plan items",
  "plan cancel",
  "apply",
  "undo",
  "release",
  "runs list",
  "runs show",
  "runs watch",
  "runs pause",
  "runs resume",
  "runs cancel",
  "parity",
  "parity start",
  "parity list",
  "parity show",
  "parity findings",
  "parity outsiders",
  "lifecycle",
  "revenue",
  "revenue close",
  "revenue periods",
  "revenue report",
  "revenue restatements",
  "revenue tieout",
  "revenue reattribute",
  "revenue roi",
  "revenue cohorts",
  "revenue costs import",
  "revenue costs list",
  "revenue write-back",
  "ledger list",
  "ledger verify",
  "ledger refused",
  "ledger retry",
  "ledger catch-up",
  "ledger import",
  "revenue models",
  "revenue coverage",
  "revenue credits",
  "export",
  "audit",
  "token",
  "openapi",
  "completion",
];

describe("the command", { timeout: SLOW_MS }, () => {
  test("says where records stand, and what waits for a person", async () => {
    const { code, out } = await accord("status");
    expect(code).toBe(0);
    expect(out).toMatch(/^KIND +STATUS +RECORDS/);
    expect(out).toMatch(/^person +linked +1 +1 /m);
    expect(out).toMatch(/^open conflicts +1 person jobTitle$/m);
    expect(out).toContain(`dead letters    1 live, since ${NOW}`);
    expect(out).toMatch(/^live +4 +2 +0 +not known: none was taken in two hours$/m);
    const at = { db: dynamo.db, table: dynamo.tables.records };
    const nowMs = Date.now();
    await addLags(at, waitsOf([{ queue: "live", sentAtMs: nowMs - 5000 }], nowMs), nowMs);
    expect((await accord("status")).out).toMatch(/^live +4 +2 +0 +\d+ s at the most$/m);
    expect((await accord("status")).out).toMatch(/^bulk +0 +0 +0 +-$/m);
  });

  test("P7: explains a record in words, and one field alone", async () => {
    const { code, out } = await accord("explain 7 --field company");
    expect([code, out]).toEqual([0, expect.stringContaining(`person ${ID}: linked`)]);
    expect(out).toContain('A, "B"');
    expect(out).not.toContain("ann@x.example");
  });

  test("prints the API's answer as it came, where it is asked to", async () => {
    const headers = { authorization: "Bearer admin" };
    const answer = await fetch(`${api.url}/api/conflicts?open=`, { headers });
    expect((await accord("conflicts list --json")).out).toBe(`${await answer.text()}\n`);
  });

  test("decides a question with a reason, and the audit shows who did it", async () => {
    expect((await accord("conflicts list")).out).toMatch(/jobTitle +CEO +CTO/);
    const decide = `conflicts resolve person ${ID} jobTitle --pick hubspot --because`;
    const decided = await accord([...decide.split(" "), "she told us"]);
    expect(decided).toEqual({
      code: 0,
      out: "Decided: jobTitle is CEO. Both sides have it within moments.\n",
      err: "",
    });
    expect((await accord([...decide.split(" "), "again"])).out).toContain("Nothing to do");
    const { out } = await accord("audit");
    expect(out).toMatch(
      /olga +records\/person\/\S+\/conflicts\/jobTitle\/resolve +she told us +202/,
    );
    expect((await accord(`history person ${ID}`)).out).toMatch(
      /decided +jobTitle +- +CEO +- +olga +she told us/,
    );
  });

  test("ties, retries, and shows dead letters", async () => {
    expect((await accord(`unlink person ${ID} --because twins`)).out).toBe("Done.\n");
    const link = `link person ${ID} salesforce Lead L1 --because one`;
    expect((await accord(link)).out).toBe("Done.\n");
    expect((await accord(link)).out).toBe("It was so already.\n");
    expect((await accord("dead-letters list")).out).toMatch(/live +\S+ +contacts 7, Lead L1/);
    expect((await accord("dead-letters retry --because back")).out).toMatch(/^1 messages are on/);
    expect((await accord("parked retry --because x --field industry")).out).toMatch(/^0 values/);
    expect((await accord("parked list")).out).toBe("Nothing is parked.\n");
    expect((await accord("revenue")).out).toBe("Nothing was won yet.\n");
    expect((await accord("lifecycle --from 2041-01-01 --to 2041-02-01")).out).toMatch(/^STAGE/);
  });

  test("P7: exports every record, as lines of JSON or as a table for a spreadsheet", async () => {
    const { out } = await accord("export person");
    const ids = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).id);
    expect(ids).toContain(ID);
    const file = join(api.home, "persons.csv");
    const written = await accord(`export person --format csv --out ${file}`);
    expect(written.out).toBe(`${ids.length} records are in ${file}.\n`);
    const [head, ...rows] = readFileSync(file, "utf8").split("\r\n");
    expect(head).toMatch(/^id,kind,status,email,/);
    expect(rows.find((row) => row.startsWith(ID))).toContain('"A, ""B"""');
  });

  test("folds what does not fit into the terminal, and folds nothing elsewhere", async () => {
    const wide = (await accord(`history person ${ID}`)).out.split("\n");
    const narrow = (await accord(`history person ${ID}`, { columns: 80 })).out.split("\n");
    expect(Math.max(...wide.map(({ length }) => length))).toBeGreaterThan(80);
    expect(Math.max(...narrow.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  test.each(COMMANDS)("explains '%s' with an example", async (command) => {
    const { code, out } = await accord(`${command} --help`);
    expect([code, out]).toEqual([0, expect.stringContaining("Examples:\n  accord ")]);
  });

  test.each(["bash", "zsh", "fish"])("lets %s complete its words", async (shell) => {
    const { code, out } = await accord(`completion ${shell}`);
    expect(code).toBe(0);
    for (const word of ["dead-letters", "resolve", "because", "hubspot"])
      expect(out).toContain(word);
  });

  test("hands out the tokens of this machine by role", async () => {
    expect((await accord("token")).out).toBe("viewer\n");
    expect((await accord("token --role admin")).out).toBe("admin\n");
  });
});

describe("a script can tell by the exit code, and a person by one line, that", () => {
  const remote = { ACCORD_HOME: "/nowhere" };
  test.each<[string, string, Parameters<typeof api.accord>[1], number, RegExp]>([
    ["the API refuses", "explain nobody@x.example", {}, 1, /^accord: Accord knows no record/],
    ["a kind is unknown", "export ship", {}, 1, /^accord: records are of these kinds: /],
    ["a command is unknown", "statsu", {}, 2, /^accord: unknown command 'statsu'/],
    ["a reason is missing", `unlink person ${ID}`, {}, 2, /'--because <why>' not specified/],
    ["a choice is none", "parked list --system sap", {}, 2, /Allowed choices are hubspot, /],
    [
      "two values are given",
      `conflicts resolve person ${ID} x --blank --value y --because z`,
      {},
      2,
      /^accord: give exactly one of --pick, --value or --blank\n$/,
    ],
    ["an address is none", "status --url here --token t", {}, 2, /'here' is no address/],
    ["nothing runs here", "status", { env: remote }, 3, /start it with 'npm start', or give --url/],
    [
      "nobody listens",
      "status --url http://127.0.0.1:9 --token t",
      {},
      3,
      /^accord: nothing runs at http:\/\/127.0.0.1:9: /,
    ],
    ["a token is unknown", "status --token old", {}, 3, /does not know this token/],
    [
      "a role does not suffice",
      "parked retry --because x --token viewer",
      {},
      3,
      /asks for the role admin; yours: viewer/,
    ],
  ])("%s", async (_what, line, around, code, reason) => {
    const ended = await accord(line, around);
    expect([ended.code, ended.out]).toEqual([code, ""]);
    expect(ended.err).toMatch(reason);
    expect(ended.err.trim().split("\n").length).toBeLessThanOrEqual(2);
  });

  test("a token of this machine is sent to no other address", async () => {
    const { code, err } = await accord("status --url http://127.0.0.1:9");
    expect([code, err]).toEqual([
      3,
      expect.stringContaining("a token for http://127.0.0.1:9 is missing"),
    ]);
  });

  test("a deployment is found by the environment, too", async () => {
    const env = { ...remote, ACCORD_API_URL: `${api.url}/`, ACCORD_API_TOKEN: "viewer" };
    expect((await accord("revenue", { env })).code).toBe(0);
  });
});
