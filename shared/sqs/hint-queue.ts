import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type Hint, type HintQueue, lookAgain } from "../sync/ports.ts";

export interface QueueUrls {
  readonly live: string;
  readonly bulk: string;
}

/** SQS takes 1 MiB a message (since August 2025); half of it is left as room. */
const MAX_BYTES = 512 * 1024;

/** SQS holds a message back for 15 minutes at the most. */
const MAX_DELAY_SECONDS = 900;

/** Where hints wait for the worker: two queues, so that live changes never stand behind a backfill. */
export function sqsHintQueue(urls: QueueUrls, client = new SQSClient({})): HintQueue {
  return {
    async send(hints, { lane, delaySeconds, attempt }) {
      const DelaySeconds = Math.min(Math.ceil(delaySeconds), MAX_DELAY_SECONDS);
      for (const some of split(hints)) {
        const MessageBody = plainJson({ hints: some, attempt });
        await client.send(
          new SendMessageCommand({ QueueUrl: urls[lane], MessageBody, DelaySeconds }),
        );
      }
    },
  };
}

/**
 * JSON in which every character beyond ASCII is escaped: SQS refuses some of them, which people do
 * type. Source: SendMessage, "Valid Unicode characters" (read 2026-11-21).
 */
export function plainJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Halves what does not fit into a message. A single hint that does not fit loses its evidence. */
function split(hints: readonly Hint[]): (readonly Hint[])[] {
  if (hints.length === 0) return [];
  if (plainJson(hints).length <= MAX_BYTES) return [hints];
  if (hints.length === 1)
    return [hints.map((hint) => lookAgain(hint, "its evidence was too large"))];
  const middle = Math.ceil(hints.length / 2);
  return [...split(hints.slice(0, middle)), ...split(hints.slice(middle))];
}
