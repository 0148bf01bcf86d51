import { Duration } from "aws-cdk-lib";
import { EventBus, Match, Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { Function as Lambda } from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { Construct } from "constructs";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { AlarmProps } from "./impact-alarm.ts";

interface SalesforceEventsProps extends Pick<AlarmProps, "tell"> {
  /** Name of the partner event bus; without one, the account's default bus. */
  readonly busName: string | undefined;
  readonly receive: Lambda;
}

/** Change events that Salesforce's event relay puts on a partner event bus. */
export class SalesforceEvents extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { busName = "default", receive, tell }: SalesforceEventsProps,
  ) {
    super(scope, id);
    const dead = new DeadLetterQueue(this, "Dead", {
      queueName: "accord-salesforce-events-dead",
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
        new LambdaFunction(receive, {
          deadLetterQueue: dead.queue,
          retryAttempts: 8,
          maxEventAge: Duration.hours(1),
        }),
      ],
    });
    // Delivered, but failed: the rule has done its part, and only the function can still say so.
    receive.configureAsyncInvoke({
      onFailure: new SqsDestination(dead.queue),
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
    });
  }
}
