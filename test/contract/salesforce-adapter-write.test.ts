import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type RecordWrite, refKey } from "../../shared/sync/ports.ts";
import { idOf, ref, type SimulatedOrg, simulatedOrg } from "./salesforce-adapter-simulated.ts";

const ANN = idOf("003", 1);
const BOB = idOf("003", 2);
const ACME = idOf("001", 1);
const OTHER = idOf("001", 2);
const DEAL = idOf("006", 1);
const ADA = idOf("005", 900);

let org: SimulatedOrg;

beforeAll(async () => {
  org = await simulatedOrg();
  org.simulator.seed("User", [
    { Id: ADA, Email: "ada@ours.io", IsActive: true, LastName: "Ada" },
    { Id: idOf("005", 901), Email: "ada@ours.io", IsActive: true, LastName: "Twin" },
    { Id: idOf("005", 902), Email: "gone@ours.io", IsActive: false, LastName: "Gone" },
  ]);
  org.simulator.seed("Account", [
    { Id: ACME, Name: "Acme" },
    { Id: OTHER, Name: "Other" },
  ]);
  org.simulator.seed("Contact", [
    { Id: ANN, LastName: "Lee", Email: "ann@x.io" },
    { Id: BOB, LastName: "Bo" },
  ]);
  org.simulator.seed("Opportunity", [
    { Id: DEAL, Name: "Deal", StageName: "Prospecting", CloseDate: "2026-06-30", AccountId: ACME },
  ]);
});
afterAll(() => org.stop());

const change = (id: string, properties: RecordWrite["properties"]): RecordWrite => ({
  recordId: "p1",
  object: id.startsWith("003") ? "Contact" : "Opportunity",
  id,
  properties,
});

const lead = (recordId: string, properties: RecordWrite["properties"] = {}): RecordWrite => ({
  recordId,
  object: "Lead",
  id: undefined,
  properties: { LastName: "Lee", Company: "Acme", ...properties },
});

async function seen(object: string, id: string) {
  return (await org.crm.observe([ref(object, id)])).get(refKey(ref(object, id)));
}

async function written(write: RecordWrite) {
  const [result] = await org.crm.write([write]);
  if (result === undefined) throw new Error("no result");
  return result;
}

