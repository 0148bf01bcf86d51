import { createSign } from "node:crypto";
import * as z from "zod";
import { Fault } from "../sync/fault.ts";
import type { SalesforceCredentials } from "./credentials.ts";
import type { Answer } from "./refusal.ts";

/** What a sign-in gives: until it expires, which Salesforce tells only by a 401. */
export interface Session {
  readonly accessToken: string;
  readonly instanceUrl: string;
  /** The user that Accord acts as, out of the identity URL `…/id/{org}/{user}`. */
  readonly userId: string;
}

/** Salesforce takes assertions that end within three minutes or so (the bound is its documentation's). */
const ASSERTION_SECONDS = 180;

const tokenAnswer = z
  .object({ access_token: z.string().min(1), instance_url: z.url(), id: z.string().min(1) })
  .transform(({ access_token, instance_url, id }) => ({
    accessToken: access_token,
    instanceUrl: instance_url.replace(/\/+$/, ""),
    userId: id.split("/").at(-1) ?? "",
  }));

const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * Signs in for a user who has approved the app before. The audience of a real org is the host that
 * users sign in at, and a My Domain URL is one: https://help.salesforce.com, "OAuth 2.0 JWT Bearer
 * Flow" (read 2026-11-21).
 */
function assertionOf(
  who: { readonly clientId: string; readonly username: string; readonly privateKey: string },
  loginUrl: string,
  nowMs: number,
): string {
  const claims = {
    iss: who.clientId,
    sub: who.username,
    aud: new URL(loginUrl).origin,
    exp: Math.floor(nowMs / 1000) + ASSERTION_SECONDS,
  };
  const signed = `${base64url({ alg: "RS256", typ: "JWT" })}.${base64url(claims)}`;
  const signature = createSign("RSA-SHA256").update(signed).sign(who.privateKey, "base64url");
  return `${signed}.${signature}`;
}

/** The form to post to `/services/oauth2/token`. An unreadable key is a fault that names it. */
export function tokenForm(
  credentials: SalesforceCredentials,
  loginUrl: string,
  nowMs: number,
): string {
  if ("clientSecret" in credentials)
    return new URLSearchParams({
      grant_type: "client_credentials",
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
    }).toString();
  try {
    return new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: assertionOf(credentials, loginUrl, nowMs),
    }).toString();
  } catch {
    throw new Fault(
      "salesforce-unauthorized",
      "SALESFORCE_PRIVATE_KEY is not an RSA private key in PEM form",
    );
  }
}

/** Reads the answer, or says which variable to look at. */
export function readSession(
  answer: Answer,
  credentials: SalesforceCredentials,
  loginUrl: string,
): Session {
  const session = answer.ok ? tokenAnswer.safeParse(answer.body).data : undefined;
  if (session !== undefined) return session;
  const code = answer.ok ? "an answer without a token" : answer.code;
  const { host } = new URL(loginUrl);
  throw new Fault(
    "salesforce-unauthorized",
    `Salesforce at ${host} did not sign Accord in (${code}): check ${suspects(code, credentials)}`,
  );
}

function suspects(code: string, credentials: SalesforceCredentials): string {
  if (code === "invalid_client_id") return "SALESFORCE_CLIENT_ID";
  if ("clientSecret" in credentials)
    return code === "invalid_client"
      ? "SALESFORCE_CLIENT_SECRET"
      : "SALESFORCE_CLIENT_ID, SALESFORCE_CLIENT_SECRET and that the host is the org's My Domain";
  return "SALESFORCE_CLIENT_ID, SALESFORCE_USERNAME, SALESFORCE_PRIVATE_KEY, and that the user approved the app";
}
