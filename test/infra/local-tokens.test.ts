import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readApiFile, removeApiFile, writeApiFile } from "../../infra/local/api-file.ts";
import { readAssembly } from "../../infra/local/host/assembly.ts";
import { startHttpServer } from "../../infra/local/host/http-server.ts";
import { openAuthorizers } from "../../infra/local/host/jwt-authorizers.ts";
import type { Listening } from "../../infra/local/host/listen.ts";
import type { Queues } from "../../infra/local/host/queues.ts";
import { openResources } from "../../infra/local/host/resources.ts";
import type { Streams } from "../../infra/local/host/streams.ts";
import { openTriggers } from "../../infra/local/host/triggers.ts";
import {
  LOCAL_CONTEXT,
  type LocalIssuer,
  openLocalIssuer,
} from "../../infra/local/local-issuer.ts";
import { synthesizeAccord } from "./fixtures/synthesize-accord.ts";

const dir = mkdtempSync(join(tmpdir(), "accord-tokens-"));
const resources = openResources(readAssembly(synthesizeAccord(LOCAL_CONTEXT)), {
  queues: "http://127.0.0.1:1",
});
/** Making a key takes a second, so that there is one of somebody else's for all tests. */
const others = generateKeyPair("RS256", { extractable: true });
let issuer: LocalIssuer;
let server: Listening;

beforeAll(async () => {
  issuer = await openLocalIssuer(dir);
  const echo = { name: "echo", invoke: async (event: unknown) => event, stop: async () => {} };
  const triggers = openTriggers({
    resources,
    functions: { named: () => echo, find: () => echo, stop: echo.stop },
    queues: {} as Queues,
    streams: {} as Streams,
    authorizers: openAuthorizers(resources, [issuer]),
    maxThreads: 1,
    log: () => {},
  });
  server = await startHttpServer({
    port: 0,
    routes: triggers.routes,
    publish: triggers.publish,
    invoke: () => undefined,
    log: () => {},
  });
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function ask(authorization: string | undefined, path = "/api/status", method = "GET") {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await fetch(`${server.url}${path}`, { method, headers });
  return { status: response.status, body: await response.json() };
}

async function signed(claims: JWTPayload) {
  const { privateKey } = await others;
  return `Bearer ${await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(privateKey)}`;
}

describe("the local HTTP API", () => {
  test("hands the claims of a token on to the function, as text", async () => {
    const { status, body } = await ask(`Bearer ${issuer.tokens.admin}`);
    expect(status).toBe(200);
    const { requestContext } = z
      .object({ requestContext: z.looseObject({ authorizer: z.unknown() }) })
      .parse(body);
    expect(requestContext.authorizer).toEqual({
      jwt: {
        claims: {
          accord_role: "admin",
          iss: LOCAL_CONTEXT.apiIssuer,
          aud: LOCAL_CONTEXT.apiAudience,
          sub: expect.any(String),
          iat: expect.stringMatching(/^\d+$/),
          exp: expect.stringMatching(/^\d+$/),
        },
        scopes: null,
      },
    });
  });

  const unauthorized = { status: 401, body: { message: "Unauthorized" } };
  const [iss, aud] = [LOCAL_CONTEXT.apiIssuer, LOCAL_CONTEXT.apiAudience];
  const exp = Math.floor(Date.now() / 1000) + 3600;

  test.each<[string, () => Promise<string | undefined>]>([
    ["no token", async () => undefined],
    ["no token after all", async () => "Bearer "],
    ["something else", async () => "Basic YTpi"],
    ["another's signature", () => signed({ iss, aud, exp, sub: "ann" })],
  ])("refuses %s in API Gateway's words", async (_what, authorization) => {
    expect(await ask(await authorization())).toEqual(unauthorized);
  });

  test.each<[string, JWTPayload, number]>([
    ["that is good", { iss, aud, exp }, 200],
    ["of another issuer", { iss: "https://elsewhere.example", aud, exp }, 401],
    ["for another audience", { iss, aud: "another", exp }, 401],
    ["that has expired", { iss, aud, exp: 1_700_000_000 }, 401],
    ["that never expires", { iss, aud }, 401],
  ])("meets a token %s with the status it earns", async (_what, claims, status) => {
    const { publicKey } = await others;
    const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: "RS256" }] };
    const authorizers = openAuthorizers(resources, [{ issuer: iss, keys }]);
    const [authorize] = [...authorizers.values()];
    const found = await authorize?.(await signed({ sub: "ann", ...claims }));
    expect(found === undefined ? 401 : 200).toBe(status);
  });

  test("asks webhooks for no token: their functions know them by their signature", async () => {
    expect((await ask(undefined, "/webhooks/hubspot", "POST")).status).toBe(200);
  });
});

test("an issuer whose keys nobody gave is refused by its name", () => {
  expect(() => openAuthorizers(resources, [])).toThrow(
    `no keys of the issuer ${LOCAL_CONTEXT.apiIssuer}`,
  );
});

test("the key is its owner's alone, and is kept, so that a token outlives a restart", async () => {
  expect(statSync(join(dir, "issuer-key.json")).mode & 0o777).toBe(0o600);
  expect((await openLocalIssuer(dir)).keys).toEqual(issuer.keys);
});

test("where the API is and what opens it is in a file of its owner's, until it stops", () => {
  const content = { url: "http://127.0.0.1:4000", tokens: issuer.tokens };
  writeApiFile(dir, content);
  expect(statSync(join(dir, "api.json")).mode & 0o777).toBe(0o600);
  expect(readApiFile(dir)).toEqual(content);
  removeApiFile(dir, "http://127.0.0.1:5000");
  expect(readApiFile(dir)).toEqual(content);
  removeApiFile(dir, content.url);
  expect(readApiFile(dir)).toBeUndefined();
});
