import * as z from "zod";
import type { Connection } from "./connection.ts";
import { Failure } from "./failure.ts";

/** An answer of the API: as it came, and as JSON. */
export interface Answer {
  readonly text: string;
  readonly json: unknown;
}

type Query = Readonly<Record<string, string | undefined>>;

export interface Api {
  get(path: string, query?: Query): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
}

/** API Gateway gives up after 30 seconds. */
const TIMEOUT_MS = 35_000;

const refused = z.union([
  z.object({ error: z.string() }).transform(({ error }) => error),
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

/** @throws Failure - with what the API says is wrong, or with how to reach it. */
export function openApi({ url, token }: Connection): Api {
  async function ask(path: string, init: RequestInit): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new Failure("unreachable", nobodyAt(url, cause), { cause });
    });
    const text = await response.text();
    const json = jsonOf(text);
    if (response.ok && json !== undefined) return { text, json };
    throw failureOf(url, response.status, refused.safeParse(json).data);
  }
  return {
    get: (path, query = {}) => ask(`${path}${queryText(query)}`, { method: "GET" }),
    post: (path, body) => ask(path, { method: "POST", body: JSON.stringify(body) }),
  };
}

function failureOf(url: string, status: number, reason: string | undefined): Failure {
  if (status === 401)
    return new Failure(
      "unreachable",
      `${url} does not know this token; it may have expired: give another by --token, or restart 'npm start'`,
    );
  if (status === 403) return new Failure("unreachable", reason ?? "forbidden");
  return new Failure("refused", reason ?? `${url} answers ${status}, and not as Accord does`);
}

function nobodyAt(url: string, cause: unknown): string {
  const isLate = cause instanceof Error && cause.name === "TimeoutError";
  return isLate
    ? `${url} does not answer; try again in a minute`
    : `nothing runs at ${url}: start it with 'npm start', or give --url`;
}

function queryText(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
