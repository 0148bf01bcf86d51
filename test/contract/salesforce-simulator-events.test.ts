import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { startSalesforceSimulator } from "../../infra/simulators/salesforce/start-salesforce.ts";
import { eventually, logIn, type RunningOrg, startOrg } from "./salesforce-simulator-org.ts";

// jsforce reads these when it is first imported, and would send loopback calls to a proxy.
vi.hoisted(() => {
  for (const name of ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
    delete process.env[name];
});

const ACK = `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>`;

interface Header {
  readonly entityName: string;
  readonly recordIds: string[];
  readonly changeType: string;
  readonly changedFields: string[];
  readonly changeOrigin: string;
  readonly transactionKey: string;
  readonly sequenceNumber: number;
  readonly commitUser: string;
}

interface ChangeEvent {
  readonly "detail-type": string;
  readonly source: string;
  readonly detail: { readonly payload: { readonly ChangeEventHeader: Header } };
}

const cleanUps: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** Listens for deliveries. `answer` decides what the n-th one is told, counted from 0. */
async function listen(answer: (n: number) => { status: number; body?: string }) {
  const bodies: string[] = [];
  const server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      const { status, body: told } = answer(bodies.length);
      bodies.push(body);
      response.writeHead(status).end(told);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
  const events = () => bodies.flatMap((body): ChangeEvent[] => JSON.parse(body));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, bodies, events };
}

async function start(options: Parameters<typeof startOrg>[0] = {}): Promise<RunningOrg> {
  const org = await startOrg({ eventRetryBaseMs: 20, ...options });
  cleanUps.push(() => org.simulator.stop());
  return org;
}

const tell = (org: RunningOrg, path: string, method: string, body: object) =>
  fetch(`${org.simulator.url}/_simulator/${path}`, { method, body: JSON.stringify(body) });

const lead = { FirstName: "Ann", LastName: "Lee", Company: "Acme" };

