import { createServer, type IncomingMessage } from "node:http";
import * as z from "zod";
import type { FunctionPool } from "./function-pool.ts";
import { type HttpAnswer, httpAnswer, httpEvent, jsonAnswer } from "./http-events.ts";
import { findRoute, type Route } from "./http-routes.ts";
import type { Authorizer } from "./jwt-authorizers.ts";
import { type Listening, listen } from "./listen.ts";
import { readBody } from "./read-body.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html (2026-11-20). */
const BODY_LIMIT = 10 * 1024 * 1024;

const EVENTS_PATH = "/_local/events";
/** As the API of Lambda has it, so that `aws lambda invoke --endpoint-url` works here too. */
const INVOKE_PATH = /^\/2015-03-31\/functions\/([\w-]+)\/invocations$/;
const EVENTS = z.array(z.record(z.string(), z.unknown()));

export interface RouteTarget {
  readonly pool: FunctionPool;
  /** On AWS this route asks for an AWS identity. Here only callers on this machine may use it. */
  readonly guarded: boolean;
  /** Of a route that asks for a token. */
  readonly authorizer: Authorizer | undefined;
}

export interface HttpServer {
  readonly port: number;
  readonly routes: readonly Route<RouteTarget>[];
  /** Hands events to the rules; resolves with how many deliveries that made. */
  readonly publish: (events: readonly Readonly<Record<string, unknown>>[]) => Promise<number>;
  /** Undefined where no function has this name. */
  readonly invoke: (functionName: string, payload: unknown) => Promise<unknown> | undefined;
  readonly log: (line: string) => void;
}

/** Serves the HTTP API, and the door through which a stand-in for Salesforce puts events on the bus. */
export async function startHttpServer(options: HttpServer): Promise<Listening> {
  const server = createServer(async (request, response) => {
    const { status, headers, body } = await answer(request, options).catch((error: unknown) => {
      options.log(`${request.url}: ${error instanceof Error ? error.message : String(error)}`);
      return jsonAnswer(500, { message: "Internal Server Error" });
    });
    response.writeHead(status, { ...headers, "content-length": body.length });
    response.end(body);
  });
  return await listen(server, options.port);
}

async function answer(request: IncomingMessage, options: HttpServer): Promise<HttpAnswer> {
  const method = request.method ?? "GET";
  const path = new URL(request.url ?? "/", "http://localhost").pathname;
  const body = await readBody(request, BODY_LIMIT);
  if (!body) return jsonAnswer(413, { message: "Request Entity Too Large" });
  if (path === EVENTS_PATH) return takeEvents(request, body, options);
  const invoked = INVOKE_PATH.exec(path)?.[1];
  if (invoked !== undefined) return invokeByName(request, invoked, body, options);
  const route = findRoute(options.routes, method, path);
  if (!route) return jsonAnswer(404, { message: "Not Found" });
  if (route.target.guarded && !isFromHere(request))
    return jsonAnswer(403, { message: "Forbidden" });
  const { authorizer, pool } = route.target;
  const claims = await authorizer?.(request.headers.authorization);
  if (authorizer && !claims) return unauthorized();
  return httpAnswer(await pool.invoke(httpEvent(request, body, { ...route, claims })));
}

/** In API Gateway's own words. */
function unauthorized(): HttpAnswer {
  const answer = jsonAnswer(401, { message: "Unauthorized" });
  return { ...answer, headers: { ...answer.headers, "www-authenticate": "Bearer" } };
}

async function takeEvents(
  request: IncomingMessage,
  body: Buffer,
  { publish }: HttpServer,
): Promise<HttpAnswer> {
  if (!isFromHere(request)) return jsonAnswer(403, { message: "Forbidden" });
  if (request.method !== "POST") return jsonAnswer(405, { message: "Method Not Allowed" });
  const events = EVENTS.safeParse(parseJson(body.toString()));
  if (!events.success) return jsonAnswer(400, { message: "Expected a JSON array of events" });
  return jsonAnswer(202, { deliveries: await publish(events.data) });
}

/** Source: Lambda API, Invoke (read 2026-11-21): an error of the function's own is no error of the call. */
async function invokeByName(
  request: IncomingMessage,
  name: string,
  body: Buffer,
  { invoke }: HttpServer,
): Promise<HttpAnswer> {
  if (!isFromHere(request)) return jsonAnswer(403, { message: "Forbidden" });
  const invocation = invoke(name, parseJson(body.toString() || "{}"));
  if (!invocation) return jsonAnswer(404, { message: `Function not found: ${name}` });
  try {
    return jsonAnswer(200, (await invocation) ?? null);
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : String(error);
    const answer = jsonAnswer(200, { errorMessage });
    return { ...answer, headers: { ...answer.headers, "x-amz-function-error": "Unhandled" } };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Whether a program on this machine speaks, under this machine's name. A web page in a browser here,
 * or a tunnel that lets webhooks in from outside, reaches the port too, but gives itself away by these.
 */
function isFromHere({ headers }: IncomingMessage): boolean {
  return [`http://${headers.host ?? ""}`, headers.origin ?? "http://localhost"].every((address) =>
    ["localhost", "127.0.0.1"].includes(URL.parse(address)?.hostname ?? ""),
  );
}