describe("writing", () => {
  test.each(["99999999999999.99", "0.1", "0.10", "-5"])(
    "keeps every digit of %s",
    async (amount) => {
      expect((await written(change(DEAL, { Amount: amount }))).refused).toEqual([]);
      const read = (await seen("Opportunity", DEAL))?.properties["Amount"] ?? "";
      expect(read.replace(/\.?0+$/, "")).toBe(amount.replace(/\.?0+$/, ""));
    },
  );

  test("changes only what it is given, our own id among it", async () => {
    const result = await written(change(ANN, { Title: "CEO", Accord_Id__c: "p1" }));
    expect(result).toEqual({
      recordId: "p1",
      id: ANN,
      created: false,
      refused: [],
      failed: undefined,
    });
    const now = await seen("Contact", ANN);
    expect(now?.accordId).toBe("p1");
    expect(now?.properties).toMatchObject({ Title: "CEO", LastName: "Lee", Email: "ann@x.io" });
    await written(change(ANN, { Title: null }));
    expect((await seen("Contact", ANN))?.properties["Title"]).toBeNull();
  });

  test("creates a record once, however often it is asked to", async () => {
    const first = await written(lead("l1", { Email: "l1@x.io" }));
    expect(first).toMatchObject({ created: true, refused: [], failed: undefined });
    expect(await written(lead("l1", { Email: "l1@x.io" }))).toEqual({ ...first, created: false });
    expect((await seen("Lead", first.id ?? ""))?.accordId).toBe("l1");
  });

  test("at once, twice, creates a record once", async () => {
    const [one, other] = await Promise.all([written(lead("l2")), written(lead("l2"))]);
    expect(one.id).toBe(other.id);
  });

  test("refuses single fields beforehand, and writes the others", async () => {
    const result = await written(
      change(DEAL, {
        Name: "x".repeat(121),
        Nope__c: "x",
        IsWon: "true",
        CurrencyIsoCode: "XXX",
        Amount: "12,5",
        StageName: null,
        IsPrivate: "yes",
        Type: "New Customer",
      }),
    );
    expect(result.id).toBe(DEAL);
    expect(result.refused.map(({ property, code }) => [property, code]).sort()).toEqual([
      ["Amount", "INVALID_TYPE_ON_FIELD_IN_RECORD"],
      ["CurrencyIsoCode", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"],
      ["IsPrivate", "INVALID_TYPE_ON_FIELD_IN_RECORD"],
      ["IsWon", "INVALID_FIELD_FOR_INSERT_UPDATE"],
      ["Name", "STRING_TOO_LONG"],
      ["Nope__c", "INVALID_FIELD"],
      ["StageName", "REQUIRED_FIELD_MISSING"],
    ]);
    expect((await seen("Opportunity", DEAL))?.properties).toMatchObject({
      Name: "Deal",
      Type: "New Customer",
    });
  });

  test("P4, K1: what describe rules out is known before the call, with its cause and the field's label", async () => {
    const result = await written(
      change(DEAL, { Name: "x".repeat(121), IsWon: "true", CloseDate: "soon", StageName: null }),
    );
    const known = result.refused.map(({ property, cause, facts }) => [
      property,
      cause,
      facts?.label,
      facts?.maxLength,
    ]);
    expect(known.sort()).toEqual([
      ["CloseDate", "wrong-type", "Close Date", undefined],
      ["IsWon", "no-permission", "Is Won", undefined],
      ["Name", "too-long", "Name", 120],
      ["StageName", "required-blank", "Stage Name", 255],
    ]);
  });

  test("P4, K1: a new record that lacks what Salesforce requires is not sent", async () => {
    await written(change(DEAL, { Name: "Deal" }));
    const before = org.crm.callsMade();
    const [result] = await org.crm.write([
      {
        recordId: "00000000-0000-4000-8000-000000000009",
        object: "Opportunity",
        id: undefined,
        properties: { Name: "New", StageName: "Prospecting" },
      },
    ]);
    expect(result?.failed).toEqual({
      code: "REQUIRED_FIELD_MISSING",
      message: "Required fields are missing: [CloseDate]",
      retryable: false,
      cause: "required-blank",
    });
    expect(org.crm.callsMade()).toBe(before);
  });

  test("K3: what is said of a field is read anew when asked for, and keeps its fingerprint", async () => {
    const before = org.crm.callsMade();
    const first = await org.crm.propertyFacts("Lead", ["Email", "Nope__c"]);
    const second = await org.crm.propertyFacts("Lead", ["Email"]);
    expect(org.crm.callsMade() - before).toBe(2);
    expect([...first.keys()]).toEqual(["Email"]);
    expect(first.get("Email")).toMatchObject({ label: "Email", options: undefined });
    expect(second.get("Email")).toEqual(first.get("Email"));
  });

  test("of nothing but refused fields sends nothing", async () => {
    await seen("Contact", ANN);
    const before = org.crm.callsMade();
    expect(await written(change(ANN, { Nope__c: "x" }))).toMatchObject({
      id: undefined,
      failed: undefined,
      refused: [{ property: "Nope__c", code: "INVALID_FIELD" }],
    });
    expect(org.crm.callsMade()).toBe(before);
  });

  test("drops a field that Salesforce refuses, and writes the row's others", async () => {
    const result = await written(change(ANN, { Email: "not an address", Title: "CTO" }));
    expect(result).toMatchObject({
      id: ANN,
      failed: undefined,
      refused: [{ property: "Email", code: "INVALID_EMAIL_ADDRESS" }],
    });
    expect(JSON.stringify(result)).not.toContain("not an address");
    expect((await seen("Contact", ANN))?.properties).toMatchObject({
      Email: "ann@x.io",
      Title: "CTO",
    });
  });

  test("takes 450 rows in three calls, and one bad row fails alone", async () => {
    await written(lead("warm"));
    const before = org.crm.callsMade();
    const rows = Array.from({ length: 450 }, (_, at) =>
      lead(`bulk${at}`, at === 250 ? { LastName: null } : {}),
    );
    const results = await org.crm.write(rows);
    expect(org.crm.callsMade() - before).toBe(3);
    expect(results.map(({ recordId }) => recordId)).toEqual(rows.map(({ recordId }) => recordId));
    expect(results.filter(({ created }) => created)).toHaveLength(449);
    expect(results[250]).toMatchObject({
      id: undefined,
      failed: { code: "REQUIRED_FIELD_MISSING", retryable: false },
    });
  });

  test("to a record that is gone fails, to be observed again", async () => {
    const [gone, malformed, fine] = await org.crm.write([
      change(idOf("003", 77), { Title: "x" }),
      change("003nonsense", { Title: "x" }),
      change(BOB, { Title: "x" }),
    ]);
    expect(gone?.failed).toMatchObject({ retryable: true });
    expect(malformed?.failed).toMatchObject({ code: "MALFORMED_ID", retryable: false });
    expect(fine?.failed).toBeUndefined();
  });
});

describe("writing an owner", () => {
  test("takes an e-mail address in any case, and of twins the one with the lowest id", async () => {
    await written(change(BOB, { OwnerId: "ADA@ours.io" }));
    const { url } = org.simulator;
    const token = z.object({ access_token: z.string() }).parse(
      await (
        await fetch(`${url}/services/oauth2/token`, {
          method: "POST",
          body: new URLSearchParams({
            grant_type: "client_credentials",
            client_id: "id",
            client_secret: "secret",
          }),
        })
      ).json(),
    ).access_token;
    const contact = await fetch(`${url}/services/data/v67.0/sobjects/Contact/${BOB}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await contact.json()).toMatchObject({ OwnerId: ADA });
    expect((await seen("Contact", BOB))?.properties["OwnerId"]).toBe("ada@ours.io");
  });

  test("takes blank for the integration user, which reads as blank", async () => {
    await written(change(BOB, { OwnerId: "ada@ours.io" }));
    await written(change(BOB, { OwnerId: null }));
    expect((await seen("Contact", BOB))?.properties["OwnerId"]).toBeNull();
    const created = await written(lead("owned", { OwnerId: null }));
    expect((await seen("Lead", created.id ?? ""))?.properties["OwnerId"]).toBeNull();
  });

  test.each(["nobody@ours.io", "gone@ours.io", "integration@salesforce-simulator.example"])(
    "refuses %s",
    async (owner) => {
      const result = await written(change(BOB, { OwnerId: owner, Title: "COO" }));
      expect(result).toMatchObject({
        id: BOB,
        refused: [{ property: "OwnerId", code: "OWNER_UNKNOWN" }],
      });
    },
  );
});

describe("relating", () => {
  const relation = (relation: "person" | "company", action: "add" | "remove", otherId: string) =>
    ({ recordId: "o1", relation, action, opportunityId: DEAL, otherId }) as const;

  test("adds a person once, however often, and takes it off again", async () => {
    const add = relation("person", "add", ANN);
    await org.crm.relate([add, relation("person", "add", BOB), add]);
    expect(await org.crm.relate([add])).toEqual([{ write: add, failed: undefined }]);
    const { rows } = await org.crm.changedSince("OpportunityContactRole", undefined);
    expect(rows).toHaveLength(2);
    expect((await seen("Opportunity", DEAL))?.relations.persons).toEqual([ANN, BOB]);
    await org.crm.relate([relation("person", "remove", ANN)]);
    await org.crm.relate([relation("person", "remove", ANN)]);
    expect((await seen("Opportunity", DEAL))?.relations.persons).toEqual([BOB]);
  });

  test("tells which person could not be added, and adds the others", async () => {
    const bad = relation("person", "add", idOf("003", 77));
    const good = relation("person", "add", ANN);
    const results = await org.crm.relate([bad, good]);
    expect(results.map(({ write, failed }) => [write, failed === undefined])).toEqual([
      [bad, false],
      [good, true],
    ]);
    expect((await seen("Opportunity", DEAL))?.relations.persons).toContain(ANN);
  });

  test("sets a company, and removes none but the one it names", async () => {
    await org.crm.relate([relation("company", "remove", ACME), relation("company", "add", OTHER)]);
    expect((await seen("Opportunity", DEAL))?.relations.companies).toEqual([OTHER]);
    await org.crm.relate([relation("company", "remove", ACME)]);
    expect((await seen("Opportunity", DEAL))?.relations.companies).toEqual([OTHER]);
    await org.crm.relate([relation("company", "remove", OTHER)]);
    expect((await seen("Opportunity", DEAL))?.relations.companies).toEqual([]);
  });
});