describe("a change event", () => {
  test("tells of creation, change and deletion in the envelope of EventBridge", async () => {
    const target = await listen(() => ({ status: 200 }));
    const org = await start();
    await tell(org, "event-relay", "PUT", { target: target.url });
    const leads = org.connection.sobject("Lead");
    const { id = "" } = await leads.create({ ...lead, City: "Rio", AnnualRevenue: 5 });
    await leads.update({ Id: id, LastName: "Lee-Smith", City: null, Title: "CEO" });
    await leads.destroy(id);
    const [created, updated, deleted] = await eventually(() =>
      target.events().length === 3 ? target.events() : undefined,
    );
    expect(created).toEqual({
      version: "0",
      id: expect.any(String),
      "detail-type": "LeadChangeEvent",
      source: expect.stringMatching(/^aws\.partner\/salesforce\.com\/00D\w{15}\/0YL\w{15}$/),
      account: expect.any(String),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: expect.any(String),
      resources: [],
      detail: {
        payload: {
          ChangeEventHeader: {
            entityName: "Lead",
            recordIds: [id],
            changeType: "CREATE",
            changedFields: [],
            changeOrigin: "com/salesforce/api/rest/67.0;client=accord",
            transactionKey: expect.any(String),
            sequenceNumber: 1,
            commitTimestamp: expect.any(Number),
            commitUser: org.userId,
            commitNumber: expect.any(Number),
          },
          Name: { FirstName: "Ann", LastName: "Lee" },
          Company: "Acme",
          Address: { City: "Rio" },
          AnnualRevenue: 5,
          Status: "Open - Not Contacted",
          CurrencyIsoCode: "USD",
          OwnerId: org.userId,
          IsConverted: false,
          IsUnreadByOwner: false,
          CreatedDate: expect.stringMatching(/\.\d{3}Z$/),
          CreatedById: org.userId,
          LastModifiedDate: expect.stringMatching(/\.\d{3}Z$/),
          LastModifiedById: org.userId,
        },
      },
    });
    expect(updated?.detail.payload).toEqual({
      ChangeEventHeader: expect.objectContaining({
        changeType: "UPDATE",
        changedFields: ["Name.LastName", "Title", "Address.City", "LastModifiedDate"],
      }),
      Name: { LastName: "Lee-Smith" },
      Title: "CEO",
      LastModifiedDate: expect.any(String),
    });
    expect(deleted?.detail.payload).toEqual({
      ChangeEventHeader: expect.objectContaining({ changeType: "DELETE", recordIds: [id] }),
    });
    expect(target.bodies[0]).toMatch(/"commitNumber":\d{19}[,}]/);
  });

  test("comes again after a failure, in order, and is not lost", async () => {
    const target = await listen((n) => ({ status: n < 2 ? 503 : 200 }));
    const org = await start();
    await tell(org, "event-relay", "PUT", { target: target.url });
    const leads = org.connection.sobject("Lead");
    const { id: first } = await leads.create(lead);
    await eventually(() => (target.bodies.length >= 1 ? true : undefined));
    const { id: second } = await leads.create(lead);
    await eventually(() => (target.bodies.length >= 3 ? true : undefined));
    const taken = target.bodies.slice(2).flatMap((body): ChangeEvent[] => JSON.parse(body));
    const ids = taken.flatMap((event) => event.detail.payload.ChangeEventHeader.recordIds);
    expect(ids).toEqual([first, second]);
  });

  test("is lost where a loss is asked for", async () => {
    const target = await listen(() => ({ status: 200 }));
    const org = await start();
    await tell(org, "event-relay", "PUT", { target: target.url });
    const match = { object: "Lead", bodyContains: "Unheard" };
    await tell(org, "faults", "POST", { match, fault: { kind: "drop-delivery" } });
    const leads = org.connection.sobject("Lead");
    await leads.create({ ...lead, LastName: "Unheard" });
    await vi.waitFor(async () => {
      const status = await fetch(`${org.simulator.url}/_simulator/status`);
      expect(await status.json()).toMatchObject({ eventRelay: { pending: 0 } });
    });
    await leads.create({ ...lead, LastName: "Heard" });
    const [only, ...others] = await eventually(() =>
      target.events().length > 0 ? target.events() : undefined,
    );
    expect(only?.detail.payload).toMatchObject({ Name: { LastName: "Heard" } });
    expect(others).toEqual([]);
  });

  test("carries many ids where one transaction changes many rows alike", async () => {
    const target = await listen(() => ({ status: 200 }));
    const org = await start();
    const leads = org.connection.sobject("Lead");
    const made = await leads.create([lead, lead]);
    await tell(org, "event-relay", "PUT", { target: target.url });
    await leads.update(made.map(({ id }) => ({ Id: id ?? "", Title: "CEO" })));
    const [event] = await eventually(() =>
      target.events().length > 0 ? target.events() : undefined,
    );
    expect(event?.detail.payload.ChangeEventHeader.recordIds).toEqual(made.map(({ id }) => id));
  });

  test("names the person who made the change", async () => {
    const target = await listen(() => ({ status: 200 }));
    const org = await start();
    org.simulator.seed("User", [{ Id: "005Dn0000000001IAA", Email: "rep1@olist.example" }]);
    await tell(org, "event-relay", "PUT", { target: target.url });
    const body = JSON.stringify(lead);
    const headers = { "x-simulator-user": "rep1@olist.example" };
    await org.call("/sobjects/Lead", { method: "POST", body, headers });
    const [event] = await eventually(() =>
      target.events().length > 0 ? target.events() : undefined,
    );
    expect(event?.detail.payload.ChangeEventHeader).toMatchObject({
      commitUser: "005Dn0000000001IAA",
      changeOrigin: "com/salesforce/api/rest/67.0",
    });
  });

  test("of a conversion comes in the order of what was made, under one transaction", async () => {
    const target = await listen(() => ({ status: 200 }));
    const org = await start();
    const { id: leadId = "" } = await org.connection.sobject("Lead").create(lead);
    await tell(org, "event-relay", "PUT", { target: target.url });
    await org.connection.soap.convertLead({
      leadId,
      convertedStatus: "Closed - Converted",
      doNotCreateOpportunity: false,
      overwriteLeadSource: false,
      sendNotificationEmail: false,
    });
    const events = await eventually(() =>
      target.events().length === 5 ? target.events() : undefined,
    );
    const headers = events.map((event) => event.detail.payload.ChangeEventHeader);
    expect(headers.map(({ entityName, changeType }) => `${entityName} ${changeType}`)).toEqual([
      "Account CREATE",
      "Contact CREATE",
      "Opportunity CREATE",
      "Lead UPDATE",
      "OpportunityContactRole CREATE",
    ]);
    expect(headers.map(({ sequenceNumber }) => sequenceNumber)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(headers.map(({ transactionKey }) => transactionKey)).size).toBe(1);
    expect(headers.at(-1)?.changedFields).not.toContain("LastModifiedDate");
    expect(headers[0]?.changeOrigin).toBe("com/salesforce/api/soap/67.0;client=accord");
  });
});

test("an outbound message carries the fields of a record until it is acknowledged", async () => {
  const target = await listen((n) => ({ status: 200, body: n === 0 ? "<Ack>false</Ack>" : ACK }));
  const org = await start();
  await tell(org, "outbound-messages", "PUT", {
    target: target.url,
    objects: ["Lead"],
    fields: { Lead: ["LastName", "Company", "Email", "LastModifiedDate"] },
  });
  const leads = org.connection.sobject("Lead");
  const { id = "" } = await leads.create({ ...lead, Company: "Acme & Sons" });
  await org.connection.sobject("Account").create({ Name: "Not asked for" });
  await eventually(() => (target.bodies.length === 2 ? true : undefined));
  const [first, second] = target.bodies;
  expect(second).toBe(first);
  expect(first).toContain('<notifications xmlns="http://soap.sforce.com/2005/09/outbound">');
  expect(first).toMatch(/<OrganizationId>00D\w{15}<\/OrganizationId>/);
  expect(first).toContain('<SessionId xsi:nil="true"/>');
  expect(first).toMatch(/<Notification>\s*<Id>04l\w{15}<\/Id>/);
  expect(first).toContain('<sObject xsi:type="sf:Lead"');
  expect(first).toContain(`<sf:Id>${id}</sf:Id>`);
  expect(first).toContain("<sf:Company>Acme &amp; Sons</sf:Company>");
  expect(first).not.toContain("sf:Email");
  await leads.destroy(id);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(target.bodies).toHaveLength(2);
});

