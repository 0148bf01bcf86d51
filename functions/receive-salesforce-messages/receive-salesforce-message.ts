import { createHash, timingSafeEqual } from "node:crypto";
import { type HttpAnswer, type HttpRequest, refusal } from "../../shared/runtime/http-handler.ts";
import { ACK, hintsOfOutboundMessage } from "../../shared/salesforce/outbound-messages.ts";
import type { HintQueue } from "../../shared/sync/ports.ts";

const REFUSED = {
  "too-large": [413, "the message is larger than an outbound message can be"],
  "not-xml": [400, "the body is not XML"],
  "not-an-outbound-message": [400, "the body is not a Salesforce outbound message"],
} as const;

/**
 * Takes an outbound message of Salesforce's. They are not signed, so the address carries a secret:
 * `/webhooks/salesforce?token=…`, compared in constant time. Anything but its acknowledgement makes
 * Salesforce send the message again.
 */
export async function receiveSalesforceMessage(
  { query, rawBody }: HttpRequest,
  on: {
    readonly secret: () => Promise<{ readonly messageToken: string }>;
    readonly queue: HintQueue;
  },
): Promise<HttpAnswer> {
  const { messageToken } = await on.secret();
  if (!isSame(query["token"] ?? "", messageToken))
    return refusal(401, "the address lacks the token that Accord was given for outbound messages");
  const message = hintsOfOutboundMessage(rawBody);
  if ("refused" in message) {
    const [status, reason] = REFUSED[message.refused];
    return refusal(status, reason);
  }
  await on.queue.send(message.hints, { lane: "live", delaySeconds: 0, attempt: 0 });
  return { statusCode: 200, headers: { "content-type": "text/xml; charset=utf-8" }, body: ACK };
}

/** Hashed first, so that the time of the comparison tells nothing of the token, nor of its length. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
