import { verify } from "node:crypto";
import type { Context, Hono } from "hono";
import { isObject, textOf } from "../records/exact-json.ts";
import { authenticate, type Org, sendJson } from "./org.ts";

interface OAuthOptions {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  /** PEM. Where it is missing, a signature is not checked. */
  readonly jwtPublicKey: string | undefined;
}

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";

interface OAuthError {
  readonly error: string;
  readonly error_description: string;
}

function refuse(error: string, error_description: string): OAuthError {
  return { error, error_description };
}

function decode(part: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isObject(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

/** Checks the assertion of the JWT bearer flow. Undefined where it is good. */
function checkAssertion(
  options: OAuthOptions,
  assertion: string,
  nowMs: number,
): OAuthError | undefined {
  const [head = "", body = "", seal = "", ...rest] = assertion.split(".");
  const claims = decode(body);
  if (rest.length > 0 || seal === "" || decode(head)["alg"] !== "RS256")
    return refuse("invalid_grant", "invalid assertion");
  const { iss, sub, aud, exp } = claims;
  if (typeof iss !== "string" || typeof sub !== "string" || typeof aud !== "string")
    return refuse("invalid_grant", "invalid assertion");
  if (options.clientId !== undefined && iss !== options.clientId)
    return refuse("invalid_client_id", "client identifier invalid");
  if (typeof exp !== "number" || exp * 1000 <= nowMs)
    return refuse("invalid_grant", "expired authorization code");
  if (options.jwtPublicKey === undefined) return undefined;
  const isSigned = verify(
    "RSA-SHA256",
    Buffer.from(`${head}.${body}`),
    options.jwtPublicKey,
    Buffer.from(seal, "base64url"),
  );
  return isSigned ? undefined : refuse("invalid_grant", "invalid assertion");
}

/** Checks id and secret, which come in the form or in a Basic header. */
function checkClient(
  options: OAuthOptions,
  form: URLSearchParams,
  authorization: string,
): OAuthError | undefined {
  const basic = /^Basic\s+(.+)$/i.exec(authorization)?.[1] ?? "";
  const [basicId = "", ...secretParts] = Buffer.from(basic, "base64").toString("utf8").split(":");
  const id = form.get("client_id") ?? basicId;
  const secret = form.get("client_secret") ?? secretParts.join(":");
  const isGood =
    id !== "" &&
    secret !== "" &&
    (options.clientId === undefined || id === options.clientId) &&
    (options.clientSecret === undefined || secret === options.clientSecret);
  return isGood ? undefined : refuse("invalid_client", "invalid client credentials");
}

function checkGrant(
  options: OAuthOptions,
  form: URLSearchParams,
  from: { readonly authorization: string; readonly nowMs: number },
): OAuthError | undefined {
  switch (form.get("grant_type")) {
    case "client_credentials":
      return checkClient(options, form, from.authorization);
    case JWT_BEARER:
      return checkAssertion(options, form.get("assertion") ?? "", from.nowMs);
    default:
      return refuse("unsupported_grant_type", "grant type not supported");
  }
}

/** The address under which the caller reached us, so that tunnels and other names work too. */
function originOf(context: Context): string {
  return new URL(context.req.url).origin;
}

function tokenAnswer(org: Org, origin: string): object {
  const issuedAt = String(org.database.nowMs());
  const id = `${origin}/id/${org.orgId}/${org.integrationUserId}`;
  return {
    access_token: org.tokens.issue(org.database.nowMs()),
    signature: org.tokens.sign(id + issuedAt),
    scope: "api",
    instance_url: origin,
    id,
    token_type: "Bearer",
    issued_at: issuedAt,
  };
}

function identityOf(org: Org, origin: string, userId: string): object {
  const user = org.database.table("User").get(userId);
  return {
    sub: `${origin}/id/${org.orgId}/${userId}`,
    id: `${origin}/id/${org.orgId}/${userId}`,
    user_id: userId,
    organization_id: org.orgId,
    preferred_username: textOf(user, "Username"),
    username: textOf(user, "Username"),
    name: textOf(user, "Name"),
    email: textOf(user, "Email"),
    email_verified: true,
    active: true,
    user_type: "STANDARD",
    zoneinfo: "Etc/UTC",
  };
}

export function addOAuthRoutes(app: Hono, org: Org, options: OAuthOptions): void {
  app.post("/services/oauth2/token", async (context) => {
    const form = new URLSearchParams(await context.req.text());
    const from = {
      authorization: context.req.header("authorization") ?? "",
      nowMs: org.database.nowMs(),
    };
    const refused = checkGrant(options, form, from);
    return refused ? sendJson(400, refused) : sendJson(200, tokenAnswer(org, originOf(context)));
  });
  app.get("/services/oauth2/userinfo", (context) => {
    const { session } = authenticate(org, context);
    return sendJson(200, identityOf(org, originOf(context), session.userId));
  });
  app.get("/id/:org/:user", (context) => {
    const query = context.req.query("oauth_token");
    const isAllowed = query !== undefined && org.tokens.isValid(query);
    const userId = context.req.param("user");
    if (!isAllowed) authenticate(org, context);
    return sendJson(200, identityOf(org, originOf(context), userId));
  });
}
