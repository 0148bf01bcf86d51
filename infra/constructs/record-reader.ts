import { Stack } from "aws-cdk-lib";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type * as z from "zod";
import type { apiEnv } from "../../functions/api/env.ts";
import { AccordFunction } from "./accord-function.ts";
import type { DeadLetterQueue } from "./dead-letter-queue.ts";
import { grantLedger } from "./ledger-poster.ts";
import { grantSending, queueEnvironment, type Surroundings } from "./surroundings.ts";
import { ANSWER_TIMEOUT } from "./timeouts.ts";

const READ = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];

interface RecordReaderProps extends Surroundings {
  /** Every queue of dead letters. */
  readonly dead: readonly DeadLetterQueue[];
  /** Where the pieces of plans and runs wait. */
  readonly runs: IQueue;
}

/** Answers people's questions from the tables, keeps what they decide, and speaks to no CRM. */
export class RecordReader extends Construct {
  readonly api: AccordFunction;

  constructor(scope: Construct, id: string, around: RecordReaderProps) {
    super(scope, id);
    const { records, history, ledger, settings, bundles, tell, dead, runs } = around;
    this.api = new AccordFunction(this, "Api", {
      name: "api",
      bundles,
      timeout: ANSWER_TIMEOUT,
      environment: {
        ...queueEnvironment(around),
        RECORDS_TABLE: records.tableName,
        HISTORY_TABLE: history.tableName,
        LEDGER_TABLE: ledger.tableName,
        RUNS_QUEUE_URL: runs.queueUrl,
        ACCORD_MODE: settings.mode,
        DEAD_QUEUE_URLS: Stack.of(this).toJsonString(
          Object.fromEntries(dead.map(({ name, queue }) => [name, queue.queueUrl])),
        ),
      } satisfies z.input<typeof apiEnv>,
      tell,
      impact: "nobody can look up why a record is as it is, or decide anything about it",
    });
    records.grant(this.api.lambda, ...READ);
    history.grant(this.api.lambda, ...READ);
    // What a person decides is kept on the record, and in its history; the worker carries it out.
    records.grant(
      this.api.lambda,
      "dynamodb:DeleteItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    );
    // Months are closed here, and what was refused is tried again; an import is posted.
    grantLedger(ledger, this.api.lambda);
    runs.grantSendMessages(this.api.lambda);
    history.grant(this.api.lambda, "dynamodb:BatchWriteItem", "dynamodb:PutItem");
    grantSending(around, this.api.lambda);
    for (const { queue } of dead) queue.grantConsumeMessages(this.api.lambda);
  }
}
