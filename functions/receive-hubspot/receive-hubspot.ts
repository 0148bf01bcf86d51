import { verifySignature } from "../../shared/hubspot/verify-signature.ts";
import { hintsOf, webhookBatch } from "../../shared/hubspot/webhook-events.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  json,
  refusal,
} from "../../shared/runtime/http-handler.ts";
import type { HintQueue } from "../../shared/sync/ports.ts";

/** A hundred events of HubSpot's are some 50 KB; nothing of ours is near this. */
const MAX_BYTES = 1_000_000;

const REFUSED = {
  missing: "the request is not signed: expected X-HubSpot-Signature-v3 and its timestamp",
  stale: "the request's timestamp is more than five minutes away from now",
  forged: "the request's signature does not match; check HUBSPOT_CLIENT_SECRET",
} as const;

/**
 * Takes a batch of HubSpot's webhooks: checks who sent it, queues what to look at again, and answers
 * before anything else is done. HubSpot waits five seconds, and repeats whatever is not a 2xx.
 */
export async function receiveHubspot(
  request: HttpRequest,
  on: {
    readonly secret: () => Promise<{ readonly clientSecret: string }>;
    readonly queue: HintQueue;
    readonly now: () => number;
    /** Mapped objects that webhooks name by their type id alone. */
    readonly objectsByTypeId?: Readonly<Record<string, string>>;
  },
): Promise<HttpAnswer> {
  if (Buffer.byteLength(request.rawBody) > MAX_BYTES)
    return refusal(413, `the body is larger than ${MAX_BYTES} bytes`);
  const { clientSecret } = await on.secret();
  const { method, url, rawBody, headers } = request;
  const verdict = verifySignature(
    {
      method,
      url,
      rawBody,
      signature: headers["x-hubspot-signature-v3"],
      timestamp: headers["x-hubspot-request-timestamp"],
    },
    { secret: clientSecret, nowMs: on.now() },
  );
  if (verdict !== "valid") return refusal(401, REFUSED[verdict]);
  const events = webhookBatch.safeParse(parseJson(rawBody));
  if (!events.success)
    return refusal(400, "the body is not a JSON array of HubSpot's webhook events");
  const { hints, ignored } = hintsOf(events.data, on.objectsByTypeId);
  if (hints.length > 0) await on.queue.send(hints, { lane: "live", delaySeconds: 0, attempt: 0 });
  return json(202, { queued: hints.length, ignored: ignored.length });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
