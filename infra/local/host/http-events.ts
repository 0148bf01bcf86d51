import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import * as z from "zod";
import { ACCOUNT } from "./place.ts";

/** Everything else reaches a function in base64, as HTTP APIs do it. */
const AS_TEXT = /^(text\/|application\/(json|javascript|xml)|.*\+(json|xml))/i;

/** The event of an HTTP API in payload format 2.0. */
export function httpEvent(
  request: IncomingMessage,
  body: Buffer,
  route: {
    readonly routeKey: string;
    readonly pathParameters: Readonly<Record<string, string>>;
    /** Of the caller's token, where the route asks for one. */
    readonly claims?: Readonly<Record<string, string>> | undefined;
  },
) {
  const url = new URL(request.url ?? "/", "http://localhost");
  const { cookie, ...headers } = joined(request);
  const asText = AS_TEXT.test(headers["content-type"] ?? "");
  const now = new Date();
  return {
    version: "2.0",
    routeKey: route.routeKey,
    rawPath: decodeURI(url.pathname),
    rawQueryString: url.search.slice(1),
    ...(cookie === undefined ? {} : { cookies: cookie.split("; ") }),
    headers: { "x-forwarded-proto": "http", ...headers },
    ...optional("queryStringParameters", queryOf(url)),
    ...optional("pathParameters", route.pathParameters),
    requestContext: {
      accountId: ACCOUNT,
      apiId: "local",
      ...(route.claims ? { authorizer: { jwt: { claims: route.claims, scopes: null } } } : {}),
      domainName: headers["host"] ?? "localhost",
      domainPrefix: "local",
      http: {
        method: request.method ?? "GET",
        path: decodeURI(url.pathname),
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? "",
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: "$default",
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length === 0 ? {} : { body: body.toString(asText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !asText,
  };
}

function joined(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(",") : (value ?? ""),
    ]),
  );
}

function queryOf(url: URL): Record<string, string> {
  const names = [...new Set(url.searchParams.keys())];
  return Object.fromEntries(names.map((name) => [name, url.searchParams.getAll(name).join(",")]));
}

function optional(name: string, values: Readonly<Record<string, string>>) {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}

const ANSWER = z.looseObject({
  statusCode: z.number(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** What the caller gets for a function's result. Without a status, the result itself is the body. */
export function httpAnswer(result: unknown): HttpAnswer {
  const read = ANSWER.safeParse(result);
  if (!read.success) return jsonAnswer(200, result);
  const { statusCode, headers, cookies, body, isBase64Encoded } = read.data;
  const named = Object.entries(headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ]);
  return {
    status: statusCode,
    headers: {
      "content-type": "text/plain;charset=UTF-8",
      ...Object.fromEntries(named),
      ...(cookies ? { "set-cookie": cookies } : {}),
    },
    body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
  };
}

export function jsonAnswer(status: number, value: unknown): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(value ?? null)),
  };
}
