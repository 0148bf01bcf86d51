import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Account, openAccount, refusal } from "./hubspot-simulator-account.ts";

let account: Account;

beforeEach(async () => {
  account = await openAccount();
});
afterEach(() => account.simulator.stop());

const DAY_MS = 86_400_000;

const contact = (id: string, ...more: string[]) =>
  account.hubspot.crm.contacts.basicApi.getById(id, ["email", "hs_additional_emails", ...more]);
const merge = (primaryObjectId: string, objectIdToMerge: string) =>
  account.hubspot.crm.contacts.basicApi.merge({ primaryObjectId, objectIdToMerge });
const addEmail = (id: string, email: string) =>
  account.call("PUT", `/contacts/v1/secondary-email/${id}/email/${email}`);
const restore = (id: string, object = "contacts") =>
  account.call("POST", `/_simulator/restore/${object}/${id}`);
const toldOf = (kind: string) =>
  account.told.filter(({ subscriptionType }) => subscriptionType === kind);
const associate = (from: string, fromId: string, to: string, toId: string, typeId: number) =>
  account.call("PUT", `/crm/v4/objects/${from}/${fromId}/associations/${to}/${toId}`, [
    { associationCategory: "HUBSPOT_DEFINED", associationTypeId: typeId },
  ]);
const linked = async (from: string, id: string, to: string) =>
  (await account.call("GET", `/crm/v4/objects/${from}/${id}/associations/${to}`)).body.results.map(
    (each: { toObjectId: number; associationTypes: { typeId: number }[] }) => [
      String(each.toObjectId),
      ...each.associationTypes.map(({ typeId }) => typeId),
    ],
  );

describe("an additional e-mail address", () => {
  test("identifies its contact in every look-up by e-mail, whatever its case", async () => {
    const id = await account.newContact({ email: "ann@x.io" });
    expect((await addEmail(id, "Ann@Home.io")).body).toEqual({
      portalId: 62515001,
      vid: Number(id),
      secondaryEmails: ["ann@home.io"],
    });
    const byEmail = await account.hubspot.crm.contacts.basicApi.getById(
      "ANN@home.io",
      ["email", "hs_additional_emails"],
      undefined,
      undefined,
      false,
      "email",
    );
    expect(byEmail.id).toBe(id);
    expect(byEmail.properties).toMatchObject({
      email: "ann@x.io",
      hs_additional_emails: "ann@home.io",
    });
    const batch = await account.hubspot.crm.contacts.batchApi.read({
      idProperty: "email",
      inputs: [{ id: "ann@home.io" }],
      properties: [],
      propertiesWithHistory: [],
    });
    expect(batch.results.map((each) => each.id)).toEqual([id]);
  });

  test("is taken: neither a new contact nor another one may have it", async () => {
    const id = await account.newContact({ email: "ann@x.io" });
    const other = await account.newContact({ email: "bob@x.io" });
    await addEmail(id, "ann@home.io");
    const conflict = {
      code: 409,
      body: {
        status: "error",
        message: `Contact already exists. Existing ID: ${id}`,
        correlationId: expect.any(String),
        category: "CONFLICT",
      },
    };
    expect(await refusal(account.newContact({ email: "Ann@home.io" }))).toEqual(conflict);
    const update = account.hubspot.crm.contacts.basicApi.update(other, {
      properties: { email: "ann@home.io" },
    });
    expect(await refusal(update)).toEqual(conflict);
    expect((await addEmail(other, "ann@x.io")).status).toBe(409);
    expect((await contact(other)).properties["email"]).toBe("bob@x.io");
  });

  test("cannot be written as a property, and changes places with the first when it becomes that", async () => {
    const id = await account.newContact({ email: "ann@x.io" });
    const write = (properties: Record<string, string>) =>
      account.hubspot.crm.contacts.basicApi.update(id, { properties });
    expect((await refusal(write({ hs_additional_emails: "a@b.io" }))).code).toBe(400);
    await addEmail(id, "ann@home.io");
    await write({ email: "ann@home.io" });
    expect((await contact(id)).properties).toMatchObject({
      email: "ann@home.io",
      hs_additional_emails: "ann@x.io",
    });
  });

  test("stays an additional one when a batch upsert finds its contact by it, and may be given up", async () => {
    const id = await account.newContact({ email: "ann@x.io" });
    await addEmail(id, "ann@home.io");
    const { body } = await account.call("POST", "/crm/v3/objects/contacts/batch/upsert", {
      inputs: [{ id: "ann@home.io", idProperty: "email", properties: { firstname: "Ann" } }],
    });
    expect(body.results.map((each: { id: string; new: boolean }) => [each.id, each.new])).toEqual([
      [id, false],
    ]);
    expect((await contact(id)).properties["email"]).toBe("ann@x.io");
    await account.call("DELETE", `/contacts/v1/secondary-email/${id}/email/ann@home.io`);
    expect(await account.newContact({ email: "ann@home.io" })).not.toBe(id);
  });
});

