import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { receiveHubspot } from "../../functions/receive-hubspot/receive-hubspot.ts";
import { receiveSalesforceMessage } from "../../functions/receive-salesforce-messages/receive-salesforce-message.ts";
import { workMessage } from "../../functions/reconcile-records/message.ts";
import type { HttpAnswer, HttpRequest } from "../../shared/runtime/http-handler.ts";
import { ACK } from "../../shared/salesforce/outbound-messages.ts";
import type { Hint } from "../../shared/sync/ports.ts";
import { memoryHintQueue } from "../support/memory-hint-queue.ts";

const NOW_MS = Date.parse("2026-11-21T08:00:00Z");
const URL_CALLED = "https://accord.example/webhooks/hubspot";
const clientSecret = "a secret of HubSpot's app";
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

function request(rawBody: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: "POST",
    path: "/webhooks/hubspot",
    params: {},
    url: URL_CALLED,
    query: {},
    headers: {},
    rawBody,
    ...more,
  };
}

function signed(rawBody: string, { atMs = NOW_MS, secret = clientSecret } = {}): HttpRequest {
  const source = `POST${URL_CALLED}${rawBody}${atMs}`;
  const headers = {
    "x-hubspot-signature-v3": createHmac("sha256", secret).update(source).digest("base64"),
    "x-hubspot-request-timestamp": String(atMs),
  };
  return request(rawBody, { headers });
}

/** What was answered, and what was queued. */
async function receive(work: (queue: ReturnType<typeof memoryHintQueue>) => Promise<HttpAnswer>) {
  const queue = memoryHintQueue(() => NOW_MS);
  const answer = await work(queue);
  const messages = queue.messages().map(({ lane, attempt, hints }) => ({
    lane,
    attempt,
    hints: hints.map(({ sightings: _seen, ...hint }) => hint),
  }));
  return { answer, messages };
}

const fromHubspot = (given: HttpRequest) =>
  receive((queue) =>
    receiveHubspot(given, { secret: async () => ({ clientSecret }), queue, now: () => NOW_MS }),
  );

const change = (objectId: number, propertyName: string, propertyValue: string, occurredAt = 1) => ({
  subscriptionType: "contact.propertyChange",
  objectId,
  occurredAt,
  propertyName,
  propertyValue,
  eventId: 1,
  portalId: 2,
});

describe("HubSpot's webhooks", () => {
  test("a signed batch is queued as one message of one hint a record, and answered with 202", async () => {
    const events = [
      change(7, "email", "new@x.example", 2),
      change(7, "email", "old@x.example", 1),
      change(7, "phone", "", 3),
      change(8, "email", "é🚀@x.example"),
      { subscriptionType: "contact.creation", objectId: 9, occurredAt: 1 },
      { subscriptionType: "ticket.creation", objectId: 10, occurredAt: 1 },
    ];
    const ref = (id: string) => ({ system: "hubspot", object: "contacts", id });
    const { answer, messages } = await fromHubspot(signed(JSON.stringify(events)));
    expect(answer).toEqual({
      statusCode: 202,
      headers: JSON_TYPE,
      body: JSON.stringify({ queued: 3, ignored: 1 }),
    });
    expect(messages.map(({ lane, attempt }) => [lane, attempt])).toEqual([["live", 0]]);
    const hints = messages.flatMap((message) => [...message.hints]);
    expect(hints.sort((one, other) => (one.ref.id < other.ref.id ? -1 : 1))).toEqual([
      { ref: ref("7"), evidence: { email: "new@x.example", phone: null } },
      { ref: ref("8"), evidence: { email: "é🚀@x.example" } },
      { ref: ref("9"), created: true },
    ]);
  });

  test("a batch of nothing that is mapped, or of nothing, is taken and not queued", async () => {
    for (const [events, ignored] of [
      [[{ subscriptionType: "ticket.creation", objectId: 1, occurredAt: 1 }], 1],
      [[], 0],
    ] as const) {
      const { answer, messages } = await fromHubspot(signed(JSON.stringify(events)));
      expect([answer.statusCode, answer.body]).toEqual([
        202,
        JSON.stringify({ queued: 0, ignored }),
      ]);
      expect(messages).toEqual([]);
    }
  });

  const body = JSON.stringify([change(7, "email", "a@x.example")]);
  const FORGED = "the request's signature does not match; check HUBSPOT_CLIENT_SECRET";
  const STALE = "the request's timestamp is more than five minutes away from now";
  const MISSING = "the request is not signed: expected X-HubSpot-Signature-v3 and its timestamp";
  const NOT_EVENTS = "the body is not a JSON array of HubSpot's webhook events";
  test.each<[string, HttpRequest, number, string]>([
    ["signed with another secret", signed(body, { secret: "guess" }), 401, FORGED],
    ["changed after it was signed", { ...signed(body), rawBody: `${body} ` }, 401, FORGED],
    ["sent to another address", { ...signed(body), url: `${URL_CALLED}?x=1` }, 401, FORGED],
    ["older than five minutes", signed(body, { atMs: NOW_MS - 300_001 }), 401, STALE],
    ["from the future", signed(body, { atMs: NOW_MS + 300_001 }), 401, STALE],
    ["not signed", request(body), 401, MISSING],
    ["not JSON", signed("{"), 400, NOT_EVENTS],
    ["empty", signed(""), 400, NOT_EVENTS],
    ["no array", signed("{}"), 400, NOT_EVENTS],
    ["an array of something else", signed("[1]"), 400, NOT_EVENTS],
    ["too large", signed("é".repeat(500_001)), 413, "the body is larger than 1000000 bytes"],
  ])(
    "a batch that is %s is refused in one line, and nothing is queued",
    async (_what, given, status, error) => {
      const { answer, messages } = await fromHubspot(given);
      expect(answer).toEqual({
        statusCode: status,
        headers: JSON_TYPE,
        body: JSON.stringify({ error }),
      });
      expect(messages).toEqual([]);
    },
  );

  test("P1: what the queue does not take is not acknowledged", async () => {
    const queue = { send: () => Promise.reject(new Error("the queue is away")) };
    const on = { secret: async () => ({ clientSecret }), queue, now: () => NOW_MS };
    await expect(receiveHubspot(signed(body), on)).rejects.toThrow("the queue is away");
  });
});

