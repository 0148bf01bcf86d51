import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import type { Bundles } from "../bundles/bundle-functions.ts";
import { deadLetterQueuesOf } from "../constructs/dead-letter-queue.ts";
import { ImpactAlarm } from "../constructs/impact-alarm.ts";
import { LedgerPoster } from "../constructs/ledger-poster.ts";
import { ParkedRetries } from "../constructs/parked-retries.ts";
import { Polls } from "../constructs/polls.ts";
import { Preparation } from "../constructs/preparation.ts";
import { PublicApi } from "../constructs/public-api.ts";
import { Receivers } from "../constructs/receivers.ts";
import { Reconciler } from "../constructs/reconciler.ts";
import { RecordReader } from "../constructs/record-reader.ts";
import { Runs } from "../constructs/runs.ts";
import { SalesforceEvents } from "../constructs/salesforce-events.ts";
import type { Surroundings } from "../constructs/surroundings.ts";
import { WORKER_TIMEOUT } from "../constructs/timeouts.ts";
import { WarehouseWriter } from "../constructs/warehouse-writer.ts";
import { WorkQueue } from "../constructs/work-queue.ts";
import type { DataStack } from "./data-stack.ts";
import type { Settings } from "./settings.ts";

interface SyncStackProps extends StackProps {
  readonly data: DataStack;
  readonly settings: Settings;
  readonly bundles: Bundles;
}

/** What moves: queues, functions and what calls them. Holds no state that a new release may not lose. */
export class SyncStack extends Stack {
  constructor(scope: Construct, id: string, { data, settings, bundles, ...props }: SyncStackProps) {
    super(scope, id, props);
    const { records, history, ledger, warehouse, hubspotSecret, salesforceSecret } = data;
    const tell = new Topic(this, "Alarms", { displayName: "Accord", enforceSSL: true });
    const live = new WorkQueue(this, "Live", {
      name: "live",
      workerTimeout: WORKER_TIMEOUT,
      tell,
      impact: "some changed records could not be reconciled and differ between the two CRMs",
    });
    const bulk = new WorkQueue(this, "Bulk", {
      name: "bulk",
      workerTimeout: WORKER_TIMEOUT,
      tell,
      impact: "some pages of a backfill could not be reconciled, and it will end incomplete",
    });
    new ImpactAlarm(this, "LiveIsLate", {
      tell,
      impact: "a change in one CRM takes more than a minute to reach the other",
      metric: live.queue.metricApproximateAgeOfOldestMessage({
        period: Duration.minutes(1),
        statistic: "Maximum",
      }),
      above: 60,
    });
    const tables = { records, history, ledger, warehouse, hubspotSecret, salesforceSecret };
    const queues = { live: live.queue, bulk: bulk.queue };
    this.#functions({ settings, bundles, tell, ...tables, ...queues });
    new CfnOutput(this, "AlarmTopic", { value: tell.topicArn });
  }

  #functions(around: Surroundings): void {
    new Reconciler(this, "Reconciler", around);
    new Polls(this, "Polls", around);
    new ParkedRetries(this, "ParkedRetries", around);
    new LedgerPoster(this, "LedgerPoster", around);
    new WarehouseWriter(this, "WarehouseWriter", around);
    const runs = new Runs(this, "Runs", around);
    new Preparation(this, "Preparation", { ...around, runs: runs.queue });
    const receivers = new Receivers(this, "Receivers", around);
    new SalesforceEvents(this, "SalesforceEvents", {
      busName: around.settings.salesforceEventBus,
      live: around.live,
      tell: around.tell,
    });
    const reader = new RecordReader(this, "RecordReader", {
      ...around,
      // The last that is built: no queue comes after it.
      dead: deadLetterQueuesOf(this),
      runs: runs.queue,
    });
    const publicApi = new PublicApi(this, "PublicApi", {
      receiveHubspot: receivers.hubspot.lambda,
      receiveSalesforceMessages: receivers.salesforceMessages.lambda,
      api: reader.api.lambda,
      tokens: around.settings.tokens,
    });
    new CfnOutput(this, "Url", { value: publicApi.url });
  }
}
