import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Signature } from "@hubspot/api-client";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startHubspotSimulator } from "../../infra/simulators/hubspot/start-hubspot.ts";
import { signatureV1, signatureV3 } from "../../infra/simulators/hubspot/webhook-signature.ts";

type Options = Parameters<typeof startHubspotSimulator>[0];

const toClose: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function start(options: Partial<Options> = {}) {
  const simulator = await startHubspotSimulator({ port: 0, webhookRetryBaseMs: 20, ...options });
  let stopped = false;
  const stop = async () => {
    if (!stopped) await simulator.stop();
    stopped = true;
  };
  toClose.push(stop);
  const call = async (method: string, path: string, body?: unknown, headers = {}) => {
    const answer = await fetch(`${simulator.url}${path}`, {
      method,
      headers: { Authorization: "Bearer any", ...headers },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  return {
    simulator,
    stop,
    call,
    hubspot: new Client({ accessToken: "any", basePath: simulator.url }),
  };
}

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly events: Record<string, unknown>[];
}

/** A webhook target that answers with `statuses` in turn, and then with 200. */
async function startTarget(statuses: number[] = []) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    received.push({ headers: request.headers, body, events: JSON.parse(body) });
    response.writeHead(statuses.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  toClose.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as { port: number };
  const events = () => received.flatMap((each) => each.events);
  return { received, events, url: `http://127.0.0.1:${port}/hubspot?from=(test)` };
}

async function subscribe(
  call: Awaited<ReturnType<typeof start>>["call"],
  targetUrl: string,
  types: object[],
) {
  await call("PUT", "/webhooks/v3/77/settings?hapikey=k", {
    targetUrl,
    throttling: { maxConcurrentRequests: 10 },
  });
  for (const type of types)
    await call("POST", "/app-webhooks/2026-09/77/subscriptions", { active: true, ...type });
}

const CREATION = { eventType: "contact.creation" };
const FIRST_NAME = { eventType: "contact.propertyChange", propertyName: "firstname" };

describe("webhooks", () => {
  test("both signatures agree with HubSpot's published examples", () => {
    const secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
    const request = {
      method: "POST",
      url: "https://www.example.com/webhook_uri",
      body: "{'example_field':'example_value'}",
    };
    expect(signatureV3(secret, { ...request, timestampMs: 1693657560000 })).toBe(
      "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
    );
    expect(signatureV3(secret, { ...request, timestampMs: 1700000300000 })).toBe(
      "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=",
    );
    const body =
      '[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]';
    expect(signatureV1(secret, body)).toBe(
      "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de",
    );
  });

  test("a change arrives signed, for each subscription and no other", async () => {
    const target = await startTarget();
    const { call, hubspot } = await start({ clientSecret: "s3cret" });
    await subscribe(call, target.url, [
      CREATION,
      FIRST_NAME,
      { ...FIRST_NAME, propertyName: "phone", active: false },
    ]);
    const { id } = await hubspot.crm.contacts.basicApi.create({
      properties: { firstname: "Ann", phone: "1" },
    });
    await vi.waitFor(() => expect(target.events()).toHaveLength(2), 3_000);
    const common = {
      eventId: expect.any(Number),
      subscriptionId: expect.any(Number),
      portalId: 62515001,
      appId: 77,
      occurredAt: expect.any(Number),
      changeSource: "INTEGRATION",
      sourceId: "4242001",
      attemptNumber: 0,
      objectId: Number(id),
    };
    expect(target.events()).toEqual([
      { ...common, subscriptionType: "contact.creation", changeFlag: "NEW" },
      {
        ...common,
        subscriptionType: "contact.propertyChange",
        propertyName: "firstname",
        propertyValue: "Ann",
      },
    ]);
    const [{ headers, body }] = target.received as [Received];
    const isValid = Signature.isValid({
      signature: String(headers["x-hubspot-signature-v3"]),
      signatureVersion: "v3",
      timestamp: Number(headers["x-hubspot-request-timestamp"]),
      clientSecret: "s3cret",
      requestBody: body,
      url: target.url,
      method: "POST",
    });
    expect(isValid).toBe(true);
    expect(headers["x-hubspot-signature"]).toBe(signatureV1("s3cret", body));
  });

  test("a person's change says so, and a write that changes nothing says nothing", async () => {
    const target = await startTarget();
    const { call, hubspot } = await start();
    const { id } = await hubspot.crm.contacts.basicApi.create({ properties: { firstname: "Ann" } });
    await subscribe(call, target.url, [FIRST_NAME]);
    await hubspot.crm.contacts.basicApi.update(id, { properties: { firstname: "Ann" } });
    const person = { "X-Simulator-Source": "CRM_UI", "X-Simulator-Source-Id": "userId:7" };
    await call(
      "PATCH",
      `/crm/v3/objects/contacts/${id}`,
      { properties: { firstname: "Anna" } },
      person,
    );
    await vi.waitFor(() => expect(target.events()).toHaveLength(1), 3_000);
    expect(target.events()).toMatchObject([
      { propertyValue: "Anna", changeSource: "CRM_UI", sourceId: "userId:7" },
    ]);
  });

  test("an association is told from both sides", async () => {
    const target = await startTarget();
    const { call, hubspot } = await start();
    await subscribe(call, target.url, [
      { eventType: "contact.associationChange" },
      { eventType: "deal.associationChange" },
    ]);
    const contact = await hubspot.crm.contacts.basicApi.create({
      properties: { firstname: "Ann" },
    });
    const deal = await hubspot.crm.deals.basicApi.create({ properties: { dealname: "D" } });
    await hubspot.crm.associations.v4.basicApi.createDefault(
      "deals",
      deal.id,
      "contacts",
      contact.id,
    );
    await vi.waitFor(() => expect(target.events()).toHaveLength(2), 3_000);
    expect(target.events()).toMatchObject([
      {
        associationType: "DEAL_TO_CONTACT",
        fromObjectId: Number(deal.id),
        associationRemoved: false,
      },
      {
        associationType: "CONTACT_TO_DEAL",
        fromObjectId: Number(contact.id),
        associationRemoved: false,
      },
    ]);
  });

  test("what is not taken comes again, each attempt with its number", async () => {
    const target = await startTarget([500, 404]);
    const { call, hubspot } = await start();
    await subscribe(call, target.url, [CREATION]);
    await hubspot.crm.contacts.basicApi.create({ properties: { firstname: "Ann" } });
    await vi.waitFor(() => expect(target.received).toHaveLength(3), 5_000);
    expect(target.events().map(({ attemptNumber }) => attemptNumber)).toEqual([0, 1, 2]);
    expect(new Set(target.events().map(({ eventId }) => eventId)).size).toBe(1);
  });

  test("many changes travel in batches of at most a hundred", async () => {
    const target = await startTarget();
    const { call, hubspot } = await start();
    await subscribe(call, target.url, [CREATION]);
    for (let batch = 0; batch < 3; batch += 1) {
      const inputs = Array.from({ length: 90 }, () => ({
        properties: { firstname: "A" },
        associations: [],
      }));
      await hubspot.crm.contacts.batchApi.create({ inputs });
    }
    await vi.waitFor(() => expect(target.events()).toHaveLength(270), 5_000);
    expect(Math.max(...target.received.map(({ events }) => events.length))).toBeLessThanOrEqual(
      100,
    );
  });

  test("of many deliveries only the dropped one is missing, and none comes twice", async () => {
    const target = await startTarget();
    const { call, simulator, hubspot } = await start();
    await subscribe(call, target.url, [FIRST_NAME]);
    await call("POST", "/_simulator/faults", { fault: { kind: "drop-delivery" } });
    const ids = Array.from({ length: 250 }, (_, at) => String(at + 1));
    simulator.seed(
      "contacts",
      ids.map((id) => ({ id, properties: {} })),
    );
    const updates = [0, 100, 200].map((from) =>
      hubspot.crm.contacts.batchApi.update({
        inputs: ids.slice(from, from + 100).map((id) => ({ id, properties: { firstname: "A" } })),
      }),
    );
    await Promise.all(updates);
    await vi.waitFor(async () => {
      expect((await call("GET", "/_simulator/webhooks/pending")).body).toEqual({ pending: 0 });
    }, 5_000);
    const told = target.events().map(({ objectId }) => objectId);
    expect(new Set(told).size).toBe(told.length);
    expect(told.length).toBeGreaterThanOrEqual(150);
    expect(told.length).toBeLessThan(250);
  });

  test("a dropped delivery is never seen", async () => {
    const target = await startTarget();
    const { call, hubspot } = await start();
    await subscribe(call, target.url, [CREATION]);
    await call("POST", "/_simulator/faults", { fault: { kind: "drop-delivery" } });
    await hubspot.crm.contacts.basicApi.create({ properties: { firstname: "Lost" } });
    await vi.waitFor(async () => {
      expect((await call("GET", "/_simulator/webhooks/pending")).body).toEqual({ pending: 0 });
    }, 3_000);
    const { id } = await hubspot.crm.contacts.basicApi.create({
      properties: { firstname: "Told" },
    });
    await vi.waitFor(() => expect(target.events()).toHaveLength(1), 3_000);
    expect(target.events()).toMatchObject([{ objectId: Number(id) }]);
  });
});

describe("an account kept in a file", () => {
  test("is the same after a restart, and goes on delivering what was pending", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "hubspot-")), "account.db");
    const target = await startTarget([503]);
    const first = await start({ file, webhookRetryBaseMs: 300 });
    expect(first.simulator.isEmpty()).toBe(true);
    await subscribe(first.call, target.url, [CREATION]);
    const { id } = await first.hubspot.crm.contacts.basicApi.create({
      properties: { email: "a@x.io" },
    });
    await first.hubspot.crm.contacts.basicApi.update(id, { properties: { firstname: "Ann" } });
    const company = await first.hubspot.crm.companies.basicApi.create({
      properties: { name: "Acme" },
    });
    await first.hubspot.crm.associations.v4.basicApi.createDefault(
      "contacts",
      id,
      "companies",
      company.id,
    );
    await first.call("POST", "/crm/v3/properties/contacts", {
      name: "shoe_size",
      label: "Shoe size",
      type: "number",
      fieldType: "number",
      groupName: "contactinformation",
    });
    await vi.waitFor(() => expect(target.received).toHaveLength(1), 3_000);
    const path = `/crm/v3/objects/contacts/${id}?propertiesWithHistory=firstname&associations=companies`;
    const before = await first.call("GET", path);
    await first.stop();

    const second = await start({ file });
    expect(second.simulator.isEmpty()).toBe(false);
    expect(await second.call("GET", path)).toEqual(before);
    expect((await second.call("GET", "/crm/v3/properties/contacts/shoe_size")).status).toBe(200);
    expect((await second.call("GET", "/webhooks/v3/77/settings")).body.targetUrl).toBe(target.url);
    await vi.waitFor(() => expect(target.received.length).toBeGreaterThan(1), 3_000);
    const taken = await second.call("POST", "/crm/v3/objects/contacts", {
      properties: { email: "A@x.io" },
    });
    expect(taken.status).toBe(409);
    const next = await second.hubspot.crm.contacts.basicApi.create({
      properties: { email: "b@x.io" },
    });
    expect(Number(next.id)).toBeGreaterThan(Number(company.id));
  });
});

