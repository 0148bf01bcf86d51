import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SweepMessage, SweepQueue } from "../parity/ports.ts";
import type { LedgerMessage, LedgerQueue } from "../revenue/ledger-work.ts";
import type { RunMessage, RunQueue } from "../runs/ports.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import type { WriteBackMessage, WriteBackQueue } from "../write-back/ports.ts";

/** Messages of one call. Source: SendMessageBatch, read 2026-11-22. */
const TOGETHER = 10;

/** Where the pieces of plans, runs, sweeps, tie-outs and write-backs wait for their worker. They hold ids alone, and no values. */
export function sqsRunQueue(
  url: string,
  client = new SQSClient({}),
): RunQueue & SweepQueue & LedgerQueue & WriteBackQueue {
  return {
    async send(
      messages: readonly (RunMessage | SweepMessage | LedgerMessage | WriteBackMessage)[],
      delaySeconds: number,
    ): Promise<void> {
      for (const some of chunksOf(messages, TOGETHER)) {
        const answer = await client.send(
          new SendMessageBatchCommand({
            QueueUrl: url,
            Entries: some.map((message, index) => ({
              Id: String(index),
              MessageBody: JSON.stringify(message),
              DelaySeconds: Math.min(delaySeconds, 900),
            })),
          }),
        );
        if (answer.Failed?.length)
          throw new Error("the queue took only a part of what it was given");
      }
    },
  };
}
