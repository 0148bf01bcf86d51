import { afterEach, describe, expect, test } from "vitest";
import type { HubspotSimulatorOptions } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { type Account, openAccount, refusal } from "./hubspot-simulator-account.ts";

const NOON_MS = Date.parse("2026-03-01T12:00:00.000Z");

let account: Account;
afterEach(() => account.simulator.stop());

/** An account whose clock stands still unless it is put forward. */
async function openAtNoon(options: HubspotSimulatorOptions = {}) {
  const time = { nowMs: NOON_MS };
  account = await openAccount({ clock: clockTelling(() => time.nowMs), ...options });
  return {
    ...account,
    forward: (ms: number) => {
      time.nowMs += ms;
    },
  };
}

const LIST = "/crm/v3/objects/contacts";
const SEARCH = "/crm/v3/objects/contacts/search";

describe("the burst limit", () => {
  test("lets 190 calls through in any ten seconds, says how many are left, and refuses the next", async () => {
    const { send, forward } = await openAtNoon();
    const first = await send("GET", LIST);
    expect(
      ["max", "remaining", "interval-milliseconds", "daily", "daily-remaining"].map((name) =>
        first.headers.get(`x-hubspot-ratelimit-${name}`),
      ),
    ).toEqual(["190", "189", "10000", "625000", "624999"]);
    forward(6_000);
    for (let calls = 1; calls < 190; calls += 1) await send("GET", `${LIST}?limit=1`);
    const refused = await send("GET", LIST);
    expect(refused).toMatchObject({
      status: 429,
      body: {
        status: "error",
        message: "You have reached your ten_secondly_rolling limit.",
        errorType: "RATE_LIMIT",
        policyName: "TEN_SECONDLY_ROLLING",
        correlationId: expect.any(String),
      },
    });
    expect(refused.headers.get("x-hubspot-ratelimit-remaining")).toBe("0");
    // The window slides: four seconds on, the first call alone has left it.
    forward(4_000);
    expect((await send("GET", LIST)).status).toBe(200);
    expect((await send("GET", LIST)).status).toBe(429);
    const stats = await send("GET", "/_simulator/stats");
    expect(stats.body.byStatus).toEqual({ "2xx": 191, "4xx": 2 });
  });

  test("is an app's own, counts its refusals by others too, and leaves people and settings alone", async () => {
    const { send } = await openAtNoon({ limits: { burst: 2 } });
    await send("GET", `${LIST}/1`);
    await send("GET", LIST);
    expect((await send("GET", LIST)).status).toBe(429);
    const other = { Authorization: "Bearer other" };
    expect((await send("GET", LIST, undefined, other)).status).toBe(200);
    const person = { "X-Simulator-Source": "CRM_UI" };
    for (const [path, headers] of [
      [LIST, person],
      ["/webhooks/v3/1/subscriptions?hapikey=k", {}],
      ["/_simulator/stats", {}],
    ] as const)
      expect((await send("GET", path, undefined, headers)).status).toBe(200);
  });

  test("meets the official client, which knows it by its policy", async () => {
    const { hubspot } = await openAtNoon({ limits: { burst: 0 } });
    const { code, body } = await refusal(hubspot.crm.contacts.basicApi.getPage(1));
    expect([code, body["policyName"]]).toEqual([429, "TEN_SECONDLY_ROLLING"]);
  });
});

test("the daily allowance is one for all apps, and begins anew at midnight", async () => {
  const { send, forward } = await openAtNoon({ limits: { daily: 3 } });
  await send("GET", LIST);
  await send("POST", SEARCH, {});
  await send("GET", LIST, undefined, { Authorization: "Bearer other" });
  for (const [method, path] of [
    ["GET", LIST],
    ["POST", SEARCH],
  ] as const)
    expect(await send(method, path, method === "POST" ? {} : undefined)).toMatchObject({
      status: 429,
      body: { policyName: "DAILY", message: "You have reached your daily limit." },
    });
  forward(12 * 3_600_000);
  expect((await send("GET", LIST)).status).toBe(200);
});

