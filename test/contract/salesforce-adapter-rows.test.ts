import { afterEach, describe, expect, test } from "vitest";
import {
  faultOf,
  ID,
  json,
  OPPORTUNITY_FIELDS,
  REF,
  refusal,
  type Scripted,
  type Seen,
  scriptedOrg,
} from "./salesforce-adapter-script.ts";

let stop: () => Promise<void> = async () => {};
afterEach(async () => {
  await stop();
  stop = async () => {};
});

async function open(script: (seen: Seen, nth: number) => Scripted | undefined) {
  const org = await scriptedOrg(script);
  stop = org.stop;
  return org;
}

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
      cause: "validation-rule",
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
    const required = { Name: "Deal", StageName: "Prospecting", CloseDate: "2026-11-21" };
    const properties = { ...required, ...change.properties };
    const [result] = await org.crm.write([{ ...change, id, properties }]);
    const { code: met, retryable } = result?.failed ?? {};
    expect(met && { code: met, retryable }).toEqual(failed);
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
