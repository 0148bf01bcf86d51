import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type * as z from "zod";
import type { workRunsEnv } from "../../functions/work-runs/env.ts";
import { AccordFunction } from "./accord-function.ts";
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

/** Makes plans, carries them out and takes them back, piece by piece, beside the live changes. */
export class Runs extends Construct {
  readonly queue: IQueue;

  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { records, history, settings, bundles, tell } = around;
    const impact = "a plan or a run stands still, and ends incomplete";
    this.queue = new WorkQueue(this, "Pieces", {
      queueName: "accord-runs",
      workerTimeout: WORKER_TIMEOUT,
      tell,
      impact,
    }).queue;
    const { lambda } = new AccordFunction(this, "WorkRuns", {
      name: "work-runs",
      bundles,
      timeout: WORKER_TIMEOUT,
      environment: {
        ...crmEnvironment(around),
        ...queueEnvironment(around),
        RUNS_QUEUE_URL: this.queue.queueUrl,
        RECORDS_TABLE: records.tableName,
        HISTORY_TABLE: history.tableName,
        ACCORD_MODE: settings.mode,
      } satisfies z.input<typeof workRunsEnv>,
      tell,
      impact,
    });
    grantRecords(around, lambda);
    grantCrms(around, lambda);
    grantSending(around, lambda);
    this.queue.grantSendMessages(lambda);
    // Two at a time leave the CRMs' limits to live changes.
    lambda.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: 1,
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );
  }
}
