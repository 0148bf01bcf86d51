import { Duration } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Schedule, ScheduleExpression, ScheduleTargetInput } from "aws-cdk-lib/aws-scheduler";
import { LambdaInvoke } from "aws-cdk-lib/aws-scheduler-targets";
import { Construct } from "constructs";
import type * as z from "zod";
import type { writeWarehouseEnv } from "../../functions/write-warehouse/env.ts";
import { LAYOUT } from "../../shared/tabular/warehouse-layout.ts";
import { AccordFunction } from "./accord-function.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { Surroundings } from "./surroundings.ts";
import { WAREHOUSE_TIMEOUT } from "./timeouts.ts";

/** The next run writes whatever this one would have. */
const ONLY_NOW = { retryAttempts: 0, maxEventAge: Duration.minutes(15) };

/** Writes what was posted into the warehouse, once an hour, and whenever somebody invokes it. */
export class WarehouseWriter extends Construct {
  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { ledger, warehouse, bundles, tell } = around;
    const impact = "the tables of the warehouse lack what was posted to the ledger since";
    const dead = new DeadLetterQueue(this, "Dead", { name: "warehouse", tell, impact });
    const { lambda } = new AccordFunction(this, "WriteWarehouse", {
      name: "write-warehouse",
      bundles,
      timeout: WAREHOUSE_TIMEOUT,
      environment: {
        LEDGER_TABLE: ledger.tableName,
        WAREHOUSE_BUCKET: warehouse.bucketName,
      } satisfies z.input<typeof writeWarehouseEnv>,
      tell,
      impact,
    });
    lambda.configureAsyncInvoke(ONLY_NOW);
    ledger.grant(lambda, "dynamodb:Query");
    const files = warehouse.arnForObjects(`${LAYOUT}/*`);
    lambda.addToRolePolicy(
      new PolicyStatement({ actions: ["s3:GetObject", "s3:PutObject"], resources: [files] }),
    );
    // Without it S3 says of a file that is not there yet that it is forbidden.
    lambda.addToRolePolicy(
      new PolicyStatement({ actions: ["s3:ListBucket"], resources: [warehouse.bucketArn] }),
    );
    new Schedule(this, "Hourly", {
      description: "Writes what was posted into the warehouse",
      schedule: ScheduleExpression.cron({ minute: "47" }),
      target: new LambdaInvoke(lambda, {
        ...ONLY_NOW,
        input: ScheduleTargetInput.fromObject({}),
        deadLetterQueue: dead.queue,
      }),
    });
  }
}
