import type { Context, MiddlewareHandler } from "hono";
import type { Gaps } from "../events/gaps.ts";
import { Access } from "../records/access.ts";
import type { Database, Session } from "../records/database.ts";
import { parseExactJson } from "../records/exact-json.ts";
import { Refusal } from "../records/refusal.ts";
import type { SObjectType } from "../schema/schema.ts";
import type { Allowance } from "./allowance.ts";
import type { Tokens } from "./tokens.ts";

/** Rows changed through the API since the start. `setup` counts the org's own set-up apart. */
export type WriteStats = {
  creates: number;
  updates: number;
  deletes: number;
  setup: number;
};

/** All that the routes share. */
export interface Org {
  readonly database: Database;
  readonly tokens: Tokens;
  readonly writes: WriteStats;
  readonly orgId: string;
  readonly integrationUserId: string;
  readonly canCustomize: boolean;
  readonly gaps: Gaps;
  readonly allowance: Allowance;
}

/** One authenticated call. */
export interface Call {
  readonly org: Org;
  readonly session: Session;
  readonly access: Access;
}

/** The user who acts: the integration user, unless `X-Simulator-User` names another one. */
function actingUserId(org: Org, context: Context): string {
  const wanted = context.req.header("x-simulator-user");
  if (wanted === undefined) return org.integrationUserId;
  const users = org.database.table("User");
  const found = users.get(wanted) ?? users.find("Email", wanted.toLowerCase())[0];
  const id = found?.["Id"];
  if (typeof id !== "string")
    throw new Refusal("INVALID_SESSION_ID", `X-Simulator-User: there is no user ${wanted}`);
  return id;
}

export function sessionOf(org: Org, context: Context, api: Session["api"]): Session {
  const options = context.req.header("sforce-call-options") ?? "";
  const version = /\/v?(\d+\.\d)(?:\/|$)/.exec(context.req.path)?.[1] ?? "67.0";
  const client = /(?:^|[,;\s])client=([^,;]+)/.exec(options)?.[1]?.trim();
  const duplicates = context.req.header("sforce-duplicate-rule-header") ?? "";
  const allowsDuplicates = /\ballowSave\s*=\s*true\b/i.test(duplicates);
  const waits: Promise<void>[] = [];
  context.set("waits", waits);
  return { userId: actingUserId(org, context), client, api, version, allowsDuplicates, waits };
}

/** Answers a call once what it wrote is committed. */
export const afterCommits: MiddlewareHandler = async (context, next) => {
  await next();
  const waits: unknown = context.get("waits");
  if (Array.isArray(waits)) await Promise.all(waits);
};

/** Lets a call with a valid token through, and refuses any other. */
export function authenticate(org: Org, context: Context): Call {
  const header = context.req.header("authorization") ?? "";
  const token = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(header)?.[1];
  if (token === undefined || !org.tokens.isValid(token))
    throw new Refusal("INVALID_SESSION_ID", "Session expired or invalid", { status: 401 });
  const session = sessionOf(org, context, "rest");
  return { org, session, access: new Access(org.database, session.userId) };
}

/** JSON as the platform writes it. Numbers keep the digits they came with. */
export function sendJson(
  status: number,
  body: unknown,
  headers?: Record<string, string>,
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json;charset=UTF-8", ...headers },
  });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

/** The body of a request, with exact numbers. */
export async function readBody(context: Context): Promise<unknown> {
  const text = await context.req.text();
  try {
    return parseExactJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "";
    throw new Refusal("JSON_PARSER_ERROR", `${reason} at [line:1, column:1]`);
  }
}

/** The object of that name, or the 404 of a path that leads nowhere. */
export function expectType(org: Org, name: string | undefined): SObjectType {
  const type = org.database.schema.find(name ?? "");
  if (!type)
    throw new Refusal("NOT_FOUND", "The requested resource does not exist", { status: 404 });
  return type;
}
