import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Account, openAccount } from "./hubspot-simulator-account.ts";

let account: Account;
afterEach(() => account.simulator.stop());

const CAR = {
  name: "car",
  labels: { singular: "Car", plural: "Cars" },
  primaryDisplayProperty: "model",
  requiredProperties: ["vin"],
  searchableProperties: ["model"],
  properties: [
    { name: "model", label: "Model", type: "string", fieldType: "text" },
    { name: "vin", label: "VIN", type: "string", fieldType: "text", hasUniqueValue: true },
    { name: "doors", label: "Doors", type: "number", fieldType: "number" },
  ],
  associatedObjects: ["CONTACT"],
};

describe("an object of the account's own", () => {
  const define = () => account.hubspot.crm.schemas.coreApi.create(CAR as never);
  const objects = () => account.hubspot.crm.objects;

  test("is defined with its properties and associations, and answers by type id and by name", async () => {
    account = await openAccount({ searchLagMs: { minMs: 0, maxMs: 0 } });
    const schema = await define();
    expect(schema).toMatchObject({
      name: "car",
      fullyQualifiedName: "p62515001_car",
      objectTypeId: expect.stringMatching(/^2-\d+$/),
      requiredProperties: ["vin"],
    });
    const typeId = schema.objectTypeId ?? "";
    const made = await objects().basicApi.create(typeId, {
      properties: { model: "Beetle", vin: "V1", doors: "2" },
      associations: [],
    });
    for (const name of [typeId, "car", "p_car", "p62515001_car"]) {
      const read = await objects().basicApi.getById(name, made.id, ["model"]);
      expect([read.id, read.properties["model"]]).toEqual([made.id, "Beetle"]);
    }
    const found = await objects().searchApi.doSearch("car", {
      query: "beet",
      properties: ["doors"],
    } as never);
    expect(found.results.map(({ properties }) => properties["doors"])).toEqual(["2"]);
    const upserted = await objects().batchApi.upsert(typeId, {
      inputs: [{ id: "V1", idProperty: "vin", properties: { doors: "4" } }],
    });
    expect(upserted.results.map(({ id }) => id)).toEqual([made.id]);
    await objects().basicApi.archive(typeId, made.id);
    const { status } = await account.call("GET", `/crm/v3/objects/${typeId}/${made.id}`);
    expect(status).toBe(404);
  });

  test("refuses a record without what its schema requires, and values its properties do not take", async () => {
    account = await openAccount();
    const { objectTypeId } = await define();
    const create = (properties: object) =>
      account.call("POST", `/crm/objects/2026-09/${objectTypeId}`, { properties });
    const refused = await create({ model: "Beetle" });
    expect([refused.status, refused.body.message, refused.body.context]).toEqual([
      400,
      `Error creating ${objectTypeId}. Some required properties were not set.`,
      { properties: ["vin"] },
    ]);
    expect((await create({ vin: "V1", doors: "many" })).status).toBe(400);
    expect((await create({ vin: "V1", wings: "2" })).body.errors[0].code).toBe(
      "PROPERTY_DOESNT_EXIST",
    );
    expect((await create({ vin: "V1" })).status).toBe(201);
    expect((await create({ vin: "V1" })).status).toBe(400);
  });

  test("is associated with contacts from both sides, and told of as an object of its type", async () => {
    account = await openAccount();
    const { objectTypeId, associations } = await define();
    await account.call("PUT", "/webhooks/v3/77/settings?hapikey=k", {
      targetUrl: "http://a.example/",
    });
    await account.call("POST", "/webhooks/v3/77/subscriptions?hapikey=k", {
      eventType: "object.creation",
      objectTypeId,
      active: true,
    });
    const ann = await account.newContact({ firstname: "Ann" });
    const typeId = Number(associations.find(({ toObjectTypeId }) => toObjectTypeId === "0-1")?.id);
    const car = await account.call("POST", `/crm/v3/objects/${objectTypeId}`, {
      properties: { vin: "V1" },
      associations: [
        {
          to: { id: ann },
          types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: typeId }],
        },
      ],
    });
    expect(car.status).toBe(201);
    const cars = await account.call("GET", `/crm/v4/objects/contacts/${ann}/associations/car`);
    expect(cars.body.results).toMatchObject([{ toObjectId: Number(car.body.id) }]);
    const bob = await account.newContact({ firstname: "Bob" });
    const byDefault = await account.call(
      "PUT",
      `/crm/v4/objects/car/${car.body.id}/associations/default/contacts/${bob}`,
    );
    expect(byDefault.status).toBe(200);
    await vi.waitFor(() => expect(account.told).toHaveLength(1), 3_000);
    expect(account.told).toMatchObject([
      { subscriptionType: "object.creation", objectTypeId, objectId: Number(car.body.id) },
    ]);
  });

  test("can be changed, extended and, once it has no records, deleted; none twice", async () => {
    account = await openAccount();
    const { objectTypeId = "" } = await define();
    const { coreApi } = account.hubspot.crm.schemas;
    expect((await account.call("POST", "/crm/v3/schemas", CAR)).status).toBe(409);
    const lacking = { ...CAR, name: "boat", primaryDisplayProperty: "sail" };
    expect((await account.call("POST", "/crm/v3/schemas", lacking)).status).toBe(400);
    expect((await account.call("GET", "/crm/v3/schemas")).body.results).toHaveLength(1);
    const changed = await coreApi.update(objectTypeId, { requiredProperties: [] } as never);
    expect([changed.requiredProperties, changed.searchableProperties]).toEqual([[], ["model"]]);
    await coreApi.createAssociation(objectTypeId, {
      fromObjectTypeId: objectTypeId,
      toObjectTypeId: "0-3",
      name: "car_to_deal",
    });
    const { associations } = await coreApi.getById(objectTypeId);
    expect(associations.map(({ name }) => name)).toEqual(["car_to_contact", "car_to_deal"]);
    const { body: car } = await account.call("POST", `/crm/v3/objects/car`, {
      properties: { model: "Beetle" },
    });
    expect((await account.call("DELETE", `/crm/v3/schemas/${objectTypeId}`)).status).toBe(400);
    await account.call("DELETE", `/crm/v3/objects/car/${car.id}`);
    await coreApi.archive(objectTypeId);
    expect((await account.call("GET", "/crm/v3/objects/car")).status).toBe(400);
  });

  test("is there again after a restart, with its records", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "hubspot-")), "account.db");
    account = await openAccount({ file });
    const { objectTypeId } = await define();
    const { body: car } = await account.call("POST", "/crm/v3/objects/car", {
      properties: { vin: "V1", model: "Beetle" },
    });
    await account.simulator.stop();
    account = await openAccount({ file });
    const path = `/crm/v3/objects/${objectTypeId}/V1?idProperty=vin&properties=model`;
    expect((await account.call("GET", path)).body).toMatchObject({
      id: car.id,
      properties: { model: "Beetle" },
    });
  });
});

