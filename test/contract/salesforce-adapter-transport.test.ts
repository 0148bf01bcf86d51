import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import {
  faultOf,
  ID,
  json,
  KEY,
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
    expect(seen?.properties).toMatchObject({ Name: "Deal", Amount: "99999999999999.99" });
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
