import { REGION } from "./place.ts";

/**
 * Calls one of the embedded services in the JSON protocol of AWS. The SDK would do the same, but takes
 * a tenth of a second to load, and the host speaks to its own threads alone.
 */
export interface AwsJson {
  /** The address, such as `http://127.0.0.1:4566`. */
  readonly url: string;
  call(operation: string, body: unknown, signal?: AbortSignal): Promise<unknown>;
}

/** Neither service checks signatures; both take the region from here. */
const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=local/20260101/${REGION}/any/aws4_request, SignedHeaders=host, Signature=0`;

export function awsJson(url: string, target: string): AwsJson {
  return {
    url,
    async call(operation, body, signal) {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          authorization: AUTHORIZATION,
          "content-type": "application/x-amz-json-1.0",
          "x-amz-date": "20260101T000000Z",
          "x-amz-target": `${target}.${operation}`,
        },
        body: JSON.stringify(body),
        signal: signal ?? null,
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${operation} answers ${response.status}: ${text}`);
      return text === "" ? {} : JSON.parse(text);
    },
  };
}
