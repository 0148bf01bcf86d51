import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clockTelling } from "../../infra/simulators/kit/clock.ts";
import { type Account, openAccount } from "./hubspot-simulator-account.ts";

const START_MS = Date.parse("2026-03-01T12:00:00.000Z");
const DAY_MS = 86_400_000;
const JOURNAL = "/webhooks-journal/journal/2026-09";
const SUBSCRIPTIONS = "/webhooks-journal/subscriptions/2026-09";

let account: Account;
let forward: (ms: number) => void;

beforeEach(async () => {
  let nowMs = START_MS;
  forward = (ms) => {
    nowMs += ms;
  };
  account = await openAccount({ clock: clockTelling(() => nowMs) });
});
afterEach(() => account.simulator.stop());

const subscribe = (body: object) => account.call("POST", SUBSCRIPTIONS, body);
const read = (path: string) => account.call("GET", `${JOURNAL}/${path}`);
const download = async (url: string) => {
  const answer = await fetch(url);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const contactsWanted = (more: object = {}) =>
  subscribe({ subscriptionType: "OBJECT", objectTypeId: "0-1", actions: [], ...more });

describe("the journal", () => {
  test("holds what was subscribed to in files, whose address is good without a token", async () => {
    await contactsWanted({ actions: ["CREATE", "UPDATE", "DELETE"], properties: ["firstname"] });
    const id = await account.newContact({ email: "ann@x.io", firstname: "Ann" });
    forward(10);
    await account.hubspot.crm.contacts.basicApi.update(id, {
      properties: { firstname: "Anna", phone: "1" },
    });
    await account.hubspot.crm.contacts.basicApi.update(id, { properties: { phone: "2" } });
    await account.hubspot.crm.companies.basicApi.create({ properties: { name: "Acme" } });
    expect(await read("earliest")).toEqual({ status: 204, body: undefined });
    forward(1_000);
    const { status, body } = await read("earliest");
    expect([status, Object.keys(body).sort()]).toEqual([
      200,
      ["currentOffset", "expiresAt", "url"],
    ]);
    const file = await download(body.url);
    const event = {
      type: "crmObject",
      portalId: 62515001,
      objectTypeId: "0-1",
      objectId: Number(id),
      occurredAt: expect.any(String),
    };
    expect(file.body).toEqual({
      offset: body.currentOffset,
      publishedAt: "2026-03-01T12:00:01.010Z",
      journalEvents: [
        { ...event, action: "CREATE", propertyChanges: { firstname: "Ann" } },
        { ...event, action: "UPDATE", propertyChanges: { firstname: "Anna" } },
      ],
    });
  });

  test("is read on from an offset, one by one or several at a time, until nothing is new", async () => {
    await contactsWanted();
    const offsets: string[] = [];
    for (let file = 0; file < 4; file += 1) {
      await account.newContact({ firstname: `P${file}` });
      forward(1_000);
      offsets.push((await read("latest")).body.currentOffset);
    }
    expect(new Set(offsets).size).toBe(4);
    expect((await read("earliest")).body.currentOffset).toBe(offsets[0]);
    expect((await read(`offset/${offsets[0]}/next`)).body.currentOffset).toBe(offsets[1]);
    expect((await read(`offset/${offsets[3]}/next`)).status).toBe(204);
    const offsetsOf = async (path: string) =>
      (await read(path)).body.results.map((each: { currentOffset: string }) => each.currentOffset);
    expect(await offsetsOf("batch/earliest/3")).toEqual(offsets.slice(0, 3));
    expect(await offsetsOf("batch/latest/2")).toEqual(offsets.slice(2));
    expect(await offsetsOf(`batch/${offsets[0]}/next/2`)).toEqual(offsets.slice(1, 3));
    const batch = await account.call("POST", `${JOURNAL}/batch/read`, {
      inputs: [offsets[1], "gone"],
    });
    expect([batch.status, batch.body.results.length, batch.body.errors[0].context]).toEqual([
      207,
      1,
      { ids: ["gone"] },
    ]);
  });

  test("forgets after three days: an expired offset answers 404, and its file too", async () => {
    await contactsWanted();
    await account.newContact({ firstname: "Old" });
    forward(1_000);
    const { body: old } = await read("earliest");
    forward(2 * DAY_MS);
    await account.newContact({ firstname: "New" });
    forward(1_000);
    const { body: young } = await read("latest");
    expect((await download(old.url)).status).toBe(403);
    forward(DAY_MS);
    expect((await read(`offset/${old.currentOffset}/next`)).status).toBe(404);
    expect((await read("earliest")).body.currentOffset).toBe(young.currentOffset);
    expect((await read("offset/never/next")).status).toBe(404);
    expect((await download((await read("earliest")).body.url)).status).toBe(200);
  });

  test("tells associations from both sides, merges, restorations and deletions for privacy", async () => {
    await contactsWanted({ actions: ["MERGE", "RESTORE", "DELETE"] });
    await subscribe({ subscriptionType: "ASSOCIATION", objectTypeId: "0-1" });
    await subscribe({ subscriptionType: "GDPR_PRIVACY_DELETION" });
    const [a, b] = [
      await account.newContact({ email: "a@x.io" }),
      await account.newContact({ email: "b@x.io" }),
    ];
    const { id: deal } = await account.hubspot.crm.deals.basicApi.create({
      properties: { dealname: "D" },
    });
    await account.hubspot.crm.associations.v4.basicApi.createDefault("deals", deal, "contacts", a);
    const merged = await account.hubspot.crm.contacts.basicApi.merge({
      primaryObjectId: a,
      objectIdToMerge: b,
    });
    await account.hubspot.crm.contacts.basicApi.archive(merged.id);
    await account.call("POST", `/_simulator/restore/contacts/${merged.id}`);
    await account.hubspot.crm.contacts.basicApi.purge({ objectId: merged.id });
    forward(1_000);
    const { body } = await read("earliest");
    const file = await download(body.url);
    const events = file.body["journalEvents"] as Record<string, unknown>[];
    expect(events[0]).toEqual({
      type: "association",
      portalId: 62515001,
      occurredAt: expect.any(String),
      action: "ASSOCIATION_ADDED",
      fromObjectId: Number(a),
      toObjectId: Number(deal),
      fromObjectTypeId: "0-1",
      toObjectTypeId: "0-3",
      associationTypeId: 4,
      associationCategory: "HUBSPOT_DEFINED",
      isPrimary: false,
    });
    expect(events[1]).toMatchObject({ action: "MERGE", newObjectId: Number(merged.id) });
    expect(events.slice(2, 4).map(({ action }) => action)).toEqual(["DELETE", "RESTORE"]);
    expect(new Set(events.slice(4).map(({ action }) => action))).toEqual(
      new Set(["DELETE", "GDPR_DELETE"]),
    );
  });

  test("counts against no limit, and an app reads it with a token of its own", async () => {
    await account.simulator.stop();
    account = await openAccount({ limits: { burst: 0 } });
    const answered = await account.send("GET", `${JOURNAL}/latest`);
    expect([answered.status, answered.headers.get("x-hubspot-ratelimit-max")]).toEqual([204, null]);
    const token = await fetch(`${account.simulator.url}/oauth/2026-09/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "app",
        client_secret: "secret",
      }),
    });
    expect(await token.json()).toEqual({
      token_type: "bearer",
      access_token: expect.any(String),
      expires_in: 1800,
    });
    const anonymous = await fetch(`${account.simulator.url}${JOURNAL}/latest`);
    expect(anonymous.status).toBe(401);
  });
});

test("a subscription is one for its object: the same again replaces it, and it can be given up", async () => {
  const first = await contactsWanted({ actions: ["CREATE"] });
  const second = await contactsWanted({ actions: ["DELETE"] });
  expect(second.body).toMatchObject({ id: first.body.id, actions: ["DELETE"] });
  await subscribe({ subscriptionType: "ASSOCIATION", objectTypeId: "0-1" });
  const listed = await account.call("GET", SUBSCRIPTIONS);
  expect(listed.body.results).toHaveLength(2);
  expect((await account.call("DELETE", `${SUBSCRIPTIONS}/${first.body.id}`)).status).toBe(204);
  expect((await account.call("GET", `${SUBSCRIPTIONS}/${first.body.id}`)).status).toBe(404);
  expect((await subscribe({ subscriptionType: "WEATHER" })).status).toBe(400);
});

test("the journal of one installation is empty for another", async () => {
  await contactsWanted();
  await account.newContact({ firstname: "Ann" });
  forward(1_000);
  const local = (portalId: number) =>
    account.call(
      "GET",
      `/webhooks-journal/journal-local/2026-09/earliest?installPortalId=${portalId}`,
    );
  expect((await local(62515001)).status).toBe(200);
  expect((await local(1)).status).toBe(204);
});
