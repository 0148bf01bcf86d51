import { Duration } from "aws-cdk-lib";
import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { FilterCriteria, FilterRule, StartingPosition } from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource, SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import { Construct } from "constructs";
import type * as z from "zod";
import type { postLedgerEnv } from "../../functions/post-ledger/env.ts";
import { AccordFunction } from "./accord-function.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { ImpactAlarm } from "./impact-alarm.ts";
import type { Surroundings } from "./surroundings.ts";
import { WORKER_TIMEOUT } from "./timeouts.ts";

/** Tries of one change before it is set aside, so that the others do not wait for it. */
const RETRIES = 10;

/** The ledger's items are put once and queried: nobody may update or delete them. */
export function grantLedger(ledger: ITableV2, to: IGrantable): void {
  ledger.grant(to, "dynamodb:PutItem", "dynamodb:Query");
}

/**
 * Posts what becomes of opportunities, fed by the stream of the records, and credits what was posted, fed by
 * the ledger's own; in order for each opportunity.
 */
export class LedgerPoster extends Construct {
  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { records, ledger, bundles, tell } = around;
    const impact = "deals that were won or changed are not in the ledger";
    const dead = new DeadLetterQueue(this, "Dead", {
      name: "ledger",
      tell,
      impact: `${impact} until the ledger is caught up with the records, once a day`,
    });
    const { lambda } = new AccordFunction(this, "PostLedger", {
      name: "post-ledger",
      bundles,
      timeout: WORKER_TIMEOUT,
      environment: {
        RECORDS_TABLE: records.tableName,
        LEDGER_TABLE: ledger.tableName,
      } satisfies z.input<typeof postLedgerEnv>,
      tell,
      impact,
    });
    grantLedger(ledger, lambda);
    // Journeys are read of whoever had a part in a deal.
    records.grant(lambda, "dynamodb:BatchGetItem", "dynamodb:Query");
    const deal = { pk: { S: FilterRule.beginsWith("RECORD#opportunity#") } };
    const entry = {
      pk: { S: FilterRule.beginsWith("OPPORTUNITY#") },
      sk: { S: FilterRule.beginsWith("entry#") },
    };
    for (const [table, Keys] of [
      [records, deal],
      [ledger, entry],
    ] as const)
      lambda.addEventSource(
        new DynamoEventSource(table, {
          startingPosition: StartingPosition.TRIM_HORIZON,
          filters: [FilterCriteria.filter({ dynamodb: { Keys } })],
          batchSize: 100,
          maxBatchingWindow: Duration.seconds(1),
          retryAttempts: RETRIES,
          bisectBatchOnError: true,
          reportBatchItemFailures: true,
          onFailure: new SqsDlq(dead.queue),
        }),
      );
    new ImpactAlarm(this, "Late", {
      tell,
      impact: "the ledger, or its credits, is more than ten minutes behind the records",
      metric: lambda.metric("IteratorAge", { period: Duration.minutes(5), statistic: "Maximum" }),
      above: Duration.minutes(10).toMilliseconds(),
    });
  }
}
