import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROUTES } from "../../functions/api/routes.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { ADMIN, type Ask, apiWorld, askApi } from "../support/ask-api.ts";
import { openDynamoTables } from "../support/dynamo-tables.ts";
import { contact, recordWith } from "../support/sync-builders.ts";

let dynamo: Awaited<ReturnType<typeof openDynamoTables>>;
let world: ReturnType<typeof apiWorld>["world"];
let ask: Ask;

beforeAll(async () => {
  dynamo = await openDynamoTables();
  world = apiWorld(dynamo).world;
  ask = askApi(world);
}, 60_000);

afterAll(() => dynamo?.stop());

const SLOW_MS = 30_000;
const NOBODY = "00000000-0000-4000-8000-000000000000";
const UNLINK = `POST /api/records/person/${NOBODY}/unlink`;
const body = { because: "they are two" };

describe("who may do what", { timeout: SLOW_MS }, () => {
  const FINANCE = { sub: "fay", accord_role: "finance" };
  const MODELLER = { sub: "marta", accord_role: "modeller" };
  const VIEWER = { sub: "vic", accord_role: "viewer" };

  test.each([
    ["nobody", null, 401, 401],
    ["a token without a subject", { accord_role: "admin" }, 401, 401],
    ["a token without a role", { sub: "ann" }, 403, 403],
    ["a role that there is not", { sub: "ann", accord_role: "owner" }, 403, 403],
    ["a viewer", VIEWER, 200, 403],
    ["finance", FINANCE, 200, 403],
    ["a modeller", MODELLER, 200, 403],
    ["an administrator", ADMIN, 200, 404],
    ["a group of a Cognito pool", { sub: "a", "cognito:groups": "[x accord-admin]" }, 200, 404],
    ["groups as a list", { sub: "a", "cognito:groups": ["accord-viewer"] }, 200, 403],
    ["a role beside a greater group", { ...VIEWER, "cognito:groups": "[accord-admin]" }, 200, 403],
  ])("%s reads with %j: %i, and changes: %i", async (_who, as, reads, changes) => {
    expect((await ask("GET /api/audit", { as })).status).toBe(reads);
    expect((await ask(UNLINK, { as, body })).status).toBe(changes);
  });

  test("a refusal names the role that is asked for", async () => {
    expect((await ask(UNLINK, { as: VIEWER, body })).body.error).toBe(
      "this asks for the role admin; yours: viewer",
    );
  });

  const CALLERS = { admin: ADMIN, finance: FINANCE, modeller: MODELLER } as const;

  function whoChanges(path: string): keyof typeof CALLERS {
    if (path.startsWith("/api/revenue/models/")) return "modeller";
    return /^\/api\/(ledger|revenue)\//.test(path) ? "finance" : "admin";
  }

  test("whatever changes anything asks for one role alone, and for a reason: who configures models closes no books, and the other way round", async () => {
    const changing = ROUTES.filter(({ method }) => method !== "GET");
    expect(changing.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        "/api/revenue/periods/{period}/close",
        "/api/revenue/models/{model}/reattribute",
      ]),
    );
    for (const { path, role } of changing) {
      const mine = whoChanges(path);
      expect([path, role]).toEqual([path, mine]);
      const target = `POST ${path.replaceAll(/[{}]/g, "")}`;
      for (const [name, as] of Object.entries(CALLERS)) {
        const { status, body } = await ask(target, { as, body: {} });
        const refused = name === mine ? "because" : `this asks for the role ${mine}`;
        expect([status, body.error]).toEqual([
          name === mine ? 400 : 403,
          expect.stringContaining(refused),
        ]);
      }
    }
  });
});

test("what a question does not take is named, with what it takes", async () => {
  expect(await ask("GET /api/revenue", { query: { modle: "last" } })).toEqual({
    status: 400,
    body: {
      error:
        'the query: Unrecognized key: "modle"; it takes from (optional), to (optional), model (optional), by (optional), asOf (optional)',
    },
  });
  expect((await ask("GET /api/nowhere")).status).toBe(404);
});

test("the API describes itself to whoever may look", async () => {
  const { body } = await ask("GET /api/openapi.json", { as: { sub: "v", accord_role: "viewer" } });
  expect(Object.keys(body.paths)).toContain("/api/records/{kind}/{id}/unlink");
});

test("P7: an empty Accord has a status, a revenue, and nothing to export", {
  timeout: SLOW_MS,
}, async () => {
  expect((await ask("GET /api/status")).body.records.person.linked.records).toBe(0);
  expect((await ask("GET /api/revenue")).body.lines).toEqual([]);
  expect((await ask("GET /api/export/company")).body.records).toEqual([]);
});

