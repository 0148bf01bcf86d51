import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { Fault } from "../../shared/sync/fault.ts";
import type { Ref } from "../../shared/sync/ports.ts";
import {
  json,
  OPPORTUNITY_FIELDS,
  refusal,
  type Scripted,
  type Seen,
  scriptedOrg,
} from "./salesforce-adapter-script.ts";

const ID = "006000000000001AAA";
const REF: Ref = { system: "salesforce", object: "Opportunity", id: ID };
const KEY = `salesforce#Opportunity#${ID}`;
const FOUND = `{"totalSize":1,"done":true,"records":[{"attributes":{},"Id":"${ID}","IsDeleted":false,"CreatedDate":"2026-01-02T03:04:05.678+0000","SystemModstamp":"2026-09-09T00:41:57.001+0000","Name":"Deal","Amount":99999999999999.99}]}`;

let stop: () => Promise<void> = async () => {};
afterEach(async () => {
  await stop();
  stop = async () => {};
});

async function open(script: (seen: Seen, nth: number) => Scripted | undefined) {
  const org = await scriptedOrg((seen, nth) => script(seen, nth) ?? usual(seen));
  stop = org.stop;
  return org;
}

function usual({ path, query }: Seen): Scripted {
  if (path.endsWith("/describe")) return json(200, OPPORTUNITY_FIELDS);
  if (query.includes("FROM OpportunityContactRole") || path === "/query")
    return json(200, { totalSize: 0, done: true, records: [] });
  if (path === "/queryAll") return { status: 200, text: FOUND };
  return json(200, {});
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (error instanceof Fault) return error;
  throw error;
}

describe("the session", () => {
  test("is signed in to once, marks its calls as Accord's, and asks for version 67.0", async () => {
    const org = await open(() => undefined);
    await org.crm.observe([REF]);
    await org.crm.observe([REF]);
    const tokens = org.seen.filter(({ path }) => path.endsWith("/token"));
    expect(tokens.map(({ body }) => body)).toEqual([
      "grant_type=client_credentials&client_id=id&client_secret=secret",
    ]);
    expect(org.seen[1]?.headers["authorization"]).toBe("Bearer token1");
    expect(org.seen[1]?.headers["sforce-call-options"]).toBe("client=Accord");
    expect(org.crm.callsMade()).toBe(org.seen.length);
  });

  test("that has ended is replaced once for all calls under way", async () => {
    const org = await open(({ headers }) =>
      headers["authorization"] === "Bearer token1" ? refusal(401, "INVALID_SESSION_ID") : undefined,
    );
    const refs = [REF, { ...REF, object: "Account", id: "001000000000001AAA" }];
    const seen = await org.crm.observe(refs);
    expect(seen.get(KEY)?.gone).toBe(false);
    expect(org.seen.filter(({ path }) => path.endsWith("/token"))).toHaveLength(2);
  });

  test("whose new token is refused too gives up", async () => {
    const org = await open(({ path }) =>
      path.endsWith("/token") ? undefined : refusal(401, "INVALID_SESSION_ID"),
    );
    expect(await faultOf(org.crm.observe([REF]))).toMatchObject({
      code: "salesforce-unauthorized",
      disposition: "give-up",
    });
    expect(org.seen).toHaveLength(4);
  });

  test("that cannot be had names the variables to check, and is asked for again next time", async () => {
    let isOpen = false;
    const org = await open(({ path }) =>
      path.endsWith("/token") && !isOpen
        ? json(400, { error: "invalid_client", error_description: "invalid client credentials" })
        : undefined,
    );
    const fault = await faultOf(org.crm.observe([REF]));
    expect(fault.code).toBe("salesforce-unauthorized");
    expect(fault.message).toContain("SALESFORCE_CLIENT_SECRET");
    expect(fault.message).toContain("127.0.0.1");
    isOpen = true;
    expect((await org.crm.observe([REF])).get(KEY)?.gone).toBe(false);
  });
});

