import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { verifySignature } from "../../shared/hubspot/verify-signature.ts";
import { hintsOf, webhookBatch } from "../../shared/hubspot/webhook-events.ts";

const secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy";
const request = {
  method: "POST",
  url: "https://www.example.com/webhook_uri",
  rawBody: "{'example_field':'example_value'}",
  signature: "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=",
  timestamp: "1693657560000",
};
const sentMs = 1_693_657_560_000;

test.each([
  ["1693657560000", "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="],
  ["1700000300000", "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="],
])("HubSpot's own example of %s is valid", (timestamp, signature) => {
  const signed = { ...request, timestamp, signature };
  expect(verifySignature(signed, { secret, nowMs: Number(timestamp) })).toBe("valid");
});

test.each([
  [0, "valid"],
  [300_000, "valid"],
  [-300_000, "valid"],
  [300_001, "stale"],
  [-300_001, "stale"],
])("a request read %d ms after its stamp is %s", (laterMs, verdict) => {
  expect(verifySignature(request, { secret, nowMs: sentMs + laterMs })).toBe(verdict);
});

test.each([
  ["another body", { rawBody: "{}" }, "forged"],
  ["another method", { method: "PUT" }, "forged"],
  ["another address", { url: "https://www.example.com/other" }, "forged"],
  ["another signature", { signature: "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw=" }, "forged"],
  ["a signature of another length", { signature: "K36d" }, "forged"],
  ["a stamp that is no number", { timestamp: "NaN" }, "forged"],
  ["no signature", { signature: undefined }, "missing"],
  ["no stamp", { timestamp: undefined }, "missing"],
])("a request with %s is not taken", (_what, change, verdict) => {
  expect(verifySignature({ ...request, ...change }, { secret, nowMs: sentMs })).toBe(verdict);
});

test("an address is signed with the twelve escapes that HubSpot decodes, and no other", () => {
  const url = "https://www.example.com/a?to=b%40x%2Fy%3a%20z";
  const source = `POSThttps://www.example.com/a?to=b@x/y:%20z${request.rawBody}${request.timestamp}`;
  const signature = createHmac("sha256", secret).update(source).digest("base64");
  expect(verifySignature({ ...request, url, signature }, { secret, nowMs: sentMs })).toBe("valid");
});

/** What is made of events; what was seen when has a test of its own. */
const hints = (...events: unknown[]) => {
  const { hints: all, ignored } = hintsOf(webhookBatch.parse(events));
  return { hints: all.map(({ sightings: _seen, ...hint }) => hint), ignored };
};
const contact = (id: string) => ({ system: "hubspot", object: "contacts", id });
const deal = (id: string) => ({ system: "hubspot", object: "deals", id });
const change = (
  objectId: number,
  propertyName: string,
  propertyValue: string,
  occurredAt: number,
) => ({
  eventId: 1,
  subscriptionType: "contact.propertyChange",
  objectId,
  propertyName,
  propertyValue,
  occurredAt,
});

test("changes of one contact are one hint, with the latest value of each property", () => {
  expect(
    hints(
      change(1, "firstname", "Newer", 20),
      change(1, "firstname", "Older", 10),
      change(1, "phone", "", 15),
      change(2, "firstname", "Other", 5),
    ),
  ).toEqual({
    hints: [
      { ref: contact("2"), evidence: { firstname: "Other" } },
      { ref: contact("1"), evidence: { firstname: "Newer", phone: null } },
    ],
    ignored: [],
  });
});

test("R8: every value that a property was given is told with its time, the overwritten ones too", () => {
  const long = "x".repeat(1001);
  const { hints: all } = hintsOf(
    webhookBatch.parse([
      change(1, "firstname", "Newer", 20),
      change(1, "firstname", "Older", 10),
      change(1, "phone", "", 15),
      change(1, "jobtitle", long, 16),
    ]),
  );
  expect(all).toEqual([
    {
      ref: contact("1"),
      evidence: { firstname: "Newer", phone: null, jobtitle: long },
      sightings: [
        { property: "firstname", raw: "Older", atMs: 10 },
        { property: "phone", raw: null, atMs: 15 },
        { property: "firstname", raw: "Newer", atMs: 20 },
      ],
    },
  ]);
});