describe("the audit", { timeout: SLOW_MS }, () => {
  test("P7: holds who did what, when and why, and what came of it, the latest first", async () => {
    const before = (await ask("GET /api/audit")).body.actions.length;
    const startedAt = new Date().toISOString();
    await ask(UNLINK, { body });
    await ask("POST /api/parked/retry", { as: { ...ADMIN, sub: "sam" }, body });
    const { actions } = (await ask("GET /api/audit")).body;
    expect(actions.length).toBe(before + 2);
    const action = { id: expect.any(String), at: expect.any(String), because: "they are two" };
    expect(actions.slice(0, 2)).toEqual([
      {
        ...action,
        actor: "sam",
        route: "POST /api/parked/retry",
        path: "/api/parked/retry",
        status: 202,
      },
      {
        ...action,
        actor: "olga",
        route: "POST /api/records/{kind}/{id}/unlink",
        path: `/api/records/person/${NOBODY}/unlink`,
        status: 404,
      },
    ]);
    const since = await ask("GET /api/audit", { query: { since: startedAt } });
    expect(since.body.actions).toEqual(actions.slice(0, 2));
    const until = await ask("GET /api/audit", { query: { until: startedAt } });
    expect(until.body.actions).toEqual(actions.slice(2));
  });

  test("what a question or a malformed request is, is no action", async () => {
    const before = (await ask("GET /api/audit")).body;
    await ask(UNLINK, { body: { force: true } });
    await ask(UNLINK, { as: { sub: "vic", accord_role: "viewer" }, body });
    expect((await ask("GET /api/audit")).body).toEqual(before);
  });

  test("goes on from page to page, each action once, an unfinished one without an outcome", async () => {
    const { audit } = world;
    const said = { actor: "olga", because: "paged", route: "POST /x", path: "/x" };
    for (let index = 0; index < 5; index += 1) {
      const key = await audit.asked({ ...said, path: `/x/${index}` });
      if (index !== 3) await audit.ended(key, 200);
    }
    const all: unknown[] = [];
    let after: string | undefined;
    const until = new Date(Date.now() + 1000).toISOString();
    do {
      const page = await audit.page({ since: "0", until, after, most: 2 });
      all.push(...page.entries.map(({ path, status }) => [path, status]));
      after = page.next;
    } while (after !== undefined);
    expect(all.slice(0, 5)).toEqual([
      ["/x/4", 200],
      ["/x/3", null],
      ["/x/2", 200],
      ["/x/1", 200],
      ["/x/0", 200],
    ]);
    const { actions } = (await ask("GET /api/audit")).body;
    expect(all).toHaveLength(actions.length);
  });

  test("what it cannot keep is not done", async () => {
    const audit = {
      ...world.audit,
      asked: () => Promise.reject(new Error("the table is away")),
    };
    const retried: unknown[] = [];
    const deadLetters = {
      names: ["live"],
      list: async () => [],
      retry: async (names: readonly string[]) => {
        retried.push(names);
        return { retried: 1, left: 0 };
      },
    };
    const failing = askApi({ ...world, audit, deadLetters });
    expect((await failing("POST /api/dead-letters/retry", { body })).status).toBe(500);
    expect(retried).toEqual([]);
  });
});

test("P7: every record of a kind comes out once, of whatever status, page by page", {
  timeout: SLOW_MS,
}, async () => {
  const store = dynamoRecordStore(dynamo.db, dynamo.tables);
  const idOf = (index: number) => {
    const digit = (index % 16).toString(16);
    return `${digit}${String(index).padStart(7, "0")}-0000-4000-8000-000000000000`;
  };
  const ids = Array.from({ length: 230 }, (_, index) => idOf(index));
  await Promise.all(
    ids.map((id, index) =>
      store.save(
        recordWith({ email: `p${index}@x.example` }, [contact(String(index))], {
          id,
          version: 0,
          status: index % 3 === 0 ? "excluded" : "linked",
        }),
      ),
    ),
  );
  const found: string[] = [];
  let after: string | undefined;
  do {
    const query: Record<string, string> = after === undefined ? {} : { after };
    const { body } = await ask("GET /api/export/person", { query });
    found.push(...body.records.map(({ id }: { id: string }) => id));
    expect(body.fields).toContain("email");
    after = body.next;
  } while (after !== undefined);
  expect(found.sort()).toEqual(ids.sort());
  expect((await ask("GET /api/export/ship")).status).toBe(404);
  expect((await ask("GET /api/export/person", { query: { after: "!" } })).status).toBe(400);
});
