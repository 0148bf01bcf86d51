import { Fault } from "../sync/fault.ts";
import { refusalOf } from "./refusal.ts";

/** An HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What an answer asks of the sender. */
export type Next =
  | { readonly kind: "take" }
  | { readonly kind: "wait"; readonly waitMs: number; readonly orElse: Fault }
  | { readonly kind: "stop"; readonly fault: Fault };

/** The burst window of HubSpot, where the answer does not tell. Source: API usage details, 2026-11-21. */
const BURST_WINDOW_MS = 10_000;
const SECOND_MS = 1000;
/** A daily limit ends at midnight in the account's time zone, which the answer does not tell. */
const DAILY_RETRY_MS = 15 * 60_000;
const BACK_OFF_MS = 250;
/** A record under heavy upserts stays locked this long. Source: error handling, read 2026-11-21. */
const LOCK_MS = 2000;
/** Longer than this, the queue waits better than a running function does. */
const LONGEST_WAIT_MS = 10_000;
/** How soon the queue asks an unavailable HubSpot again. */
const UNAVAILABLE_RETRY_MS = 30_000;

const LOCKED = 423;
const MIGRATING = 477;

/** @param attempt - The attempt that this answers, from 1. */
export function nextStep(answer: Answer, host: string, attempt: number): Next {
  const { status } = answer;
  if (status === 401) return { kind: "stop", fault: unauthorized(host) };
  if (status === 403) return forbidden(answer, host);
  if (status === 429) return throttled(answer, host, attempt);
  if (status === LOCKED) return unavailable(answer, host, LOCK_MS);
  if (status === MIGRATING) return unavailable(answer, host, retryAfterMs(answer));
  if (status >= 500 || status === 408) return unavailable(answer, host, backOffMs(attempt));
  if (status < 300 && status !== 204 && !isJson(answer))
    return unavailable(answer, host, backOffMs(attempt));
  return { kind: "take" };
}

/** No answer came: refused, reset, or longer than the time-out. */
export function unreached(host: string, attempt: number, cause: unknown): Next {
  const orElse = new Fault("hubspot-unavailable", `${host} did not answer`, {
    cause,
    retryAfterMs: UNAVAILABLE_RETRY_MS,
  });
  return { kind: "wait", waitMs: backOffMs(attempt), orElse };
}

function backOffMs(attempt: number): number {
  return BACK_OFF_MS * 2 ** (attempt - 1) * (1 + Math.random());
}

function isJson({ headers }: Answer): boolean {
  return (headers["content-type"] ?? "").includes("json");
}

function body({ text }: Answer): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The answer with a body the client can read, whatever a proxy on the way made of it. */
export function readable(answer: Answer): Answer {
  if (answer.status < 400) return answer;
  const headers = { ...answer.headers, "content-type": "application/json" };
  return { ...answer, headers, text: JSON.stringify(body(answer)) };
}

function unauthorized(host: string): Fault {
  return new Fault(
    "hubspot-unauthorized",
    `HUBSPOT_ACCESS_TOKEN is not accepted by ${host}. Create or rotate the token in HubSpot's ` +
      "settings, under Integrations, and set it anew",
  );
}

/** Other refusals with 403, such as one record that the app may not see, go back to the caller. */
function forbidden(answer: Answer, host: string): Next {
  const refusal = refusalOf(answer.status, body(answer));
  if (refusal.category !== "MISSING_SCOPES") return { kind: "take" };
  const contexts = [refusal.context, ...(refusal.errors ?? []).map((error) => error.context)];
  const scopes = contexts.flatMap((context) => [
    ...(context?.["requiredGranularScopes"] ?? []),
    ...(context?.["requiredScopes"] ?? []),
  ]);
  const named = scopes.length > 0 ? [...new Set(scopes)].join(", ") : "not named by HubSpot";
  const message = `The HubSpot app lacks scopes on ${host}: ${named}. Add them to the app, and set its new token`;
  return { kind: "stop", fault: new Fault("hubspot-scope-missing", message) };
}

function throttled(answer: Answer, host: string, attempt: number): Next {
  const { policyName = "", message = "" } = refusalOf(answer.status, body(answer));
  const policy = `${policyName} ${message}`.toLowerCase();
  const fault = (limit: string, retryAfterMs: number) =>
    new Fault("hubspot-throttled", `${host} has reached its ${limit} limit`, { retryAfterMs });
  if (policy.includes("daily")) return { kind: "stop", fault: fault("daily", DAILY_RETRY_MS) };
  if (policy.includes("secondly") && !policy.includes("ten_secondly"))
    return { kind: "wait", waitMs: SECOND_MS, orElse: fault("secondly", SECOND_MS) };
  const windowMs =
    Number(answer.headers["x-hubspot-ratelimit-interval-milliseconds"]) || BURST_WINDOW_MS;
  // The window rolls, so part of it frees part of the budget; all of it frees the rest.
  const waitMs = Math.min(attempt === 1 ? windowMs / 2 : windowMs, LONGEST_WAIT_MS);
  return { kind: "wait", waitMs, orElse: fault("burst", windowMs) };
}

function retryAfterMs({ headers }: Answer): number {
  return (Number(headers["retry-after"]) || 0) * 1000;
}

function unavailable(answer: Answer, host: string, waitMs: number): Next {
  const fault = new Fault("hubspot-unavailable", `${host} answered ${answer.status}`, {
    retryAfterMs: Math.max(waitMs, UNAVAILABLE_RETRY_MS),
  });
  if (waitMs > LONGEST_WAIT_MS) return { kind: "stop", fault };
  return { kind: "wait", waitMs, orElse: fault };
}
