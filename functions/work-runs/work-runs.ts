import { Logger } from "@aws-lambda-powertools/logger";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { OpenCrms } from "../../shared/crms/open-crms.ts";
import { addLags, waitsOf } from "../../shared/dynamodb/lags.ts";
import { addCounts } from "../../shared/dynamodb/stats.ts";
import type { SweepMessage, SweepWorld } from "../../shared/parity/ports.ts";
import { workOffSweep } from "../../shared/parity/work-off.ts";
import {
  type LedgerMessage,
  type LedgerOffice,
  type LedgerQueue,
  workOffLedger,
} from "../../shared/revenue/ledger-work.ts";
import type { RunMessage, RunWorld } from "../../shared/runs/ports.ts";
import { workOffRun } from "../../shared/runs/work-off.ts";
import type { Received } from "../../shared/runtime/queue-handler.ts";
import { describeError } from "../../shared/runtime/queue-handler.ts";
import type { World } from "../../shared/sync/subject.ts";
import type {
  WriteBackMessage,
  WriteBackQueue,
  WriteBackWorld,
} from "../../shared/write-back/ports.ts";
import { workOffWriteBack } from "../../shared/write-back/work-off.ts";

/** As the worker of hints does it: a claim outlives its holder by one request's time-out. */
const LONGEST_REQUEST_MS = 30_000;

const logger = new Logger();

interface Worker extends Pick<RunWorld, "runs">, Pick<SweepWorld, "sweeps"> {
  readonly queue: RunWorld["queue"] & SweepWorld["queue"] & LedgerQueue & WriteBackQueue;
  readonly office: Omit<LedgerOffice, "books" | "queue">;
  readonly world: Omit<World, "leaseMs">;
  readonly writeBack: Omit<WriteBackWorld, "crms" | "queue">;
  readonly opened: OpenCrms;
  readonly db: DynamoDBDocumentClient;
  readonly table: string;
}

type WorkMessage = RunMessage | SweepMessage | LedgerMessage | WriteBackMessage;

function isOfSweep(message: WorkMessage): message is SweepMessage {
  return message.step.startsWith("parity-");
}

function isOfLedger(message: WorkMessage): message is LedgerMessage {
  return message.step.startsWith("ledger-");
}

function isOfWriteBack(message: WorkMessage): message is WriteBackMessage {
  return message.step.startsWith("figures-");
}

/** Does the pieces of plans, runs, sweeps, tie-outs and write-backs, one after the other. */
export function workRuns({
  world,
  runs,
  sweeps,
  queue,
  office,
  writeBack,
  opened,
  db,
  table,
}: Worker) {
  return async (
    batch: readonly Received<WorkMessage>[],
    remainingMs: () => number,
  ): Promise<readonly string[]> => {
    const warn: World["warn"] = (message, about) => logger.warn(message, about);
    const leaseMs = () => remainingMs() + LONGEST_REQUEST_MS;
    const failed: string[] = [];
    const taken = batch.map(({ sentAtMs }) => ({ queue: "runs" as const, sentAtMs }));
    await addLags({ db, table }, waitsOf(taken, world.now()), world.now());
    for (const { message, messageId } of batch) {
      const calls = { hubspotCalls: 0, salesforceCalls: 0 };
      const counted = () => {
        const { hubspotCalls, salesforceCalls } = opened.callsSinceLast();
        calls.hubspotCalls += hubspotCalls;
        calls.salesforceCalls += salesforceCalls;
        return { hubspot: hubspotCalls, salesforce: salesforceCalls };
      };
      const { holdTo } = opened;
      const running = { ...world, leaseMs, warn };
      const at = { world: running, runs, queue, callsSinceLast: counted, holdTo };
      holdTo(undefined);
      try {
        if (isOfLedger(message))
          await workOffLedger({ ...office, queue, books: opened.books }, message);
        else if (isOfWriteBack(message))
          await workOffWriteBack({ ...writeBack, queue, crms: opened.crms }, message);
        else if (isOfSweep(message)) await workOffSweep({ ...at, sweeps }, message);
        else await workOffRun(at, message);
      } catch (error) {
        logger.error("a piece of a run failed", describeError(error));
        failed.push(messageId);
      }
      counted();
      logger.info("a piece of a run is done", { step: message.step, calls });
      await addCounts(db, table, calls);
    }
    await opened.handBack();
    return failed;
  };
}
