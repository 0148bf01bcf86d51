import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type * as z from "zod";
import { Fault } from "../sync/fault.ts";

/** One message of a batch, with what it takes to say that it failed. */
export interface Received<Message> {
  readonly message: Message;
  readonly messageId: string;
  readonly queueArn: string;
  /** Given out before, to an invocation that did not take it off the queue. */
  readonly isRepeated: boolean;
  /** When it was put on the queue, in epoch milliseconds. */
  readonly sentAtMs: number;
}

export interface QueueWork<Schema extends z.ZodType> {
  readonly message: Schema;
  /**
   * Works a batch off as a whole, since both CRMs are spoken to in batches. Answers the ids of the
   * messages that the queue is to give out again.
   */
  readonly work: (
    batch: readonly Received<z.infer<Schema>>[],
    remainingMs: () => number,
  ) => Promise<readonly string[]>;
}

const logger = new Logger();

/**
 * A Lambda on an SQS queue. A message that does not parse fails alone and ends in the dead letters;
 * when the work as a whole throws, the queue gives all of the batch out again.
 */
export function queueHandler<Schema extends z.ZodType>({ message, work }: QueueWork<Schema>) {
  return middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { clearState: true }))
    .handler(async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
      const failed: string[] = [];
      const batch = event.Records.flatMap((record) => {
        const parsed = message.safeParse(parseBody(record));
        if (parsed.success) return [receivedOf(record, parsed.data)];
        logger.error("a message does not have the form that this function takes", {
          messageId: record.messageId,
        });
        failed.push(record.messageId);
        return [];
      });
      try {
        if (batch.length > 0)
          failed.push(...(await work(batch, () => context.getRemainingTimeInMillis())));
      } catch (error) {
        logger.error("the batch failed", describeError(error));
        failed.push(...batch.map(({ messageId }) => messageId));
      }
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    });
}

function receivedOf<Message>(
  { messageId, eventSourceARN, attributes }: SQSRecord,
  message: Message,
): Received<Message> {
  const isRepeated = Number(attributes.ApproximateReceiveCount) > 1;
  const sentAtMs = Number(attributes.SentTimestamp);
  return { message, messageId, queueArn: eventSourceARN, isRepeated, sentAtMs };
}

function parseBody({ body }: SQSRecord): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** What may be logged of an error. Vendor errors carry customers' data in their messages. */
export function describeError(error: unknown): Record<string, unknown> {
  if (error instanceof Fault) return { code: error.code, reason: error.message };
  if (error instanceof Error) return { name: error.name, stack: framesOf(error) };
  return { name: typeof error };
}

function framesOf({ stack = "" }: Error): string[] {
  return stack
    .split("\n")
    .filter((line) => line.trimStart().startsWith("at "))
    .slice(0, 8);
}
