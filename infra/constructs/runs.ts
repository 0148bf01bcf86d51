import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import {
  type CronOptionsWithTimezone,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from "aws-cdk-lib/aws-scheduler";
import { SqsSendMessage } from "aws-cdk-lib/aws-scheduler-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type * as z from "zod";
import type { workRunsEnv } from "../../functions/work-runs/env.ts";
import type { DeadLetterName } from "../../shared/config/dead-letters.ts";
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

interface Scheduled {
  readonly id: string;
  readonly deadId: string;
  readonly name: DeadLetterName;
  readonly impact: string;
  readonly description: string;
  readonly at: CronOptionsWithTimezone;
  readonly input: Readonly<Record<string, string>>;
}

/** Steps that begin by themselves, when few people edit: nobody waits for what they find. */
const SCHEDULED: readonly Scheduled[] = [
  {
    id: "Parity",
    deadId: "Dead",
    name: "parity",
    impact: "nobody checks each day that both CRMs agree",
    description: "Compares both CRMs, whole",
    at: { hour: "3", minute: "17" },
    input: { step: "parity-start", because: "once a day" },
  },
  {
    // What the stream of the records did not bring is posted a day later, at the latest.
    id: "CatchUp",
    deadId: "CatchUpDead",
    name: "catch-up",
    impact: "nobody checks each day that the ledger has all that the records say",
    description: "Posts what the ledger lacks of the records",
    at: { hour: "1", minute: "37" },
    input: { step: "ledger-catch-up" },
  },
  {
    // What was credited in an hour is summed after it: a report then reads few rows.
    id: "Sums",
    deadId: "SumsDead",
    name: "sums",
    impact: "reports about revenue grow slow, since nobody sums what was credited",
    description: "Sums what models credited in the hour before",
    at: { minute: "7" },
    input: { step: "ledger-sums" },
  },
  {
    // Where it is switched on; when the day's ledger is caught up with.
    id: "WriteBack",
    deadId: "WriteBackDead",
    name: "write-back",
    impact: "the CRMs show the attributed revenue of the day before",
    description: "Writes attributed revenue back to the CRMs",
    at: { hour: "2", minute: "27" },
    input: { step: "figures-start" },
  },
];

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
    for (const step of SCHEDULED) this.#schedule(step, around);
    // Two at a time leave the CRMs' limits to live changes.
    lambda.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 1,
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );
  }

  /** Its message begins the step, as a person's would; one that cannot be put on the queue is a dead letter. */
  #schedule(
    { id, deadId, name, impact, description, at, input }: Scheduled,
    { tell }: Surroundings,
  ) {
    const dead = new DeadLetterQueue(this, deadId, { name, tell, impact });
    new Schedule(this, id, {
      description,
      schedule: ScheduleExpression.cron(at),
      target: new SqsSendMessage(this.queue, {
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
        input: ScheduleTargetInput.fromObject({ ...input, attempt: 0 }),
        deadLetterQueue: dead.queue,
      }),
    });
  }
}