describe("a lead", () => {
  const create = (properties: object, ...contacts: [id: string, typeId: number][]) =>
    account.call("POST", "/crm/v3/objects/leads", {
      properties,
      associations: contacts.map(([id, associationTypeId]) => ({
        to: { id },
        types: [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId }],
      })),
    });
  const isThere = async (id: string) =>
    (await account.call("GET", `/crm/v3/objects/leads/${id}`)).status === 200;

  test("needs a name and a primary contact", async () => {
    account = await openAccount();
    const ann = await account.newContact({ firstname: "Ann" });
    expect((await create({ hs_lead_name: "L" })).status).toBe(400);
    expect((await create({ hs_lead_name: "L" }, [ann, 608])).status).toBe(400);
    const nameless = await create({}, [ann, 578]);
    expect([nameless.status, nameless.body.context]).toEqual([
      400,
      { properties: ["hs_lead_name"] },
    ]);
    expect((await create({ hs_lead_name: "L" }, [ann, 578])).status).toBe(201);
  });

  test("lives as long as it has a primary contact, whichever that is", async () => {
    account = await openAccount();
    const [ann, bob] = [
      await account.newContact({ firstname: "Ann" }),
      await account.newContact({ firstname: "Bob" }),
    ];
    const { body: lead } = await create({ hs_lead_name: "L" }, [ann, 578]);
    await account.call("PUT", `/crm/v4/objects/leads/${lead.id}/associations/contacts/${bob}`, [
      { associationCategory: "HUBSPOT_DEFINED", associationTypeId: 578 },
    ]);
    await account.call("DELETE", `/crm/v4/objects/leads/${lead.id}/associations/contacts/${ann}`);
    expect(await isThere(lead.id)).toBe(true);
    await account.call("DELETE", `/crm/v4/objects/leads/${lead.id}/associations/contacts/${bob}`);
    expect(await isThere(lead.id)).toBe(false);
  });

  test("goes with its contact, follows it into a merge, and is told of as an object", async () => {
    account = await openAccount();
    const [ann, anna] = [
      await account.newContact({ firstname: "Ann" }),
      await account.newContact({ firstname: "Anna" }),
    ];
    const { body: lead } = await create({ hs_lead_name: "L" }, [anna, 578]);
    await account.call("PUT", "/webhooks/v3/77/settings?hapikey=k", {
      targetUrl: "http://a.example/",
    });
    await account.call("POST", "/webhooks/v3/77/subscriptions?hapikey=k", {
      eventType: "object.deletion",
      objectTypeId: "0-136",
      active: true,
    });
    const { id } = await account.hubspot.crm.contacts.basicApi.merge({
      primaryObjectId: ann,
      objectIdToMerge: anna,
    });
    const contacts = await account.call(
      "GET",
      `/crm/v4/objects/leads/${lead.id}/associations/contacts`,
    );
    expect(contacts.body.results).toMatchObject([{ toObjectId: Number(id) }]);
    await account.hubspot.crm.contacts.basicApi.archive(id);
    expect(await isThere(lead.id)).toBe(false);
    await vi.waitFor(() => expect(account.told).toHaveLength(1), 3_000);
    expect(account.told).toMatchObject([{ objectTypeId: "0-136", objectId: Number(lead.id) }]);
  });

  test("cannot be merged", async () => {
    account = await openAccount();
    const merge = { primaryObjectId: "1", objectIdToMerge: "2" };
    expect((await account.call("POST", "/crm/v3/objects/leads/merge", merge)).status).toBe(400);
  });
});