const messageToken = "a token of 16 and more";

const fromSalesforce = (rawBody: string, token: string | undefined = messageToken) =>
  receive((queue) =>
    receiveSalesforceMessage(request(rawBody, { query: { token } }), {
      secret: async () => ({ messageToken }),
      queue,
    }),
  );

const notifications = (...records: string[]) => `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>
  <notifications xmlns="http://soap.sforce.com/2005/09/outbound">
    <OrganizationId>00D000000000001EAA</OrganizationId><ActionId>04k000000000001AAA</ActionId>
    ${records.join("")}
  </notifications></soapenv:Body></soapenv:Envelope>`;

const notification = (type: string, id: string) =>
  `<Notification><Id>04l000000000001AAA</Id><sObject xsi:type="sf:${type}" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"><sf:Id>${id}</sf:Id><sf:Email>a@x.example</sf:Email></sObject></Notification>`;

describe("Salesforce's outbound messages", () => {
  test("a message is queued as hints, and acknowledged in the words that Salesforce takes", async () => {
    const xml = notifications(
      notification("Lead", "00Q000000000001"),
      notification("Opportunity", "006000000000001AAA"),
    );
    const { answer, messages } = await fromSalesforce(xml);
    expect(answer).toEqual({
      statusCode: 200,
      headers: { "content-type": "text/xml; charset=utf-8" },
      body: ACK,
    });
    const ref = (object: string, id: string) => ({ ref: { system: "salesforce", object, id } });
    expect(messages).toEqual([
      {
        lane: "live",
        attempt: 0,
        hints: [ref("Lead", "00Q000000000001EAA"), ref("Opportunity", "006000000000001AAA")],
      },
    ]);
  });

  const good = notifications(notification("Lead", "00Q000000000001AAA"));
  const NO_TOKEN = "the address lacks the token that Accord was given for outbound messages";
  const NOT_OURS = "the body is not a Salesforce outbound message";
  test.each<[string, string, string, number, string]>([
    ["without the token", good, "", 401, NO_TOKEN],
    ["with another token", good, "a token of 16 and mor", 401, NO_TOKEN],
    ["that is not XML", "<a><b></a>", messageToken, 400, "the body is not XML"],
    ["that is other XML", "<a/>", messageToken, 400, NOT_OURS],
    ["that defines entities", `<!DOCTYPE a [<!ENTITY b "c">]>${good}`, messageToken, 400, NOT_OURS],
    ["of no notifications", notifications(), messageToken, 400, NOT_OURS],
    ["with a malformed id", notifications(notification("Lead", "7")), messageToken, 400, NOT_OURS],
    [
      "that is too large",
      notifications(notification("Lead", "x".repeat(1_000_001))),
      messageToken,
      413,
      "the message is larger than an outbound message can be",
    ],
  ])(
    "a message %s is refused in one line, and nothing is queued",
    async (_what, xml, token, status, error) => {
      const { answer, messages } = await fromSalesforce(xml, token);
      expect(answer).toEqual({
        statusCode: status,
        headers: JSON_TYPE,
        body: JSON.stringify({ error }),
      });
      expect(messages).toEqual([]);
    },
  );

  test("a call without any token is refused", async () => {
    const given = request(good);
    const queue = memoryHintQueue(() => NOW_MS);
    const answer = await receiveSalesforceMessage(given, {
      secret: async () => ({ messageToken }),
      queue,
    });
    expect([answer.statusCode, queue.messages()]).toEqual([401, []]);
  });
});

describe("Salesforce's change events", () => {
  const event = (header: object, values: object = {}) => ({
    "detail-type": "LeadChangeEvent",
    source: "aws.partner/salesforce.com/00D000000000001EAA/0YL000000000001AAA",
    detail: { payload: { ChangeEventHeader: header, ...values } },
  });
  const hintsOf = (given: unknown): readonly Hint[] => workMessage.parse(given).hints;

  test("an update is a hint with the values that it carries, one for each record", () => {
    const header = {
      entityName: "Lead",
      changeType: "UPDATE",
      recordIds: ["00Q000000000001AAA", "00Q000000000002AAA"],
      changedFields: ["Email", "Phone"],
    };
    const evidence = { Email: "a@x.example", Phone: null };
    expect(hintsOf(event(header, { Email: "a@x.example" }))).toEqual(
      header.recordIds.map((id) => ({
        ref: { system: "salesforce", object: "Lead", id },
        evidence,
      })),
    );
  });

  test("what is no change event is refused whole, and one of an unmapped object is passed over", () => {
    expect(workMessage.safeParse({ detail: {} }).success).toBe(false);
    const other = event({ entityName: "Case", changeType: "CREATE", recordIds: [] });
    expect(workMessage.parse(other)).toEqual({
      hints: [],
      attempt: 0,
      passedOver: ["Case is not mapped"],
    });
  });
});