test("five searches a second are answered, without a word on limits, and the sixth is refused", async () => {
  const { send, forward } = await openAtNoon();
  const statuses: number[] = [];
  for (let calls = 0; calls < 6; calls += 1) {
    const { status, headers, body } = await send("POST", SEARCH, {});
    statuses.push(status);
    expect([...headers.keys()].filter((name) => name.includes("ratelimit"))).toEqual([]);
    if (status === 429)
      expect(body).toMatchObject({
        policyName: "SECONDLY",
        message: "You have reached your secondly limit.",
      });
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  expect((await send("GET", LIST)).headers.get("x-hubspot-ratelimit-remaining")).toBe("189");
  forward(1_000);
  expect((await send("POST", SEARCH, {})).status).toBe(200);
});

test("without limits nothing is refused, and nothing is said of them", async () => {
  const { send } = await openAtNoon({ limits: "off" });
  for (let calls = 0; calls < 7; calls += 1)
    expect((await send("POST", SEARCH, {})).status).toBe(200);
  expect((await send("GET", LIST)).headers.get("x-hubspot-ratelimit-max")).toBeNull();
});

describe("the search index", () => {
  const searchFor = async (
    { call }: Pick<Account, "call">,
    ...filters: readonly Record<string, string>[]
  ) => {
    const { body } = await call("POST", SEARCH, {
      filterGroups: filters.length > 0 ? [{ filters }] : [],
      sorts: ["lastmodifieddate"],
      properties: ["firstname"],
      limit: 200,
    });
    return body.results.map((each: { id: string; properties: { firstname: string } }) => [
      each.id,
      each.properties.firstname,
    ]);
  };

  test("knows of a new, a changed and an archived record only after its lag", async () => {
    const { newContact, hubspot, call, forward } = await openAtNoon({
      limits: "off",
      searchLagMs: { minMs: 3_000, maxMs: 3_000 },
    });
    const id = await newContact({ firstname: "Ann" });
    expect((await hubspot.crm.contacts.basicApi.getById(id)).id).toBe(id);
    forward(2_999);
    expect(await searchFor({ call })).toEqual([]);
    forward(1);
    expect(await searchFor({ call })).toEqual([[id, "Ann"]]);

    await hubspot.crm.contacts.basicApi.update(id, { properties: { firstname: "Anna" } });
    const named = (value: string) => ({ propertyName: "firstname", operator: "EQ", value });
    expect(await searchFor({ call }, named("Ann"))).toEqual([[id, "Ann"]]);
    expect(await searchFor({ call }, named("Anna"))).toEqual([]);
    forward(3_000);
    expect(await searchFor({ call }, named("Ann"))).toEqual([]);
    expect(await searchFor({ call }, named("Anna"))).toEqual([[id, "Anna"]]);

    await hubspot.crm.contacts.basicApi.archive(id);
    expect(await searchFor({ call })).toEqual([[id, "Anna"]]);
    forward(3_000);
    expect(await searchFor({ call })).toEqual([]);
  });

  test("finds a record that was restored once, whatever the order", async () => {
    const { newContact, call, forward } = await openAtNoon({ limits: "off" });
    const id = await newContact({ firstname: "Ann" });
    forward(5_000);
    await searchFor({ call });
    await call("DELETE", `${LIST}/${id}`);
    forward(5_000);
    expect(await searchFor({ call })).toEqual([]);
    await call("POST", `/_simulator/restore/contacts/${id}`);
    forward(5_000);
    expect(await searchFor({ call })).toEqual([[id, "Ann"]]);
    const byId = await call("POST", SEARCH, { sorts: ["hs_object_id"] });
    expect([byId.body.total, byId.body.results.length]).toEqual([1, 1]);
  });

  test("still shows both records of a merge for a while, and then the one", async () => {
    const { newContact, hubspot, call, forward } = await openAtNoon({ limits: "off" });
    const [a, b] = [await newContact({ firstname: "A" }), await newContact({ firstname: "B" })];
    forward(5_000);
    const merged = await hubspot.crm.contacts.basicApi.merge({
      primaryObjectId: a,
      objectIdToMerge: b,
    });
    expect(await searchFor({ call })).toEqual([
      [a, "A"],
      [b, "B"],
    ]);
    forward(5_000);
    expect(await searchFor({ call })).toEqual([[merged.id, "A"]]);
  });

  test("may show a later change before an earlier one, and never an older state after a newer", async () => {
    // The first lag drawn is long, the second short.
    const draws = [0.99, 0.01, 0.01];
    const { call, simulator, forward } = await openAtNoon({
      limits: "off",
      random: () => draws.shift() ?? 0.5,
    });
    simulator.seed("contacts", [
      { id: "1", properties: { firstname: "One", lastmodifieddate: "2026-01-01T00:00:00.000Z" } },
      { id: "2", properties: { firstname: "Two", lastmodifieddate: "2026-01-02T00:00:00.000Z" } },
    ]);
    const rename = (id: string, firstname: string) =>
      call("PATCH", `${LIST}/${id}`, { properties: { firstname } });
    await rename("1", "Uno");
    await rename("2", "Due");
    forward(1_100);
    expect(await searchFor({ call })).toEqual([
      ["1", "One"],
      ["2", "Due"],
    ]);
    await rename("1", "Un");
    forward(1_100);
    expect(await searchFor({ call })).toEqual([
      ["2", "Due"],
      ["1", "Un"],
    ]);
    forward(5_000);
    expect(await searchFor({ call })).toEqual([
      ["2", "Due"],
      ["1", "Un"],
    ]);
  });

  test("shows the same after a dump and a load, and learns of the rest at the same moment", async () => {
    const first = await openAtNoon();
    const id = await first.newContact({ firstname: "Ann" });
    first.forward(5_000);
    await first.call("PATCH", `${LIST}/${id}`, { properties: { firstname: "Anna" } });
    const dump = await (await fetch(`${first.simulator.url}/_simulator/dump`)).text();
    await first.simulator.stop();
    const second = await openAtNoon();
    const loading = { method: "POST", body: dump };
    expect((await fetch(`${second.simulator.url}/_simulator/load`, loading)).ok).toBe(true);
    second.forward(5_000);
    expect(await searchFor(second)).toEqual([[id, "Ann"]]);
    second.forward(5_000);
    expect(await searchFor(second)).toEqual([[id, "Anna"]]);
  });

  test("never shows a write that was refused", async () => {
    const { newContact, call, forward } = await openAtNoon({ limits: "off" });
    await newContact({ email: "ann@x.io", firstname: "Ann" });
    const inputs = [
      { properties: { email: "new@x.io", firstname: "New" } },
      { properties: { email: "ann@x.io", firstname: "Twice" } },
    ];
    expect((await call("POST", `${LIST}/batch/create`, { inputs })).status).toBe(409);
    forward(5_000);
    expect((await searchFor({ call })).map(([, firstname]: string[]) => firstname)).toEqual([
      "Ann",
    ]);
  });

  test("reads what was seeded at once, also where it is huge and keeps changing", async () => {
    const { simulator, call, forward } = await openAtNoon({ limits: "off" });
    const rows = Array.from({ length: 5_000 }, (_, at) => ({
      id: String(at + 1),
      properties: {
        firstname: `P${at}`,
        lastmodifieddate: new Date(NOON_MS - 10_000_000 + at).toISOString(),
      },
    }));
    simulator.seed("contacts", rows);
    for (let batch = 0; batch < 10; batch += 1) {
      const inputs = Array.from({ length: 100 }, (_, at) => ({
        id: String(batch * 100 + at + 1),
        properties: { firstname: "Changed" },
      }));
      await call("POST", `${LIST}/batch/update`, { inputs });
    }
    forward(5_000);
    const since = { propertyName: "lastmodifieddate", operator: "GTE", value: String(NOON_MS) };
    const { body } = await call("POST", SEARCH, {
      filterGroups: [{ filters: [since] }],
      sorts: ["lastmodifieddate"],
      limit: 200,
    });
    expect([body.total, body.results.length]).toEqual([1_000, 200]);
    const stamps = body.results.map(
      (each: { properties: { lastmodifieddate: string } }) => each.properties.lastmodifieddate,
    );
    expect(stamps).toEqual([...stamps].sort());
  });
});
