import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Bundles } from "../bundles/bundle-functions.ts";
import type { Settings } from "../stacks/settings.ts";

/** What the functions share: each takes from it what it needs, and is granted no more than that. */
export interface Surroundings {
  readonly settings: Settings;
  readonly bundles: Bundles;
  readonly tell: ITopic;
  readonly records: ITableV2;
  readonly history: ITableV2;
  readonly ledger: ITableV2;
  /** Where the files of the warehouse lie. */
  readonly warehouse: IBucket;
  readonly hubspotSecret: ISecret;
  readonly salesforceSecret: ISecret;
  readonly live: IQueue;
  readonly bulk: IQueue;
}

/** Where both CRMs are, and by which secret they are entered. */
export function crmEnvironment({ settings, hubspotSecret, salesforceSecret }: Surroundings) {
  return {
    HUBSPOT_BASE_URL: settings.hubspotBaseUrl,
    HUBSPOT_SECRET_ID: hubspotSecret.secretArn,
    SALESFORCE_LOGIN_URL: settings.salesforceLoginUrl,
    SALESFORCE_SECRET_ID: salesforceSecret.secretArn,
  };
}

export function queueEnvironment({ live, bulk }: Surroundings) {
  return { LIVE_QUEUE_URL: live.queueUrl, BULK_QUEUE_URL: bulk.queueUrl };
}

export function grantCrms({ hubspotSecret, salesforceSecret }: Surroundings, to: IGrantable): void {
  hubspotSecret.grantRead(to);
  salesforceSecret.grantRead(to);
}

/** Whoever decides over records reads and writes them, and only adds to their history. */
export function grantRecords({ records, history }: Surroundings, to: IGrantable): void {
  records.grant(
    to,
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
  );
  history.grant(to, "dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:Query");
}

export function grantSending({ live, bulk }: Surroundings, to: IGrantable): void {
  live.grantSendMessages(to);
  bulk.grantSendMessages(to);
}