describe("a merge", () => {
  test("gives a new id; both old ones answer for it in single reads and writes, and in no batch", async () => {
    const ann = await account.newContact({ email: "ann@x.io" });
    const anna = await account.newContact({ email: "anna@x.io", phone: "1" });
    const { id } = await merge(ann, anna);
    expect([ann, anna]).not.toContain(id);
    for (const old of [ann, anna]) {
      expect((await contact(old)).id).toBe(id);
      const patched = await account.hubspot.crm.contacts.basicApi.update(old, {
        properties: { firstname: old },
      });
      expect([patched.id, patched.properties["firstname"]]).toEqual([id, old]);
      const batch = await account.call("POST", "/crm/v3/objects/contacts/batch/update", {
        inputs: [{ id: old, properties: { firstname: "Batch" } }],
      });
      expect([batch.status, batch.body.results, batch.body.errors[0].context]).toEqual([
        207,
        [],
        { ids: [old] },
      ]);
    }
    const { properties } = await contact(id, "hs_merged_object_ids", "phone");
    expect(properties).toMatchObject({ hs_merged_object_ids: `${ann};${anna}`, phone: "1" });
  });

  test("keeps the primary's values, the furthest lifecycle stage and the earliest creation", async () => {
    account.simulator.seed("contacts", [
      {
        id: "1",
        createdAt: "2024-05-01T00:00:00.000Z",
        properties: { email: "old@x.io", firstname: "Old", lifecyclestage: "customer" },
      },
    ]);
    const young = await account.newContact({ email: "young@x.io", firstname: "Young" });
    const { id } = await merge(young, "1");
    const names = ["firstname", "lifecyclestage", "createdate"];
    expect((await contact(id, ...names)).properties).toMatchObject({
      email: "young@x.io",
      hs_additional_emails: "old@x.io",
      firstname: "Young",
      lifecyclestage: "customer",
      createdate: "2024-05-01T00:00:00.000Z",
    });
  });

  test("of merged contacts keeps all ids and all addresses, and none of them is free", async () => {
    const [a, b, c] = await Promise.all(
      ["a@x.io", "b@x.io", "c@x.io"].map((email) => account.newContact({ email })),
    );
    const { id: ab } = await merge(a ?? "", b ?? "");
    const { id } = await merge(ab, c ?? "");
    expect((await contact(id, "hs_merged_object_ids")).properties).toMatchObject({
      email: "a@x.io",
      hs_additional_emails: "b@x.io;c@x.io",
      hs_merged_object_ids: [a, b, ab, c].join(";"),
    });
    expect((await contact(a ?? "")).id).toBe(id);
    expect((await refusal(account.newContact({ email: "c@x.io" }))).code).toBe(409);
  });

  test("moves the associations, and the primary's company stays the primary one", async () => {
    const [ann, anna] = [
      await account.newContact({ email: "ann@x.io" }),
      await account.newContact({ email: "anna@x.io" }),
    ];
    const make = async (name: string) =>
      (await account.hubspot.crm.companies.basicApi.create({ properties: { name } })).id;
    const [acme, apex] = [await make("Acme"), await make("Apex")];
    const deal = await account.hubspot.crm.deals.basicApi.create({ properties: { dealname: "D" } });
    await associate("contacts", ann, "companies", acme, 1);
    await associate("contacts", anna, "companies", apex, 1);
    await associate("deals", deal.id, "contacts", anna, 3);
    await associate("contacts", ann, "contacts", anna, 449);
    const { id } = await merge(ann, anna);
    expect(await linked("contacts", id, "companies")).toEqual([
      [acme, 1, 279],
      [apex, 279],
    ]);
    expect(await linked("deals", deal.id, "contacts")).toEqual([[id, 3]]);
    expect(await linked("contacts", id, "contacts")).toEqual([]);
    expect((await contact(id, "associatedcompanyid")).properties["associatedcompanyid"]).toBe(acme);
  });

  test("is told with the old ids, the new one and how many properties it moved", async () => {
    await account.subscribe("contact.merge");
    const ann = await account.newContact({ email: "ann@x.io", lastname: "A" });
    const anna = await account.newContact({ email: "anna@x.io", phone: "1", jobtitle: "CEO" });
    const { id } = await merge(ann, anna);
    await vi.waitFor(() => expect(account.told).toHaveLength(1), 3_000);
    expect(account.told).toMatchObject([
      {
        subscriptionType: "contact.merge",
        primaryObjectId: Number(ann),
        mergedObjectIds: [Number(anna)],
        newObjectId: Number(id),
        numberOfPropertiesMoved: 2,
      },
    ]);
  });

  test("of more than 250 identities is refused", async () => {
    const merged = Array.from({ length: 248 }, (_, at) => String(at + 1000)).join(";");
    account.simulator.seed("contacts", [
      { id: "1", properties: { email: "big@x.io", hs_merged_object_ids: merged } },
    ]);
    const { id } = await merge("1", await account.newContact({ email: "ok@x.io" }));
    const refused = await refusal(merge(id, await account.newContact({ email: "much@x.io" })));
    expect(refused.code).toBe(414);
    expect(refused.body).toMatchObject({
      message: "Cannot have more than 250 identities on a profile",
    });
  });
});

