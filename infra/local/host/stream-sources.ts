import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { matchesPattern } from "./event-pattern.ts";
import type { FunctionPool } from "./function-pool.ts";
import { arn, REGION, STREAM_SUFFIX } from "./place.ts";
import type { Queues } from "./queues.ts";
import type { Reader, StreamChange, Streams } from "./streams.ts";

/** A table's stream that feeds a function, as the template describes it. */
export interface StreamSource extends Reader {
  readonly pool: FunctionPool;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly partial: boolean;
  readonly patterns: readonly Readonly<Record<string, unknown>>[];
  /** Tries of one change besides the first; after them it is set aside. */
  readonly retries: number;
  readonly failureQueue: string | undefined;
}

/** Between two looks into a stream that holds nothing new: short against the shortest window, 1 s. */
const LOOK_MS = 100;

/** After a batch failed; Lambda waits longer each time, which nobody at a terminal would. */
const RETRY_MS = 500;

const PARTIAL = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullish();

interface Surroundings {
  readonly streams: Streams;
  readonly queues: Queues;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Feeds the function from the stream, one batch after the other and in order, until `signal` stops it. */
export async function runStreamSource(source: StreamSource, around: Surroundings): Promise<void> {
  const { streams, signal, log } = around;
  const failing = { sequence: 0, tries: 0, most: source.batchSize };
  while (!signal.aborted) {
    try {
      const batch = await gather(source, streams, failing.most);
      if (batch.length === 0) await sleep(LOOK_MS);
      else await work(source, batch, { ...around, failing });
    } catch (error) {
      if (signal.aborted) return;
      log(`${source.pool.name}: ${error instanceof Error ? error.message : String(error)}`);
      await sleep(RETRY_MS);
    }
  }
}

/** As much as a batch takes, or as much as came within the window, which opens with the first change. */
async function gather(source: StreamSource, streams: Streams, most: number) {
  const first = await streams.read(source, most);
  if (first.length === 0 || first.length >= most || source.windowMs === 0) return first;
  await sleep(source.windowMs);
  return streams.read(source, most);
}

/** Where the stream stands still, how often the change there was tried, and how many are tried with it. */
interface Failing {
  sequence: number;
  tries: number;
  most: number;
}

async function work(
  source: StreamSource,
  batch: readonly StreamChange[],
  { streams, queues, log, failing }: Surroundings & { readonly failing: Failing },
): Promise<void> {
  const meant = batch.filter((change) => isMeant(source, change));
  const failed = meant.length === 0 ? undefined : await firstFailure(source, meant, log);
  const last = batch.at(-1);
  if (!failed) {
    if (last) await streams.pass(source, last.sequence);
    failing.most = source.batchSize;
    return;
  }
  await streams.pass(source, failed.change.sequence - 1);
  failing.tries = failing.sequence === failed.change.sequence ? failing.tries + 1 : 1;
  failing.sequence = failed.change.sequence;
  // A batch that fails as a whole is halved until the change is found that it fails on.
  failing.most = failed.named ? source.batchSize : Math.max(1, Math.ceil(meant.length / 2));
  if (failing.tries > source.retries && (failed.named || meant.length === 1)) {
    if (source.failureQueue !== undefined)
      await queues.send(source.failureQueue, failureRecord(source, failed.change));
    await streams.pass(source, failed.change.sequence);
  } else await sleep(RETRY_MS);
}

function isMeant({ patterns, table }: StreamSource, change: StreamChange): boolean {
  const record = recordOf(table, change);
  return patterns.some((pattern) => matchesPattern(pattern, record));
}

/** The first change that the function did not do, and whether the function named it. */
async function firstFailure(
  { pool, table, partial }: StreamSource,
  batch: readonly StreamChange[],
  log: (line: string) => void,
): Promise<{ readonly change: StreamChange; readonly named: boolean } | undefined> {
  const [first] = batch;
  try {
    const result = await pool.invoke({ Records: batch.map((one) => recordOf(table, one)) });
    if (!partial) return undefined;
    const failures = PARTIAL.parse(result)?.batchItemFailures ?? [];
    const named = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
    const change = batch.find(({ sequence }) => named.has(numberOf(sequence)));
    if (named.size > 0 && !change) throw new Error("reports failures of changes it was not given");
    return change && { change, named: true };
  } catch (error) {
    log(`${pool.name}: ${error instanceof Error ? error.message : String(error)}`);
    return first && { change: first, named: false };
  }
}

/** Sequence numbers of streams are long decimals that sort as text. */
function numberOf(sequence: number): string {
  return String(sequence).padStart(21, "0");
}

function recordOf(table: string, { sequence, atMs, keys, before, after }: StreamChange) {
  return {
    eventID: `${table}-${sequence}`,
    eventName: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
    eventVersion: "1.1",
    eventSource: "aws:dynamodb",
    awsRegion: REGION,
    dynamodb: {
      ApproximateCreationDateTime: atMs / 1000,
      Keys: keys,
      ...(after ? { NewImage: after } : {}),
      ...(before ? { OldImage: before } : {}),
      SequenceNumber: numberOf(sequence),
      StreamViewType: "NEW_AND_OLD_IMAGES",
    },
    eventSourceARN: arn("dynamodb", `table/${table}${STREAM_SUFFIX}`),
  };
}

/** What AWS tells of a change that was given up; not the change itself. */
function failureRecord({ pool, table }: StreamSource, { sequence }: StreamChange): string {
  return JSON.stringify({
    version: "1.0",
    timestamp: new Date().toISOString(),
    requestContext: {
      functionArn: arn("lambda", `function:${pool.name}`),
      condition: "RetryAttemptsExhausted",
    },
    DDBStreamBatchInfo: {
      shardId: "local",
      startSequenceNumber: numberOf(sequence),
      endSequenceNumber: numberOf(sequence),
      batchSize: 1,
      streamArn: arn("dynamodb", `table/${table}${STREAM_SUFFIX}`),
    },
  });
}
