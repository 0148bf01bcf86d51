import { Duration } from "aws-cdk-lib";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { Construct } from "constructs";
import type * as z from "zod";
import type { retryParkedEnv } from "../../functions/retry-parked/env.ts";
import { AccordFunction } from "./accord-function.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { Surroundings } from "./surroundings.ts";
import { crmEnvironment, grantCrms, grantSending, queueEnvironment } from "./surroundings.ts";
import { WORKER_TIMEOUT } from "./timeouts.ts";

/** The next look finds whatever this one would have. */
const ONLY_NOW = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };

/** Looks every five minutes for parked values that may be taken now. */
export class ParkedRetries extends Construct {
  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { tell, records } = around;
    const impact =
      "values that a CRM refused are not tried again by themselves, though the cause may be gone";
    const dead = new DeadLetterQueue(this, "Dead", {
      name: "parked",
      tell,
      impact,
    });
    const { lambda } = new AccordFunction(this, "RetryParked", {
      name: "retry-parked",
      bundles: around.bundles,
      timeout: WORKER_TIMEOUT,
      environment: {
        ...crmEnvironment(around),
        ...queueEnvironment(around),
        RECORDS_TABLE: records.tableName,
      } satisfies z.input<typeof retryParkedEnv>,
      tell,
      impact,
    });
    lambda.configureAsyncInvoke(ONLY_NOW);
    records.grant(
      lambda,
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    );
    grantCrms(around, lambda);
    grantSending(around, lambda);
    new Schedule(this, "Look", {
      description: "Looks for parked values that may be taken now",
      schedule: ScheduleExpression.rate(Duration.minutes(5)),
      target: new LambdaInvoke(lambda, {
        ...ONLY_NOW,
        input: ScheduleTargetInput.fromObject({}),
        deadLetterQueue: dead.queue,
      }),
    });
  }
}
