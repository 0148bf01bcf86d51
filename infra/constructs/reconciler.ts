import { Duration } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { FilterPattern } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type * as z from "zod";
import type { reconcileRecordsEnv } from "../../functions/reconcile-records/env.ts";
import { UNSTABLE_FIELD } from "../../shared/config/alarmed.ts";
import { AccordFunction } from "./accord-function.ts";
import { ImpactAlarm } from "./impact-alarm.ts";
import type { Surroundings } from "./surroundings.ts";
import {
  crmEnvironment,
  grantCrms,
  grantRecords,
  grantSending,
  queueEnvironment,
} from "./surroundings.ts";
import { WORKER_TIMEOUT } from "./timeouts.ts";

/** The one function that writes to the CRMs, behind the two queues that feed it. */
export class Reconciler extends Construct {
  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { records, history, settings, bundles, tell, live, bulk } = around;
    const { lambda, log } = new AccordFunction(this, "ReconcileRecords", {
      name: "reconcile-records",
      bundles,
      timeout: WORKER_TIMEOUT,
      environment: {
        ...crmEnvironment(around),
        BULK_SHARE: String(settings.bulkShare),
        WORKERS_DEAD_BEFORE_MS: "0",
        ...queueEnvironment(around),
        RECORDS_TABLE: records.tableName,
        HISTORY_TABLE: history.tableName,
        ACCORD_MODE: settings.mode,
      } satisfies z.input<typeof reconcileRecordsEnv>,
      tell,
      impact: "changed records wait in their queue and the two CRMs drift apart",
    });
    grantRecords(around, lambda);
    grantCrms(around, lambda);
    grantSending(around, lambda);
    const unstable = log.addMetricFilter("Unstable", {
      filterPattern: FilterPattern.stringValue("$.message", "=", UNSTABLE_FIELD),
      metricNamespace: "Accord",
      metricName: "UnstableFields",
    });
    new ImpactAlarm(this, "Flips", {
      impact:
        "a field that was flipping between the two CRMs is parked as unstable, until it is known what writes it",
      tell,
      metric: unstable.metric({ period: Duration.minutes(5), statistic: "Sum" }),
    });
    // Large batches for live hints, since a CRM's call takes a hundred records as fast as one.
    lambda.addEventSource(
      new SqsEventSource(live, {
        batchSize: 100,
        maxBatchingWindow: Duration.seconds(1),
        maxConcurrency: 10,
        reportBatchItemFailures: true,
      }),
    );
    // A bulk message is two hundred records: some two calls of HubSpot a second, of the nineteen it allows.
    // What live changes need of these the meter keeps for them (decision 0018), and not this number.
    lambda.addEventSource(
      new SqsEventSource(bulk, { batchSize: 1, maxConcurrency: 9, reportBatchItemFailures: true }),
    );
  }
}
