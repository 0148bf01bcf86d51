import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { Construct } from "constructs";
import type * as z from "zod";
import type { pollChangesEnv } from "../../functions/poll-changes/env.ts";
import {
  POLLED_OBJECTS,
  SWEPT_LINKS,
  SWEPT_RELATIONS,
} from "../../shared/config/polled-objects.ts";
import { AccordFunction } from "./accord-function.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { ImpactAlarm } from "./impact-alarm.ts";
import type { Surroundings } from "./surroundings.ts";
import { crmEnvironment, grantCrms, grantSending, queueEnvironment } from "./surroundings.ts";
import { WORKER_TIMEOUT } from "./timeouts.ts";

/** The next minute asks from the same watermark, so that a late or repeated poll is worth nothing. */
const ONLY_NOW = { retryAttempts: 0, maxEventAge: Duration.minutes(1) };

/** Watermarks are read and moved; a sweep reads the records that are tied to what it goes over. */
const READ_AND_MARK = [
  "dynamodb:BatchGetItem",
  "dynamodb:GetItem",
  "dynamodb:PutItem",
  "dynamodb:Query",
  "dynamodb:UpdateItem",
];

/** Asks each kind of record once a minute for what changed. Webhooks are faster; polls miss nothing. */
export class Polls extends Construct {
  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { tell } = around;
    const impact =
      "some kinds of record are not polled, and a change that no webhook brings waits until they are";
    const dead = new DeadLetterQueue(this, "Dead", {
      name: "polls",
      tell,
      impact,
    });
    const pollChanges = this.#function(around);
    for (const { system, object } of POLLED_OBJECTS) {
      new Schedule(this, `${system}-${object}`, {
        description: `Asks ${system} what changed among ${object}`,
        schedule: ScheduleExpression.rate(Duration.minutes(1)),
        target: new LambdaInvoke(pollChanges, {
          ...ONLY_NOW,
          input: ScheduleTargetInput.fromObject({ system, object }),
          deadLetterQueue: dead.queue,
        }),
      });
    }
    for (const { system, object, what } of [
      ...SWEPT_RELATIONS.map((swept) => ({ ...swept, what: "relations" })),
      ...SWEPT_LINKS.map((swept) => ({ ...swept, what: "links" })),
    ]) {
      new Schedule(this, `${system}-${object}-${what}`, {
        description: `Goes over the ${what} of ${system}'s ${object}`,
        schedule: ScheduleExpression.rate(Duration.minutes(5)),
        target: new LambdaInvoke(pollChanges, {
          ...ONLY_NOW,
          input: ScheduleTargetInput.fromObject({ system, object, what }),
          deadLetterQueue: dead.queue,
        }),
      });
    }
    const lastFiveMinutes = { period: Duration.minutes(5), statistic: "Sum" };
    const failed = Schedule.metricAllErrors(lastFiveMinutes);
    const dropped = Schedule.metricAllDropped(lastFiveMinutes);
    new ImpactAlarm(this, "Failed", { impact, tell, metric: failed });
    new ImpactAlarm(this, "Dropped", { impact, tell, metric: dropped });
  }

  #function(around: Surroundings): IFunction {
    const { lambda } = new AccordFunction(this, "PollChanges", {
      name: "poll-changes",
      bundles: around.bundles,
      timeout: WORKER_TIMEOUT,
      environment: {
        ...crmEnvironment(around),
        ...queueEnvironment(around),
        RECORDS_TABLE: around.records.tableName,
        ACCORD_MODE: around.settings.mode,
      } satisfies z.input<typeof pollChangesEnv>,
      tell: around.tell,
      impact: "changes that no webhook brings are not noticed",
    });
    lambda.configureAsyncInvoke(ONLY_NOW);
    around.records.grant(lambda, ...READ_AND_MARK);
    grantCrms(around, lambda);
    grantSending(around, lambda);
    return lambda;
  }
}
