import { Logger } from "@aws-lambda-powertools/logger";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import { addLags, timedFrom, waitsOf } from "../../shared/dynamodb/lags.ts";
import { addCounts, type Counts } from "../../shared/dynamodb/stats.ts";
import { describeError, type Received } from "../../shared/runtime/queue-handler.ts";
import type { World } from "../../shared/sync/subject.ts";
import { type WorkedOff, workOff } from "../../shared/sync/work-off.ts";
import type { workMessage } from "./message.ts";

/**
 * A claim outlives its holder by one request's time-out and some, so that an expired claim means that
 * no write of its holder can still land (ARCHITECTURE: the write protocol).
 */
const LONGEST_REQUEST_MS = 30_000;

const logger = new Logger();

interface Reconciler {
  readonly world: Omit<World, "leaseMs">;
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
  readonly callsSinceLast: () => Partial<Counts>;
}

/** Works one batch of messages off, and adds to the counters what was done. */
export function reconcileBatch({ world, db, table, callsSinceLast }: Reconciler) {
  return async (
    batch: readonly Received<z.infer<typeof workMessage>>[],
    remainingMs: () => number,
  ): Promise<readonly string[]> => {
    const leaseMs = () => remainingMs() + LONGEST_REQUEST_MS;
    const deliveries = batch.map(({ message, messageId, queueArn, isRepeated, sentAtMs }) => ({
      id: messageId,
      isRepeated,
      sentAtMs,
      lane: queueArn.endsWith("bulk") ? ("bulk" as const) : ("live" as const),
      ...message,
    }));
    for (const { message } of batch)
      if ("passedOver" in message && message.passedOver.length > 0)
        logger.info("a change event was passed over", { reasons: message.passedOver });
    const waits = waitsOf(
      deliveries.map(({ lane: queue, sentAtMs }) => ({ queue, sentAtMs })),
      world.now(),
    );
    const warn: World["warn"] = (message, about) => logger.warn(message, about);
    const done = await workOff({ ...world, leaseMs, warn }, deliveries);
    for (const trouble of done.troubles)
      logger.warn("hints come back later", describeError(trouble));
    const calls = callsSinceLast();
    const { settled, dismissed, writes } = done;
    logger.info("hints are worked off", { settled, dismissed, writes, calls });
    await addCounts(db, table, { ...countsOf(done), ...calls });
    const lags = done.lags.map(({ from, ms }) => ({ what: timedFrom(from), ms }));
    await addLags({ db, table }, { ...waits, lags: [...waits.lags, ...lags] }, world.now());
    return done.failed;
  };
}

function countsOf({ writes, settled }: WorkedOff): Partial<Counts> {
  return {
    hubspotCreates: writes.hubspot.creates,
    hubspotUpdates: writes.hubspot.updates,
    salesforceCreates: writes.salesforce.creates,
    salesforceUpdates: writes.salesforce.updates,
    bulkHints: settled.bulk,
    liveHints: settled.live,
  };
}
