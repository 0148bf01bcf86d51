import { Duration } from "aws-cdk-lib";
import { EventBus, Match, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { AlarmProps } from "./impact-alarm.ts";

interface SalesforceEventsProps extends Pick<AlarmProps, "tell"> {
  /** Name of the partner event bus; without one, the account's default bus. */
  readonly busName: string | undefined;
  readonly live: IQueue;
}

/**
 * Change events that Salesforce's event relay puts on a partner event bus go to the live queue as they
 * are: a function in between would cost an invocation an event, and could only fail on top.
 */
export class SalesforceEvents extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { busName = "default", live, tell }: SalesforceEventsProps,
  ) {
    super(scope, id);
    const { queue: dead } = new DeadLetterQueue(this, "Dead", {
      name: "salesforce-events",
      tell,
      impact:
        "Salesforce's change events are set aside, and changes arrive by polls, a minute later",
    });
    const bus = EventBus.fromEventBusName(this, "Bus", busName);
    new Rule(this, "Rule", {
      eventBus: bus,
      description: "Change events of Salesforce",
      eventPattern: { source: Match.prefix("aws.partner/salesforce.com/") },
      targets: [
        new SqsQueue(live, {
          deadLetterQueue: dead,
          retryAttempts: 8,
          maxEventAge: Duration.hours(1),
        }),
      ],
    });
  }
}