describe("a read", () => {
  test("keeps every digit of an amount", async () => {
    const org = await open(() => undefined);
    const seen = (await org.crm.observe([REF])).get(KEY);
    expect(seen?.properties).toEqual({ Name: "Deal", Amount: "99999999999999.99" });
    expect(seen?.modifiedAtMs).toBe(Date.parse("2026-09-09T00:41:57.001Z"));
  });

  test.each(["reset", "silence", 503] as const)("that meets %s is tried again", async (trouble) => {
    let left = 2;
    const org = await open(({ path }) => {
      if (path !== "/queryAll" || left === 0) return undefined;
      left -= 1;
      return typeof trouble === "string" ? trouble : refusal(trouble, "SERVER_UNAVAILABLE");
    });
    expect((await org.crm.observe([REF])).get(KEY)?.gone).toBe(false);
  });

  test("that fails three times is a fault to be retried", async () => {
    const org = await open(({ path }) =>
      path === "/queryAll" ? { status: 502, text: "<html>Ann</html>" } : undefined,
    );
    const fault = await faultOf(org.crm.observe([REF]));
    expect(fault).toMatchObject({ code: "salesforce-unavailable", disposition: "retry" });
    expect(fault.message).not.toContain("Ann");
    expect(org.seen.filter(({ path }) => path === "/queryAll")).toHaveLength(3);
  });

  test("is not repeated when Salesforce is out of calls, and waits a minute", async () => {
    const org = await open(({ path }) =>
      path === "/queryAll" ? refusal(403, "REQUEST_LIMIT_EXCEEDED") : undefined,
    );
    expect(await faultOf(org.crm.observe([REF]))).toMatchObject({
      code: "salesforce-throttled",
      retryAfterMs: 60_000,
    });
    expect(org.seen.filter(({ path }) => path === "/queryAll")).toHaveLength(1);
  });

  test("that Salesforce refuses is a fault without its words, which quote values", async () => {
    const org = await open(({ path }) =>
      path === "/queryAll" ? refusal(400, "MALFORMED_QUERY", "near 'ann@x.io'") : undefined,
    );
    const fault = await faultOf(org.crm.observe([REF]));
    expect(fault.code).toBe("salesforce-refused");
    expect(fault.message).toBe("Salesforce refused to read Opportunity (MALFORMED_QUERY)");
  });

  test("of an object that is hidden is a matter of permissions", async () => {
    const org = await open(({ path }) =>
      path.endsWith("/describe") ? refusal(404, "NOT_FOUND") : undefined,
    );
    expect((await faultOf(org.crm.observe([REF]))).code).toBe("salesforce-scope-missing");
  });
});

