import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { FunctionPool } from "./function-pool.ts";
import { arn } from "./place.ts";
import type { Queues } from "./queues.ts";

/** How a function is invoked by those who do not wait for its answer. */
export interface AsyncPolicy {
  readonly retries: number;
  /** Queue for the events that the function failed on to the last. */
  readonly failureQueue: string | undefined;
}

/** Lambda waits 1 and 2 minutes, and keeps the event meanwhile. Memory does not, so it waits less. */
const RETRY_STEP_MS = 1_000;

interface Surroundings {
  readonly queues: Queues;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Invokes the function, again if it fails, and puts aside what it fails on to the last. */
export async function invokeAsync(
  pool: FunctionPool,
  payload: unknown,
  { retries, failureQueue, queues, signal, log }: AsyncPolicy & Surroundings,
): Promise<void> {
  for (let attempt = 0; attempt <= retries; attempt += 1) {
    try {
      await pool.invoke(payload);
      return;
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof Error ? error.message : String(error);
      log(`${pool.name}: ${message}`);
      if (attempt < retries) await sleep(RETRY_STEP_MS * (attempt + 1));
      else if (failureQueue !== undefined)
        await queues.send(failureQueue, failureRecord(pool.name, payload, message));
    }
  }
}

function failureRecord(functionName: string, requestPayload: unknown, errorMessage: string) {
  return JSON.stringify({
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: randomUUID(),
      functionArn: arn("lambda", `function:${functionName}`),
      condition: "RetriesExhausted",
    },
    requestPayload,
    responsePayload: { errorMessage },
  });
}
