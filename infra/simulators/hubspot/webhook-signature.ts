import { createHash, createHmac } from "node:crypto";

/** What a signature covers. `url` is the whole target, as the app sees it. */
export interface SignedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly timestampMs: number;
}

/**
 * These escapes, and no others, are decoded before signing.
 * Source: developers.hubspot.com "Validating requests", read from a copy of January 2025.
 */
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

/** `X-HubSpot-Signature-v3`: HMAC-SHA256 over method, URL, body and time, in base64. */
export function signatureV3(clientSecret: string, request: SignedRequest): string {
  const url = request.url.replace(
    /%[0-9A-Fa-f]{2}/g,
    (escaped) => DECODED[escaped.toUpperCase()] ?? escaped,
  );
  const source = `${request.method}${url}${request.body}${request.timestampMs}`;
  return createHmac("sha256", clientSecret).update(source).digest("base64");
}

/** `X-HubSpot-Signature` with version v1: SHA-256 over secret and body, in hex. */
export function signatureV1(clientSecret: string, body: string): string {
  return createHash("sha256").update(`${clientSecret}${body}`).digest("hex");
}
