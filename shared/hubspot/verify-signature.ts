import { createHmac, timingSafeEqual } from "node:crypto";

/** Source: "Validating requests from HubSpot", read 2026-11-21. */
const WINDOW_MS = 300_000;

/** What HubSpot decodes in the URL before it signs; the rest stays encoded. Same source. */
const DECODED: Readonly<Record<string, string>> = {
  "%3A": ":",
  "%2F": "/",
  "%3F": "?",
  "%40": "@",
  "%21": "!",
  "%24": "$",
  "%27": "'",
  "%28": "(",
  "%29": ")",
  "%2A": "*",
  "%2C": ",",
  "%3B": ";",
};

export interface SignedRequest {
  readonly method: string;
  /** As HubSpot called it: scheme, host, path and query. */
  readonly url: string;
  /** The bytes as they came: a body that was parsed and written again signs differently. */
  readonly rawBody: string;
  /** The header `X-HubSpot-Signature-v3`. */
  readonly signature: string | undefined;
  /** The header `X-HubSpot-Request-Timestamp`, in epoch milliseconds. */
  readonly timestamp: string | undefined;
}

/**
 * Whether HubSpot sent this request, by version 3 of its signature. The client's own check lets stamps
 * of the future pass, and compares in a time that tells how much of a guess was right.
 */
export function verifySignature(
  request: SignedRequest,
  { secret, nowMs }: { readonly secret: string; readonly nowMs: number },
): "valid" | "missing" | "stale" | "forged" {
  const { method, url, rawBody, signature, timestamp } = request;
  if (!signature || !timestamp) return "missing";
  if (!/^\d{1,16}$/.test(timestamp)) return "forged";
  if (Math.abs(nowMs - Number(timestamp)) > WINDOW_MS) return "stale";
  const source = `${method.toUpperCase()}${decoded(url)}${rawBody}${timestamp}`;
  const expected = createHmac("sha256", secret).update(source, "utf8").digest();
  const given = Buffer.from(signature, "base64");
  const isEqual = given.length === expected.length && timingSafeEqual(given, expected);
  return isEqual ? "valid" : "forged";
}

function decoded(url: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (coded) => DECODED[coded.toUpperCase()] ?? coded);
}