describe("a process that is killed", () => {
  test("has kept everything it had answered for", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "hubspot-")), "account.db");
    const module = new URL("../../infra/simulators/hubspot/start-hubspot.ts", import.meta.url).href;
    const program = `const { startHubspotSimulator } = await import(${JSON.stringify(module)});
      console.log((await startHubspotSimulator(${JSON.stringify({ port: 0, file })})).url);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
    const [url] = await once(child.stdout, "data");
    const hubspot = new Client({ accessToken: "any", basePath: String(url).trim() });
    const inputs = Array.from({ length: 50 }, (_, at) => ({
      properties: { email: `p${at}@x.io` },
      associations: [],
    }));
    const { results } = await hubspot.crm.contacts.batchApi.create({ inputs });
    child.kill("SIGKILL");
    await once(child, "exit");
    const revived = await start({ file });
    const kept = await revived.hubspot.crm.contacts.getAll(100);
    expect(kept.map(({ id }) => id)).toEqual(results.map(({ id }) => id));
  });
});

describe("the service", () => {
  test("is seeded over HTTP, keeps what it is given, and may be seeded twice", async () => {
    const { call } = await start();
    const record = {
      id: "100001",
      createdAt: "2017-06-14T00:00:00.000Z",
      updatedAt: "2017-06-15T00:00:00.000Z",
      archived: false,
      properties: { email: "a@x.io", lifecyclestage: "made_up", landing_page: "b76", phone: "" },
    };
    for (const _ of [1, 2])
      expect(
        (await call("POST", "/_simulator/seed/contacts", `${JSON.stringify(record)}\n`)).body,
      ).toEqual({ seeded: 1 });
    const { body } = await call("POST", "/crm/v3/objects/contacts/search", {
      properties: ["lifecyclestage", "landing_page", "phone"],
    });
    expect(body).toEqual({
      total: 1,
      results: [
        {
          id: "100001",
          properties: {
            createdate: "2017-06-14T00:00:00.000Z",
            hs_object_id: "100001",
            landing_page: "b76",
            lastmodifieddate: "2017-06-15T00:00:00.000Z",
            lifecyclestage: "made_up",
            phone: null,
          },
          createdAt: "2017-06-14T00:00:00.000Z",
          updatedAt: "2017-06-15T00:00:00.000Z",
          archived: false,
          url: "https://app.hubspot.com/contacts/62515001/record/0-1/100001",
        },
      ],
    });
  });

  test("gives a new record an id that no seeded one has", async () => {
    const { simulator, hubspot } = await start();
    const made = await hubspot.crm.contacts.basicApi.create({ properties: { firstname: "A" } });
    const taken = String(Number(made.id) + 1);
    simulator.seed("contacts", [{ id: taken, properties: { firstname: "B" } }]);
    const next = await hubspot.crm.contacts.basicApi.create({ properties: { firstname: "C" } });
    expect(next.id).toBe(String(Number(taken) + 1));
  });

  test("counts calls by endpoint and writes by kind, and delays its answers", async () => {
    const { call, hubspot } = await start({ delay: { minMs: 40, maxMs: 60 } });
    const startMs = performance.now();
    const { id } = await hubspot.crm.contacts.basicApi.create({ properties: { firstname: "Ann" } });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(39);
    await hubspot.crm.contacts.basicApi.update(id, { properties: { firstname: "Anna" } });
    await call("GET", "/crm/objects/2026-09/0-1/5");
    await hubspot.crm.contacts.basicApi.archive(id);
    expect((await call("GET", "/_simulator/stats")).body).toEqual({
      total: 4,
      byEndpoint: {
        "POST /crm/v3/objects/:objectType": 1,
        "PATCH /crm/v3/objects/:objectType/:id": 1,
        "GET /crm/objects/2026-09/:objectType/:id": 1,
        "DELETE /crm/v3/objects/:objectType/:id": 1,
      },
      byStatus: { "2xx": 3, "4xx": 1 },
      writes: { creates: 1, updates: 1, archives: 1, associations: 0 },
      faults: {},
    });
  });

  test("refuses a token that is not the account's, and names the scope it lacks", async () => {
    const { call } = await start({
      accessToken: "right",
      missingScopes: ["crm.objects.deals.write"],
    });
    expect((await call("GET", "/crm/v3/owners")).status).toBe(401);
    const headers = { Authorization: "Bearer right" };
    expect((await call("GET", "/crm/v3/objects/deals", undefined, headers)).status).toBe(200);
    const { status, body } = await call(
      "POST",
      "/crm/v3/objects/deals",
      { properties: {} },
      headers,
    );
    expect([status, body.category, body.errors[0].context]).toEqual([
      403,
      "MISSING_SCOPES",
      { requiredGranularScopes: ["crm.objects.deals.write"] },
    ]);
  });

  test("answers the official client on owners, pipelines, properties, tokens and webhooks", async () => {
    const { simulator, hubspot } = await start();
    simulator.seed("owners", [
      { id: "5001", email: "rep1@x.io", firstName: "Rep", lastName: "1", archived: false },
    ]);
    const owners = await hubspot.crm.owners.ownersApi.getPage("rep1@x.io");
    expect(owners.results.map(({ id, email }) => [id, email])).toEqual([["5001", "rep1@x.io"]]);
    const pipelines = await hubspot.crm.pipelines.pipelinesApi.getAll("deals");
    expect(pipelines.results[0]?.stages.map(({ id }) => id)).toEqual([
      "appointmentscheduled",
      "qualifiedtobuy",
      "presentationscheduled",
      "decisionmakerboughtin",
      "contractsent",
      "closedwon",
      "closedlost",
    ]);
    const email = await hubspot.crm.properties.coreApi.getByName("contacts", "email");
    expect([email.type, email.hasUniqueValue]).toEqual(["string", true]);
    const token = await hubspot.oauth.tokensApi.create(
      "refresh_token",
      undefined,
      undefined,
      "id",
      "secret",
      "refresh",
    );
    expect(token).toMatchObject({ tokenType: "bearer", refreshToken: "refresh", expiresIn: 1800 });
    const developer = new Client({ developerApiKey: "k", basePath: simulator.url });
    await developer.webhooks.settingsApi.configure(9, {
      targetUrl: "https://x.io/hook",
      throttling: { maxConcurrentRequests: 10 },
    });
    const subscription = await developer.webhooks.subscriptionsApi.create(9, {
      eventType: "contact.creation" as never,
    });
    expect(subscription.active).toBe(false);
  });
});