describe("an archived record", () => {
  test("comes back with its associations, and is told of as deleted and as restored", async () => {
    await account.subscribe("contact.deletion", "contact.restore");
    const id = await account.newContact({ email: "ann@x.io" });
    const company = await account.hubspot.crm.companies.basicApi.create({
      properties: { name: "Acme" },
    });
    await associate("contacts", id, "companies", company.id, 1);
    await account.hubspot.crm.contacts.basicApi.archive(id);
    expect(await linked("companies", company.id, "contacts")).toEqual([]);
    const bin = await account.hubspot.crm.contacts.basicApi.getPage(
      10,
      undefined,
      undefined,
      undefined,
      undefined,
      true,
    );
    expect(bin.results.map((each) => [each.id, each.archived])).toEqual([[id, true]]);

    expect((await restore(id)).body).toMatchObject({ id, archived: false });
    expect((await contact(id, "associatedcompanyid")).properties).toMatchObject({
      email: "ann@x.io",
      associatedcompanyid: company.id,
    });
    expect(await linked("companies", company.id, "contacts")).toEqual([[id, 2, 280]]);
    await vi.waitFor(() => expect(account.told).toHaveLength(2), 3_000);
    expect(account.told.map(({ subscriptionType }) => subscriptionType)).toEqual([
      "contact.deletion",
      "contact.restore",
    ]);
    expect(toldOf("contact.restore")).toMatchObject([
      { objectId: Number(id), changeSource: "CRM_UI" },
    ]);
  });

  test("cannot come back once its address is another's, nor after ninety days", async () => {
    const id = await account.newContact({ email: "ann@x.io" });
    const late = await account.newContact({ email: "late@x.io" });
    for (const each of [id, late]) await account.hubspot.crm.contacts.basicApi.archive(each);
    await account.newContact({ email: "ann@x.io" });
    expect((await restore(id)).status).toBe(409);
    account.forward(91 * DAY_MS);
    expect((await restore(late)).status).toBe(404);
    const gone = await account.call("GET", `/crm/v3/objects/contacts/${late}?archived=true`);
    expect(gone.status).toBe(404);
  });

  test("is a company no longer: its contacts lose it, also as their property", async () => {
    const company = await account.hubspot.crm.companies.basicApi.create({
      properties: { name: "Acme" },
    });
    const id = await account.newContact({ email: "ann@x.io", associatedcompanyid: company.id });
    await account.hubspot.crm.companies.basicApi.archive(company.id);
    const { properties } = await contact(id, "associatedcompanyid");
    expect(properties["associatedcompanyid"]).toBeNull();
  });
});

describe("a contact deleted for privacy", () => {
  const purge = (objectId: string, idProperty?: string) =>
    account.hubspot.crm.contacts.basicApi.purge(
      idProperty === undefined ? { objectId } : { objectId, idProperty },
    );

  test("is gone for good, is told of twice, and none of its addresses may come back", async () => {
    await account.subscribe("contact.deletion", "contact.privacyDeletion");
    const id = await account.newContact({ email: "ann@x.io" });
    await addEmail(id, "ann@home.io");
    await purge(id);
    for (const archived of [true, false]) {
      const path = `/crm/v3/objects/contacts/${id}?archived=${archived}`;
      expect((await account.call("GET", path)).status).toBe(404);
    }
    expect((await restore(id)).status).toBe(404);
    for (const email of ["Ann@x.io", "ann@home.io"]) {
      const { code, body } = await refusal(account.newContact({ email }));
      expect(code).toBe(400);
      expect(body["category"]).toBe("VALIDATION_ERROR");
      expect(body["errors"]).toMatchObject([{ context: { propertyName: ["email"] } }]);
    }
    await vi.waitFor(() => expect(account.told).toHaveLength(2), 3_000);
    expect(new Set(account.told.map(({ subscriptionType }) => subscriptionType))).toEqual(
      new Set(["contact.deletion", "contact.privacyDeletion"]),
    );
    expect(new Set(account.told.map(({ objectId }) => objectId))).toEqual(new Set([Number(id)]));
  });

  test("may be named by an address, by one that nobody has, or while in the recycle bin", async () => {
    const id = await account.newContact({ email: "ann@x.io" });
    await purge("ANN@x.io", "email");
    expect((await account.call("GET", `/crm/v3/objects/contacts/${id}`)).status).toBe(404);
    await purge("nobody@x.io", "email");
    expect((await refusal(account.newContact({ email: "nobody@x.io" }))).code).toBe(400);
    const archived = await account.newContact({ email: "bin@x.io" });
    await account.hubspot.crm.contacts.basicApi.archive(archived);
    await purge(archived);
    expect((await restore(archived)).status).toBe(404);
    expect((await refusal(account.newContact({ email: "bin@x.io" }))).code).toBe(400);
  });
});