function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "salesforce-simulator-"));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "state.db");
}

describe("an org that is kept in a file", () => {
  test("remembers rows, fields, tokens and undelivered events across a kill", async () => {
    const file = temporaryFile();
    const target = await listen((n) => ({ status: n === 0 ? 500 : 200 }));
    const script = `
      import { startSalesforceSimulator } from "./infra/simulators/salesforce/start-salesforce.ts";
      const { url } = await startSalesforceSimulator({ port: 0, file: ${JSON.stringify(file)}, eventRetryBaseMs: 60000 });
      console.log(url);`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", script]);
    const url = await new Promise<string>((resolve) => {
      child.stdout.once("data", (line) => resolve(String(line).trim()));
    });
    const { token } = await logIn(url);
    const authorization = `Bearer ${token}`;
    const send = (path: string, method: string, body: string) =>
      fetch(url + path, { method, body, headers: { authorization } });
    await send("/_simulator/event-relay", "PUT", JSON.stringify({ target: target.url }));
    await send(
      "/_simulator/seed/Lead",
      "POST",
      '{"Id":"00QDn0000000001MAA","LastName":"Seeded","Company":"A","Extra__c":"x","AnnualRevenue":12345678901234567}\n',
    );
    const made = await send("/services/data/v67.0/sobjects/Lead", "POST", JSON.stringify(lead));
    const { id } = (await made.json()) as { id: string };
    await eventually(() => (target.bodies.length === 1 ? true : undefined));
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));

    const simulator = await startSalesforceSimulator({ port: 0, file });
    cleanUps.push(() => simulator.stop());
    const soql = encodeURIComponent("SELECT Id, Extra__c, AnnualRevenue FROM Lead ORDER BY Id");
    const answer = await fetch(`${simulator.url}/services/data/v67.0/query?q=${soql}`, {
      headers: { authorization },
    });
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      records: [
        { Id: "00QDn0000000001MAA", Extra__c: "x" },
        { Id: id, Extra__c: null },
      ],
    });
    expect(text).toContain('"AnnualRevenue":12345678901234567');
    await eventually(() => (target.bodies.length === 2 ? true : undefined));
    expect(JSON.parse(target.bodies[1] ?? "")).toEqual(JSON.parse(target.bodies[0] ?? ""));
    expect(simulator.isEmpty()).toBe(false);
    // It starts a process, which takes its time on a busy machine.
  }, 20_000);

  test("takes the same seed twice and has it once", async () => {
    const org = await start();
    expect(org.simulator.isEmpty()).toBe(true);
    const seed = [{ Id: "001Dn0000000001IAA", Name: "Acme" }];
    org.simulator.seed("Account", seed);
    await org.connection.sobject("Account").update({ Id: "001Dn0000000001IAA", Name: "Changed" });
    org.simulator.seed("Account", seed);
    const { records } = await org.connection.query("SELECT Name FROM Account");
    expect(records).toMatchObject([{ Name: "Changed" }]);
    expect(org.simulator.isEmpty()).toBe(false);
  });
});

test("calls and writes are counted, and answers take the time they are told to", async () => {
  const org = await start({ delay: { minMs: 60, maxMs: 80 } });
  const leads = org.connection.sobject("Lead");
  const startMs = performance.now();
  const { id = "" } = await leads.create(lead);
  expect(performance.now() - startMs).toBeGreaterThanOrEqual(55);
  await leads.update({ Id: id, Title: "CEO" });
  await leads.destroy(id);
  await org.connection.sobject("PermissionSet").create({ Name: "A", Label: "A" });
  await leads.create({}).catch(() => undefined);
  const stats = await fetch(`${org.simulator.url}/_simulator/stats`);
  expect(await stats.json()).toEqual({
    total: 6,
    byEndpoint: {
      "POST /services/oauth2/token": 1,
      "POST /services/data/:version/sobjects/Lead": 2,
      "PATCH /services/data/:version/sobjects/Lead/:id": 1,
      "DELETE /services/data/:version/sobjects/Lead/:id": 1,
      "POST /services/data/:version/sobjects/PermissionSet": 1,
    },
    byStatus: { "2xx": 5, "4xx": 1 },
    writes: { creates: 1, updates: 1, deletes: 1, setup: 1 },
    faults: {},
  });
});
