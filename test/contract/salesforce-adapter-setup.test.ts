import { generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import {
  type SalesforceSimulator,
  type SalesforceSimulatorOptions,
  startSalesforceSimulator,
} from "../../infra/simulators/salesforce/start-salesforce.ts";
import { salesforceCredentials } from "../../shared/salesforce/credentials.ts";
import { crmOf, idOf, ref, WANTED } from "./salesforce-adapter-simulated.ts";

let simulator: SalesforceSimulator | undefined;
afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
});

async function start(options: Partial<SalesforceSimulatorOptions> = {}) {
  simulator = await startSalesforceSimulator({ port: 0, ...options });
  return simulator;
}

const LEAD = {
  recordId: "l1",
  object: "Lead",
  id: undefined,
  properties: { LastName: "Lee", Company: "Acme", Lifecycle_Stage__c: "lead" },
} as const;

describe("setting up", () => {
  test("finds the fields that are missing, and creates them so that they can be used", async () => {
    const { url } = await start();
    const crm = crmOf(url);
    expect(await crm.missingFields(WANTED)).toEqual(WANTED);
    expect(await crm.createFields(WANTED)).toEqual([]);
    expect(await crm.missingFields(WANTED)).toEqual([]);
    expect(await crm.write([LEAD])).toMatchObject([{ created: true, refused: [] }]);
  });

  test("can be run again, over fields that are there and hidden", async () => {
    const { url } = await start();
    await crmOf(url).createFields(WANTED);
    expect(await crmOf(url).createFields(WANTED)).toEqual([]);
  });

  test("that is not permitted lists every field with Salesforce's words", async () => {
    const { url } = await start({ canCustomize: false });
    const crm = crmOf(url);
    const left = await crm.createFields(WANTED);
    expect(left.map(({ field }) => field)).toEqual(WANTED);
    expect(left[0]?.message).toContain("INSUFFICIENT_ACCESS: You do not have the level of access");
    expect(await crm.missingFields(WANTED)).toEqual(WANTED);
  });
});

describe("an org that has not been set up", () => {
  test("is read without the fields that it lacks", async () => {
    const { url, seed } = await start();
    seed("Contact", [{ Id: idOf("003", 1), LastName: "Lee", Email: "ann@x.io" }]);
    const crm = crmOf(url);
    const [found] = await crm.find(["Contact"], "email", ["ann@x.io"]);
    expect(found).toMatchObject({ ref: ref("Contact", idOf("003", 1)), accordId: undefined });
    expect(found?.properties).not.toHaveProperty("Lifecycle_Stage__c");
    expect(await crm.find(["Contact"], "accord-id", ["p1"])).toEqual([]);
  });

  test("gets no records, since they could be created twice", async () => {
    const { url } = await start();
    const [result] = await crmOf(url).write([LEAD]);
    expect(result?.failed).toMatchObject({ code: "INVALID_FIELD", retryable: false });
    expect(result?.failed?.message).toContain("Accord_Id__c");
  });
});

describe("fields that are created while a worker is running", () => {
  test("are written to half a minute later, though all else that is known is minutes old", async () => {
    const { url } = await start();
    const clock = { ms: Date.now() };
    const worker = crmOf(url, undefined, () => clock.ms);
    expect(await worker.write([LEAD])).toMatchObject([{ failed: { code: "INVALID_FIELD" } }]);
    await crmOf(url).createFields(WANTED);
    clock.ms += 31_000;
    expect(await worker.write([LEAD])).toMatchObject([{ created: true, refused: [] }]);
    const before = worker.callsMade();
    clock.ms += 31_000;
    await worker.write([LEAD]);
    expect(worker.callsMade() - before).toBe(1);
  });
});

describe("signing in", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = (key: typeof privateKey) => String(key.export({ type: "pkcs8", format: "pem" }));
  const jwtPublicKey = String(publicKey.export({ type: "spki", format: "pem" }));
  const jwt = { clientId: "app", username: "sync@ours.io", privateKey: pem(privateKey) };
  const look = [ref("Contact", idOf("003", 1))];

  test("with a signed assertion works, and with another's signature names what to check", async () => {
    const { url } = await start({ clientId: "app", jwtPublicKey });
    expect((await crmOf(url, jwt).observe(look)).size).toBe(1);
    const other = pem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
    await expect(crmOf(url, { ...jwt, privateKey: other }).observe(look)).rejects.toMatchObject({
      code: "salesforce-unauthorized",
      message: expect.stringContaining("SALESFORCE_PRIVATE_KEY"),
    });
    await expect(crmOf(url, { ...jwt, clientId: "x" }).observe(look)).rejects.toThrow(
      "check SALESFORCE_CLIENT_ID",
    );
    await expect(crmOf(url, { ...jwt, privateKey: "no" }).observe(look)).rejects.toThrow(
      "SALESFORCE_PRIVATE_KEY is not an RSA private key",
    );
  });

  test("with a wrong secret names the secret and the host", async () => {
    const { url } = await start({ clientId: "app", clientSecret: "right" });
    const crm = crmOf(url, { clientId: "app", clientSecret: "wrong" });
    await expect(crm.observe(look)).rejects.toThrow(/127\.0\.0\.1:\d+ .*SALESFORCE_CLIENT_SECRET/);
  });

  test("happens again when the token was revoked", async () => {
    const { url } = await start();
    const crm = crmOf(url);
    await crm.observe(look);
    await fetch(`${url}/_simulator/revoke-tokens`, { method: "POST" });
    expect((await crm.observe(look)).size).toBe(1);
  });

  test("takes credentials of either flow, and nothing in between", () => {
    expect(salesforceCredentials.safeParse(jwt).success).toBe(true);
    expect(salesforceCredentials.safeParse({ clientId: "a", clientSecret: "b" }).success).toBe(
      true,
    );
    expect(salesforceCredentials.safeParse({ clientId: "a", username: "b" }).success).toBe(false);
  });
});
