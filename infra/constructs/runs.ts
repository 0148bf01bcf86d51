import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { SqsSendMessage } from "aws-cdk-lib/aws-scheduler-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type * as z from "zod";
import type { workRunsEnv } from "../../functions/work-runs/env.ts";
import { AccordFunction } from "./accord-function.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { grantLedger } from "./ledger-poster.ts";
import type { Surroundings } from "./surroundings.ts";
import {
  crmEnvironment,
  grantCrms,
  grantRecords,
  grantSending,
  queueEnvironment,
} from "./surroundings.ts";
import { WORKER_TIMEOUT } from "./timeouts.ts";
import { WorkQueue } from "./work-queue.ts";

/** Makes plans, carries them out, takes them back, and compares both CRMs, piece by piece, beside the live changes. */
export class Runs extends Construct {
  readonly queue: IQueue;

  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { records, history, ledger, settings, bundles, tell } = around;
    const impact = "a plan or a run stands still, and ends incomplete";
    this.queue = new WorkQueue(this, "Pieces", {
      name: "runs",
      workerTimeout: WORKER_TIMEOUT,
      tell,
      impact,
    }).queue;
    const { lambda } = new AccordFunction(this, "WorkRuns", {
      name: "work-runs",
      bundles,
      timeout: WORKER_TIMEOUT,
      // A sweep holds blocks of both sides side by side (test/bench/parity.ts).
      memory: 1024,
      environment: {
        ...crmEnvironment(around),
        BULK_SHARE: String(settings.bulkShare),
        WORKERS_DEAD_BEFORE_MS: "0",
        ...queueEnvironment(around),
        RUNS_QUEUE_URL: this.queue.queueUrl,
        RECORDS_TABLE: records.tableName,
        HISTORY_TABLE: history.tableName,
        LEDGER_TABLE: ledger.tableName,
        ACCORD_MODE: settings.mode,
      } satisfies z.input<typeof workRunsEnv>,
      tell,
      impact,
    });
    grantRecords(around, lambda);
    grantLedger(ledger, lambda);
    grantCrms(around, lambda);
    grantSending(around, lambda);
    this.queue.grantSendMessages(lambda);
    this.#scheduleParity(around);
    this.#scheduleCatchUp(around);
    this.#scheduleSums(around);
    this.#scheduleWriteBack(around);
    // Two at a time leave the CRMs' limits to live changes.
    lambda.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 1,
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );
  }
  /** Once a day, when few people edit: nobody waits for what it finds. */
  #scheduleParity({ tell }: Surroundings): void {
    const impact = "nobody checks each day that both CRMs agree";
    const dead = new DeadLetterQueue(this, "Dead", {
      name: "parity",
      tell,
      impact,
    });
    new Schedule(this, "Parity", {
      description: "Compares both CRMs, whole",
      schedule: ScheduleExpression.cron({ hour: "3", minute: "17" }),
      target: new SqsSendMessage(this.queue, {
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
        input: ScheduleTargetInput.fromObject({
          step: "parity-start",
          because: "once a day",
          attempt: 0,
        }),
        deadLetterQueue: dead.queue,
      }),
    });
  }
  /** What was credited in an hour is summed after it: a report then reads few rows. */
  #scheduleSums({ tell }: Surroundings): void {
    const impact = "reports about revenue grow slow, since nobody sums what was credited";
    const dead = new DeadLetterQueue(this, "SumsDead", { name: "sums", tell, impact });
    new Schedule(this, "Sums", {
      description: "Sums what models credited in the hour before",
      schedule: ScheduleExpression.cron({ minute: "7" }),
      target: new SqsSendMessage(this.queue, {
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
        input: ScheduleTargetInput.fromObject({ step: "ledger-sums", attempt: 0 }),
        deadLetterQueue: dead.queue,
      }),
    });
  }
  /** What the stream of the records did not bring is posted a day later, at the latest. */
  #scheduleCatchUp({ tell }: Surroundings): void {
    const impact = "nobody checks each day that the ledger has all that the records say";
    const dead = new DeadLetterQueue(this, "CatchUpDead", {
      name: "catch-up",
      tell,
      impact,
    });
    new Schedule(this, "CatchUp", {
      description: "Posts what the ledger lacks of the records",
      schedule: ScheduleExpression.cron({ hour: "1", minute: "37" }),
      target: new SqsSendMessage(this.queue, {
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
        input: ScheduleTargetInput.fromObject({ step: "ledger-catch-up", attempt: 0 }),
        deadLetterQueue: dead.queue,
      }),
    });
  }

  /** Where it is switched on; when the day's ledger is caught up with. */
  #scheduleWriteBack({ tell }: Surroundings): void {
    const impact = "the CRMs show the attributed revenue of the day before";
    const dead = new DeadLetterQueue(this, "WriteBackDead", { name: "write-back", tell, impact });
    new Schedule(this, "WriteBack", {
      description: "Writes attributed revenue back to the CRMs",
      schedule: ScheduleExpression.cron({ hour: "2", minute: "27" }),
      target: new SqsSendMessage(this.queue, {
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
        input: ScheduleTargetInput.fromObject({ step: "figures-start", attempt: 0 }),
        deadLetterQueue: dead.queue,
      }),
    });
  }
}