test("a hidden value and an owner's id are no evidence", () => {
  const sensitive = { ...change(2, "iban", "x", 10), isSensitive: true };
  expect(
    hints(change(1, "iban", "REDACTED", 10), sensitive, change(3, "hubspot_owner_id", "7", 20))
      .hints,
  ).toEqual([{ ref: contact("1") }, { ref: contact("2") }, { ref: contact("3") }]);
});

test("what is more than a change of value is looked at whatever the evidence", () => {
  const restored = { subscriptionType: "contact.restore", objectId: 1, occurredAt: 20 };
  expect(hints(change(1, "firstname", "Ann", 10), restored).hints).toEqual([
    { ref: contact("1"), evidence: { firstname: "Ann" }, because: "contact.restore" },
  ]);
});

test("a creation is no news of a record that is known", () => {
  const created = { subscriptionType: "contact.creation", objectId: 5, occurredAt: 1 };
  expect(hints(created).hints).toEqual([{ ref: contact("5"), created: true }]);
});

test.each(["contact.deletion", "contact.restore", "contact.privacyDeletion"])(
  "%s asks for a look without evidence",
  (subscriptionType) => {
    expect(hints({ subscriptionType, objectId: 5, occurredAt: 1 }).hints).toEqual([
      { ref: contact("5") },
    ]);
  },
);

test("a merge asks for a look at the new record and at all that went into it", () => {
  const merge = {
    subscriptionType: "object.merge",
    objectTypeId: "0-1",
    occurredAt: 1,
    objectId: 1,
    primaryObjectId: 1,
    mergedObjectIds: [2, 3],
    newObjectId: 9,
  };
  expect(hints(merge).hints.map(({ ref }) => ref.id)).toEqual(["9", "1", "2", "3"]);
});

test.each([
  ["DEAL_TO_CONTACT", { fromObjectId: 8, toObjectId: 1 }, { object: "contacts", id: "1" }],
  ["CONTACT_TO_DEAL", { fromObjectId: 1, toObjectId: 8 }, { object: "contacts", id: "1" }],
  ["DEAL_TO_COMPANY", { fromObjectId: 8, toObjectId: 5 }, { object: "companies", id: "5" }],
])("an association %s is evidence of what the deal has", (associationType, ends, other) => {
  const event = {
    subscriptionType: "deal.associationChange",
    occurredAt: 1,
    associationType,
    associationRemoved: false,
    ...ends,
  };
  const relations = [{ ...other, present: true }];
  expect(hints(event)).toEqual({ hints: [{ ref: deal("8"), relations }], ignored: [] });
});

test("an association in the generic form is known by its type ids", () => {
  const event = {
    subscriptionType: "object.associationChange",
    occurredAt: 1,
    associationTypeId: 4,
    fromObjectTypeId: "0-1",
    toObjectTypeId: "0-3",
    fromObjectId: 1,
    toObjectId: 8,
    associationRemoved: true,
  };
  const relations = [{ object: "contacts", id: "1", present: false }];
  expect(hints(event).hints).toEqual([{ ref: deal("8"), relations }]);
});

test("what nobody maps is set aside with its reason, and never fails the batch", () => {
  const { hints: kept, ignored } = hints(
    { subscriptionType: "ticket.creation", objectId: 1, occurredAt: 1 },
    {
      subscriptionType: "contact.associationChange",
      associationType: "CONTACT_TO_COMPANY",
      fromObjectId: 1,
      toObjectId: 5,
      occurredAt: 2,
    },
    { subscriptionType: "conversation.newMessage", occurredAt: 3 },
    change(1, "firstname", "Ann", 4),
  );
  expect(kept).toEqual([{ ref: contact("1"), evidence: { firstname: "Ann" } }]);
  expect(ignored.map(({ eventType }) => eventType)).toEqual([
    "ticket.creation",
    "contact.associationChange",
    "conversation.newMessage",
  ]);
});
