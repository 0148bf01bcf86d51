import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import type { FunctionPool } from "./function-pool.ts";
import { arn, REGION } from "./place.ts";
import type { Message, Queues } from "./queues.ts";

/** A queue that feeds a function, as the template describes it. */
export interface EventSource {
  readonly queue: string;
  readonly pool: FunctionPool;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly concurrency: number;
  readonly partial: boolean;
}

/** The most that one call of SQS receives. */
const CALL_SIZE = 10;

/** The longest that SQS holds a call open for a first message. */
const LONG_POLL_SECONDS = 20;

/** Between two looks into a queue while a window is open: short against the shortest window, 1 s. */
const WINDOW_STEP_MS = 100;

/** After a queue could not be read; ends with the host, so it needs no growth. */
const RETRY_MS = 500;

const PARTIAL = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish(),
  })
  .nullish();

/** Feeds the function from its queue until `signal` stops it. Resolves when the last batch is done. */
export async function runEventSource(
  source: EventSource,
  queues: Queues,
  { signal, log }: { signal: AbortSignal; log: (line: string) => void },
): Promise<void> {
  const pollers = Array.from({ length: source.concurrency }, async () => {
    while (!signal.aborted) {
      try {
        const batch = await gather(source, queues, signal);
        if (batch.length > 0) await work(source, queues, batch);
      } catch (error) {
        if (signal.aborted) return;
        log(`${source.pool.name}: ${error instanceof Error ? error.message : String(error)}`);
        await sleep(RETRY_MS);
      }
    }
  });
  await Promise.all(pollers);
}

/** One batch: full, or as full as it got within the window, which opens with the first message. */
async function gather(
  { queue, batchSize, windowMs }: EventSource,
  queues: Queues,
  signal: AbortSignal,
): Promise<Message[]> {
  const first = Math.min(batchSize, CALL_SIZE);
  const batch = await queues.receive({
    queue,
    count: first,
    waitSeconds: LONG_POLL_SECONDS,
    signal,
  });
  const closesAt = Date.now() + windowMs;
  // As much as one call takes; twice as much after each time that there was all of it.
  let asked = CALL_SIZE;
  while (batch.length > 0 && batch.length < batchSize && !signal.aborted) {
    const count = Math.min(asked, batchSize - batch.length);
    const more = await receiveTogether(queue, count, { queues, signal });
    batch.push(...more);
    asked = more.length < count ? CALL_SIZE : asked * 2;
    if (Date.now() >= closesAt) break;
    if (more.length < count) await sleep(Math.min(WINDOW_STEP_MS, closesAt - Date.now()));
  }
  return batch;
}

/** As many calls at once as it takes to receive `count` messages. */
async function receiveTogether(
  queue: string,
  count: number,
  { queues, signal }: { queues: Queues; signal: AbortSignal },
): Promise<Message[]> {
  const calls: Promise<Message[]>[] = [];
  for (let left = count; left > 0; left -= CALL_SIZE) {
    const size = Math.min(left, CALL_SIZE);
    calls.push(queues.receive({ queue, count: size, waitSeconds: 0, signal }));
  }
  return (await Promise.all(calls)).flat();
}

/** What the function did not do stays invisible until its time is over, and then comes back. */
async function work(source: EventSource, queues: Queues, batch: readonly Message[]): Promise<void> {
  const result = await source.pool.invoke({
    Records: batch.map((message) => recordOf(message, source.queue)),
  });
  await queues.remove(source.queue, source.partial ? succeeded(result, batch) : batch);
}

/** An answer that cannot be read, or names a message that was not sent, fails the whole batch. */
function succeeded(result: unknown, batch: readonly Message[]): readonly Message[] {
  const failed = new Set(
    (PARTIAL.parse(result)?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier),
  );
  const known = new Set(batch.map(({ MessageId }) => MessageId));
  if ([...failed].some((id) => !known.has(id)))
    throw new Error("reports failures of messages it was not given");
  return batch.filter(({ MessageId }) => !failed.has(MessageId));
}

function recordOf(message: Message, queue: string) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes).map(([name, { DataType, StringValue }]) => [
        name,
        { dataType: DataType, stringValue: StringValue },
      ]),
    ),
    md5OfBody: message.MD5OfBody,
    eventSource: "aws:sqs",
    eventSourceARN: arn("sqs", queue),
    awsRegion: REGION,
  };
}
