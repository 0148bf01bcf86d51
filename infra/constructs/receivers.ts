import { Construct } from "constructs";
import type * as z from "zod";
import type { receiveHubspotEnv } from "../../functions/receive-hubspot/env.ts";
import type { receiveSalesforceMessagesEnv } from "../../functions/receive-salesforce-messages/env.ts";
import { AccordFunction } from "./accord-function.ts";
import type { Surroundings } from "./surroundings.ts";
import { ANSWER_TIMEOUT } from "./timeouts.ts";

/** What turns a CRM's notice into a hint. May send to the live queue, and do nothing else. */
export class Receivers extends Construct {
  readonly hubspot: AccordFunction;
  readonly salesforceMessages: AccordFunction;

  constructor(scope: Construct, id: string, around: Surroundings) {
    super(scope, id);
    const { live, hubspotSecret, salesforceSecret, bundles, tell } = around;
    const common = { bundles, tell, timeout: ANSWER_TIMEOUT };
    this.hubspot = new AccordFunction(this, "ReceiveHubspot", {
      ...common,
      name: "receive-hubspot",
      environment: {
        LIVE_QUEUE_URL: live.queueUrl,
        HUBSPOT_SECRET_ID: hubspotSecret.secretArn,
      } satisfies z.input<typeof receiveHubspotEnv>,
      impact: "HubSpot's webhooks are refused, and its changes arrive by polls, a minute later",
    });
    this.salesforceMessages = new AccordFunction(this, "ReceiveSalesforceMessages", {
      ...common,
      name: "receive-salesforce-messages",
      environment: {
        LIVE_QUEUE_URL: live.queueUrl,
        SALESFORCE_SECRET_ID: salesforceSecret.secretArn,
      } satisfies z.input<typeof receiveSalesforceMessagesEnv>,
      impact: "Salesforce's outbound messages are refused, and its changes arrive by polls",
    });
    hubspotSecret.grantRead(this.hubspot.lambda);
    salesforceSecret.grantRead(this.salesforceMessages.lambda);
    for (const { lambda } of [this.hubspot, this.salesforceMessages])
      live.grantSendMessages(lambda);
  }
}
