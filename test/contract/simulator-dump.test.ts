import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type InProcessCrm, openInProcess } from "../support/in-process-crms.ts";

const open: InProcessCrm[] = [];
const folder = mkdtempSync(join(tmpdir(), "simulator-dump-"));
afterEach(async () => {
  for (const crm of open.splice(0)) await crm.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(system: "hubspot" | "salesforce", options = {}): Promise<InProcessCrm> {
  const crm = await openInProcess(system, options);
  open.push(crm);
  return crm;
}

const dumpOf = async (crm: InProcessCrm): Promise<string> =>
  (await crm.call("GET", "/_simulator/dump")).body;
const load = (crm: InProcessCrm, dump: string) => crm.call("POST", "/_simulator/load", dump);

/** An account with a bit of everything, two deliveries that failed, and ids that are gone again. */
async function fillHubspot(crm: InProcessCrm): Promise<string> {
  const post = (path: string, body: object) => crm.call("POST", path, body);
  const create = async (object: string, properties: object): Promise<string> =>
    (await post(`/crm/v3/objects/${object}`, { properties })).body.id;
  crm.target.status = 503;
  await crm.call("PUT", "/webhooks/v3/1/settings", { targetUrl: "https://accord.example/in" });
  await post("/webhooks/v3/1/subscriptions", { eventType: "contact.creation", active: true });
  await post("/crm/v3/properties/contacts", {
    ...{ name: "accord_id", label: "Accord", groupName: "contactinformation" },
    ...{ type: "string", fieldType: "text", hasUniqueValue: true },
  });
  const ann = await create("contacts", { email: "ann@x.io", accord_id: "1" });
  const twin = await create("contacts", { email: "twin@x.io" });
  const acme = await create("companies", { name: "Acme" });
  await crm.call("PATCH", `/crm/v3/objects/contacts/${ann}`, { properties: { firstname: "Ann" } });
  await crm.call("PUT", `/crm/v4/objects/contacts/${ann}/associations/default/companies/${acme}`);
  const merged = await post("/crm/v3/objects/contacts/merge", {
    primaryObjectId: ann,
    objectIdToMerge: twin,
  });
  const gone = await create("contacts", { email: "gone@x.io" });
  await post("/crm/v3/objects/contacts/gdpr-delete", { objectId: gone });
  await crm.clock.advance(10_000);
  return merged.body.id;
}

describe("a dump of HubSpot", () => {
  let crm: InProcessCrm;
  let ann: string;
  beforeEach(async () => {
    crm = await start("hubspot");
    ann = await fillHubspot(crm);
  });

  test("brings everything back in another simulator, and both go on alike", async () => {
    const dump = await dumpOf(crm);
    const other = await start("hubspot");
    other.seed("contacts", [{ id: "5", properties: { email: "before@x.io" } }]);
    await other.clock.advance(crm.clock.now() - other.clock.now());
    other.target.status = 503;
    expect(await load(other, dump)).toMatchObject({ status: 200 });
    expect(await dumpOf(other)).toBe(dump);
    const history = `/crm/v3/objects/contacts/${ann}?propertiesWithHistory=firstname,email`;
    for (const path of [
      history,
      "/crm/v3/objects/contacts/5",
      `/crm/v4/objects/contacts/${ann}/associations/companies`,
      "/crm/v3/properties/contacts/accord_id",
      "/webhooks/v3/1/subscriptions",
      "/_simulator/webhooks/pending",
      "/_simulator/stats",
    ])
      expect(withoutIds(await other.call("GET", path))).toEqual(
        withoutIds(await crm.call("GET", path)),
      );
    const next = { properties: { email: "next@x.io" } };
    const [here, there] = [
      await crm.call("POST", "/crm/v3/objects/contacts", next),
      await other.call("POST", "/crm/v3/objects/contacts", next),
    ];
    expect(there).toEqual(here);
  });

  test("brings back how much of the rate limits is used", async () => {
    const search = (at: InProcessCrm) => at.call("POST", "/crm/v3/objects/contacts/search", {});
    for (let call = 0; call < 5; call += 1) expect((await search(crm)).status).toBe(200);
    expect((await search(crm)).status).toBe(429);
    const other = await start("hubspot");
    await other.clock.advance(crm.clock.now() - other.clock.now());
    await load(other, await dumpOf(crm));
    expect((await search(other)).body).toMatchObject({ policyName: "SECONDLY" });
    await other.clock.advance(1_000);
    expect((await search(other)).status).toBe(200);
  });

  test("goes on with the deliveries that it waited for", async () => {
    const other = await start("hubspot");
    await load(other, await dumpOf(crm));
    await other.clock.advance(120_000);
    const told = other.sent.flatMap(({ body }) => JSON.parse(body));
    expect(told.length).toBeGreaterThan(1);
    expect(new Set(told.map(({ subscriptionType }) => subscriptionType))).toEqual(
      new Set(["contact.creation"]),
    );
    const sentBefore = crm.sent.flatMap(({ body }) => JSON.parse(body));
    expect(new Set(told.map(({ eventId }) => eventId))).toEqual(
      new Set(sentBefore.map(({ eventId }) => eventId)),
    );
  });

  test("is the state of one moment, whatever is written while it is read", async () => {
    for (const file of [undefined, join(folder, "moment.db")]) {
      const source = await start("hubspot", { file });
      // More than is read at once.
      const properties = { firstname: "x".repeat(1_000) };
      source.seed(
        "contacts",
        Array.from({ length: 300 }, (_, at) => ({ id: String(at + 1), properties })),
      );
      const before = await dumpOf(source);
      const reading = await source.app.fetch(new Request("https://x.example/_simulator/dump"));
      await source.call("POST", "/crm/v3/objects/contacts", { properties: { email: "z@x.io" } });
      expect(await reading.text()).toBe(before);
    }
  });

  test("that was loaded lasts, where the state is kept in a file", async () => {
    const file = join(folder, "lasting.db");
    const first = await openInProcess("hubspot", { file });
    first.seed("contacts", [{ id: "5", properties: { email: "before@x.io" } }]);
    await load(first, await dumpOf(crm));
    const later = await first.call("POST", "/crm/v3/objects/contacts", {
      properties: { email: "later@x.io" },
    });
    await first.stop();
    const second = await start("hubspot", { file });
    const page = await second.call("GET", "/crm/v3/objects/contacts?properties=email");
    expect(page.body.results).toMatchObject([{ id: ann }, { id: later.body.id }]);
  });

  test.each([
    ["nothing", () => "", "there is nothing in this dump"],
    ["something else", () => '{"id":"1"}', "line 1: this is not a dump of a simulator"],
    [
      "another system",
      (dump: string) => dump.replace('"hubspot"', '"salesforce"'),
      "this is a dump of salesforce, and this is hubspot",
    ],
    [
      "another version",
      (dump: string) => dump.replace('"version":1', '"version":99'),
      "this dump is of version 99, and only version 1 can be read",
    ],
    [
      "half a dump",
      (dump: string) => dump.split("\n").slice(0, 12).join("\n"),
      /^the dump is cut short: it ends after \d+ rows$/,
    ],
    [
      "a damaged line",
      (dump: string) => dump.replace('"table"', '"tabel"'),
      /^line \d+: is no line of a dump$/,
    ],
    ["a row that is no JSON", (dump: string) => dump.replace('"json":"{', '"json":"'), /JSON/],
    [
      "a part of another form",
      (dump: string) => dump.replace(/("passing":"last-id","value":)\d+/, '$1"x"'),
      "'last-id' does not have the form it was kept in",
    ],
  ])("cannot be loaded from %s, and nothing changes", async (_what, spoil, reason) => {
    const dump = await dumpOf(crm);
    await crm.call("PUT", "/_simulator/clock", { advanceMs: 1_000 });
    const before = await dumpOf(crm);
    const { status, body } = await load(crm, spoil(dump));
    expect(status).toBe(400);
    expect(body.error).toMatch(/^nothing was loaded: [^\n]+$/);
    expect(body.error.replace("nothing was loaded: ", "")).toMatch(reason);
    expect(await dumpOf(crm)).toBe(before);
    expect((await crm.call("GET", `/crm/v3/objects/contacts/${ann}`)).status).toBe(200);
  });
});

test("a dump of Salesforce brings back exact amounts, tokens, cursors and events to come", async () => {
  const crm = await start("salesforce");
  crm.target.status = 503;
  await crm.call("PUT", "/_simulator/event-relay", { target: "https://accord.example/in" });
  const deal =
    '{"Name":"Deal","StageName":"Prospecting","CloseDate":"2026-06-30","Amount":9007199254740993.01}';
  const { body } = await crm.call("POST", "/services/data/v67.0/sobjects/Opportunity", deal);
  await crm.clock.advance(500);
  const other = await start("salesforce");
  await other.clock.advance(crm.clock.now() - other.clock.now());
  other.target.status = 503;
  const dump = await dumpOf(crm);
  expect(await load(other, dump)).toMatchObject({ status: 200 });
  expect(await dumpOf(other)).toBe(dump);
  const answer = await other.app.fetch(
    new Request(`https://x.example/services/data/v67.0/sobjects/Opportunity/${body.id}`, {
      headers: { authorization: `Bearer ${await tokenOf(crm)}` },
    }),
  );
  expect(await answer.text()).toContain('"Amount":9007199254740993.01');
  other.target.status = 200;
  await other.clock.advance(60_000);
  expect(other.sent.at(-1)?.body).toBe(crm.sent.at(-1)?.body);
});

async function tokenOf(crm: InProcessCrm): Promise<string> {
  const login = "grant_type=client_credentials&client_id=id&client_secret=secret";
  return (await crm.call("POST", "/services/oauth2/token", login)).body.access_token;
}

/** Correlation ids are drawn anew for each answer. */
function withoutIds(answer: object): unknown {
  return JSON.parse(
    JSON.stringify(answer).replace(/"correlationId":"[^"]+"/g, '"correlationId":""'),
  );
}
