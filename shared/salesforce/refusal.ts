import * as z from "zod";
import { Fault } from "../sync/fault.ts";
import { parseDigits } from "./exact-json.ts";

/** A request that Salesforce understood and turned down. */
export interface Refused {
  readonly status: number;
  readonly code: string;
  /** In Salesforce's words, which may repeat what was sent. */
  readonly message: string;
}

export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | ({ readonly ok: false } & Refused);

const restErrors = z
  .array(z.object({ errorCode: z.string(), message: z.string().catch("") }))
  .min(1);
const tokenError = z.object({ error: z.string(), error_description: z.string().catch("") });

/** Reads the body of an error. What is no JSON comes from a proxy or an error page. */
export function readRefusal(status: number, body: string): Refused {
  const parsed = parseOrNull(body);
  const [first] = restErrors.safeParse(parsed).data ?? [];
  if (first !== undefined) return { status, code: first.errorCode, message: first.message };
  const token = tokenError.safeParse(parsed).data;
  if (token !== undefined) return { status, code: token.error, message: token.error_description };
  return { status, code: `HTTP_${status}`, message: "an answer that is no JSON" };
}

function parseOrNull(body: string): unknown {
  try {
    return parseDigits(body);
  } catch {
    return null;
  }
}

/** Salesforce names no time to wait; a minute is its shortest window of counting. */
const THROTTLED_MS = 60_000;

const THROTTLES: ReadonlySet<string> = new Set(["REQUEST_LIMIT_EXCEEDED", "HTTP_429"]);

/** Salesforce's way of saying that another attempt may do, though the status is 400. */
const TRANSIENT: ReadonlySet<string> = new Set([
  "QUERY_TIMEOUT",
  "INVALID_QUERY_LOCATOR",
  "SERVER_UNAVAILABLE",
  "UNABLE_TO_LOCK_ROW",
]);

export function isThrottle({ status, code }: Refused): boolean {
  return status === 429 || THROTTLES.has(code);
}

/**
 * The fault that a refusal of the whole call comes to. Salesforce's own words are left out, since they
 * quote queries and values; its code is kept.
 */
export function faultOf(refused: Refused, what: string): Fault {
  const { status, code } = refused;
  if (isThrottle(refused))
    return new Fault("salesforce-throttled", `Salesforce takes no more calls now (${code})`, {
      retryAfterMs: THROTTLED_MS,
    });
  if (TRANSIENT.has(code))
    return new Fault("salesforce-unavailable", `Salesforce could not ${what} just now (${code})`);
  if (status === 403 || status === 404)
    return new Fault(
      "salesforce-scope-missing",
      `Salesforce does not let the integration user ${what} (${code}): check its permission set`,
    );
  return new Fault("salesforce-refused", `Salesforce refused to ${what} (${code})`);
}
