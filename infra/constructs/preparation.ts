import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type * as z from "zod";
import type { prepareCrmsEnv } from "../../functions/prepare-crms/env.ts";
import { AccordFunction } from "./accord-function.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { grantLedger } from "./ledger-poster.ts";
import { crmEnvironment, grantCrms, type Surroundings } from "./surroundings.ts";
import { PREPARE_TIMEOUT } from "./timeouts.ts";

interface PreparationProps extends Surroundings {
  /** Where the pieces of plans wait. */
  readonly runs: IQueue;
}

/**
 * Gives both CRMs the fields that Accord writes its ids into; called by hand, once a CRM. Reads the
 * exchange rates, once a day, and offers plans where the mapping was changed.
 */
export class Preparation extends Construct {
  constructor(scope: Construct, id: string, { runs, ...around }: PreparationProps) {
    super(scope, id);
    const { lambda } = new AccordFunction(this, "PrepareCrms", {
      name: "prepare-crms",
      bundles: around.bundles,
      timeout: PREPARE_TIMEOUT,
      environment: {
        ...crmEnvironment(around),
        RECORDS_TABLE: around.records.tableName,
        LEDGER_TABLE: around.ledger.tableName,
        RUNS_QUEUE_URL: runs.queueUrl,
      } satisfies z.input<typeof prepareCrmsEnv>,
      tell: around.tell,
      impact: "the CRMs may lack the fields that Accord writes its ids into",
    });
    grantCrms(around, lambda);
    // Its calls are counted with all others; a plan that is offered is kept.
    around.records.grant(lambda, "dynamodb:GetItem", "dynamodb:PutItem");
    grantLedger(around.ledger, lambda);
    runs.grantSendMessages(lambda);
    this.#scheduleRates(lambda, around);
    this.#scheduleOffers(lambda, around);
  }
  #scheduleRates(prepareCrms: IFunction, { tell }: Surroundings): void {
    const dead = new DeadLetterQueue(this, "RatesDead", {
      name: "rates",
      tell,
      impact: "new exchange rates are not read, and deals are booked by the last ones that were",
    });
    new Schedule(this, "Rates", {
      description: "Reads the exchange rates of Salesforce",
      schedule: ScheduleExpression.cron({ hour: "0", minute: "7" }),
      target: new LambdaInvoke(prepareCrms, {
        input: ScheduleTargetInput.fromObject({ what: "rates" }),
        deadLetterQueue: dead.queue,
      }),
    });
  }

  /** A release has no hook of its own here: one read says whether there is anything new. */
  #scheduleOffers(prepareCrms: IFunction, { tell }: Surroundings): void {
    const dead = new DeadLetterQueue(this, "OffersDead", {
      name: "offers",
      tell,
      impact: "a change of the mapping offers no plan for the records that it concerns",
    });
    new Schedule(this, "Offers", {
      description: "Offers plans for what a changed mapping concerns",
      schedule: ScheduleExpression.rate(Duration.minutes(15)),
      target: new LambdaInvoke(prepareCrms, {
        retryAttempts: 0,
        maxEventAge: Duration.minutes(1),
        input: ScheduleTargetInput.fromObject({ what: "offers" }),
        deadLetterQueue: dead.queue,
      }),
    });
  }
}
