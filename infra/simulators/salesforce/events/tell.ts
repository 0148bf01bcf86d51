import { post } from "../../kit/post.ts";
import type { Surroundings } from "../../kit/surroundings.ts";

/** How long a target may take to answer. Source: EventBridge API destinations, 5 seconds. */
const ANSWER_WITHIN_MS = 5_000;

/** Posts a message, and answers what came back where it was a success. */
export function tell(
  around: Surroundings,
  url: string,
  { body, contentType }: { readonly body: string; readonly contentType: string },
): Promise<string | undefined> {
  const headers = { "content-type": contentType };
  return post(around, { url, body, headers, withinMs: ANSWER_WITHIN_MS });
}