describe("a write", () => {
  const change = {
    recordId: "r1",
    object: "Opportunity",
    id: ID,
    properties: { Amount: "99999999999999.99" },
  };

  test("sends the digits of an amount, and never twice when the answer is lost", async () => {
    const org = await open(({ method }) => (method === "PATCH" ? "reset" : undefined));
    expect((await faultOf(org.crm.write([change]))).code).toBe("salesforce-unavailable");
    const patches = org.seen.filter(({ method }) => method === "PATCH");
    expect(patches).toHaveLength(1);
    expect(patches[0]?.body).toContain('"Amount":99999999999999.99,');
    expect(patches[0]?.headers["sforce-auto-assign"]).toBe("FALSE");
    expect(patches[0]?.headers["sforce-duplicate-rule-header"]).toBeUndefined();
  });

  test("that is refused whole is halved until only the unreadable row fails", async () => {
    const org = await open(({ method, body }) => {
      if (method !== "PATCH") return undefined;
      if (body.includes("bad")) return refusal(400, "JSON_PARSER_ERROR");
      const { records } = JSON.parse(body);
      return json(
        200,
        records.map(({ id }: { id: string }) => ({ id, success: true, errors: [] })),
      );
    });
    const writes = Array.from({ length: 5 }, (_, at) => ({
      ...change,
      recordId: `r${at}`,
      id: `00600000000000${at}AAA`,
      properties: { Name: at === 3 ? "bad" : "good" },
    }));
    const results = await org.crm.write(writes);
    expect(results.map(({ failed }) => failed?.code)).toEqual([
      undefined,
      undefined,
      undefined,
      "JSON_PARSER_ERROR",
      undefined,
    ]);
    expect(results[4]?.id).toBe("006000000000004AAA");
  });

  test("tells why a row failed without the values that Salesforce quotes", async () => {
    const org = await open(({ method }) =>
      method === "PATCH"
        ? json(200, [
            {
              success: false,
              errors: [
                {
                  statusCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
                  message: "Ann Lee <ann@x.io> is too big a deal",
                  fields: [],
                },
              ],
            },
          ])
        : undefined,
    );
    const [result] = await org.crm.write([{ ...change, properties: { Name: "Ann Lee" } }]);
    expect(result?.failed).toEqual({
      code: "FIELD_CUSTOM_VALIDATION_EXCEPTION",
      message: "[value] <[e-mail]> is too big a deal",
      retryable: false,
    });
  });

  test.each([
    ["in the only currency of its org", "USD", "5", [], { Amount: 5 }],
    ["in a currency that its org lacks", "EUR", "5", ["Amount", "CurrencyIsoCode"], {}],
    ["that is no number", "USD", "x", ["Amount"], {}],
  ])(
    "of an amount %s writes all of it or nothing",
    async (_what, currency, amount, refused, sent) => {
      const org = await open(({ method }) =>
        method === "PATCH" ? json(200, [{ id: ID, success: true, errors: [] }]) : undefined,
      );
      const properties = { CurrencyIsoCode: currency, Amount: amount, Name: "Deal" };
      const [result] = await org.crm.write([{ ...change, properties }]);
      expect(result?.refused.map(({ property }) => property).sort()).toEqual(refused);
      const { records } = JSON.parse(org.seen.at(-1)?.body ?? "");
      expect(records).toEqual([
        { attributes: { type: "Opportunity" }, id: ID, Name: "Deal", ...sent },
      ]);
    },
  );

  test("whose amount Salesforce refuses leaves the currency as it was", async () => {
    const currency = { ...OPPORTUNITY_FIELDS.fields.at(-1), name: "CurrencyIsoCode" };
    const org = await open(({ path, method, body }) => {
      if (path.endsWith("/describe"))
        return json(200, { fields: [...OPPORTUNITY_FIELDS.fields, currency] });
      if (method !== "PATCH") return undefined;
      return body.includes("Amount")
        ? json(200, [
            {
              success: false,
              errors: [
                { statusCode: "NUMBER_OUTSIDE_VALID_RANGE", message: "", fields: ["Amount"] },
              ],
            },
          ])
        : json(200, [{ id: ID, success: true, errors: [] }]);
    });
    const properties = { CurrencyIsoCode: "EUR", Amount: "5", Name: "Deal" };
    const [result] = await org.crm.write([{ ...change, properties }]);
    expect(result?.refused.map(({ property }) => property)).toEqual(["Amount", "CurrencyIsoCode"]);
    expect(org.seen.at(-1)?.body).not.toContain("EUR");
  });

  test("that only lacks time is tried again", async () => {
    const org = await open(({ path }) =>
      path === "/queryAll" ? refusal(400, "QUERY_TIMEOUT") : undefined,
    );
    expect((await faultOf(org.crm.observe([REF]))).disposition).toBe("retry");
  });

  const rowRefusals = (statusCode: string, times: number) => {
    let left = times;
    return open(({ method }) => {
      if (method !== "PATCH") return undefined;
      left -= 1;
      return left < 0
        ? json(200, [{ id: ID, success: true, created: true, errors: [] }])
        : json(200, [{ success: false, errors: [{ statusCode, message: "words", fields: [] }] }]);
    });
  };

  test.each([
    ["UNABLE_TO_LOCK_ROW", 2, change.id, undefined],
    ["UNABLE_TO_LOCK_ROW", 3, change.id, { code: "UNABLE_TO_LOCK_ROW", retryable: true }],
    ["DUPLICATE_VALUE", 1, undefined, undefined],
    ["DUPLICATE_VALUE", 2, undefined, { code: "DUPLICATE_VALUE", retryable: false }],
    ["DUPLICATE_VALUE", 1, change.id, { code: "DUPLICATE_VALUE", retryable: false }],
    ["DUPLICATES_DETECTED", 1, undefined, { code: "DUPLICATES_DETECTED", retryable: false }],
    ["ENTITY_IS_DELETED", 1, change.id, { code: "ENTITY_IS_DELETED", retryable: true }],
  ])("that meets %s %i times, on %s, fails with %j", async (code, times, id, failed) => {
    const org = await rowRefusals(code, times);
    const [result] = await org.crm.write([{ ...change, id }]);
    expect(result?.failed && { ...result.failed, message: "" }).toEqual(
      failed && { ...failed, message: "" },
    );
    expect(result?.id).toBe(failed === undefined ? ID : undefined);
  });

  test("that an admin's new field list makes wrong is described again and corrected", async () => {
    let hasAmount = true;
    const org = await open(({ path, method, body }) => {
      if (path.endsWith("/describe"))
        return json(200, {
          fields: OPPORTUNITY_FIELDS.fields.filter(({ name }) => hasAmount || name !== "Amount"),
        });
      if (method !== "PATCH") return undefined;
      hasAmount = false;
      return body.includes("Amount")
        ? json(200, [
            { success: false, errors: [{ statusCode: "INVALID_FIELD", message: "", fields: [] }] },
          ])
        : json(200, [{ id: ID, success: true, errors: [] }]);
    });
    const [result] = await org.crm.write([
      { ...change, properties: { ...change.properties, Name: "Deal" } },
    ]);
    expect(result).toMatchObject({
      id: ID,
      failed: undefined,
      refused: [{ property: "Amount", code: "INVALID_FIELD" }],
    });
  });
});

test("calls to this machine pass by the proxy that the environment names", async () => {
  const org = await open(() => undefined);
  const script = `
    import { salesforceCrm } from "./shared/salesforce/salesforce-crm.ts";
    const crm = salesforceCrm({
      loginUrl: "${org.url}",
      credentials: async () => ({ clientId: "id", clientSecret: "secret" }),
      shapes: [{ object: "Opportunity", idProperty: "Accord_Id__c", properties: ["Name"] }],
      now: Date.now,
    });
    const seen = await crm.observe([{ system: "salesforce", object: "Opportunity", id: "${ID}" }]);
    console.log(seen.get("${KEY}").properties.Name);
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    {
      env: { ...process.env, http_proxy: "http://127.0.0.1:9", https_proxy: "http://127.0.0.1:9" },
    },
  );
  expect(stdout.trim()).toBe("Deal");
}, 20_000);
