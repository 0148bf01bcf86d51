import { Duration, type Stack } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { DeadLetterName } from "../../shared/config/dead-letters.ts";
import { type AlarmProps, ImpactAlarm } from "./impact-alarm.ts";

interface DeadLetterQueueProps extends AlarmProps {
  /** As people know it; the API lists it by this name. */
  readonly name: DeadLetterName;
}

/** Where messages end that could not be worked off, for 14 days (the most SQS allows), in plain sight. */
export class DeadLetterQueue extends Construct {
  readonly name: DeadLetterName;
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { name, ...alarm }: DeadLetterQueueProps) {
    super(scope, id);
    this.name = name;
    this.queue = new Queue(this, "Queue", {
      queueName: `accord-${name}-dead`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    new ImpactAlarm(this, "NotEmpty", {
      ...alarm,
      metric: this.queue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: "Maximum",
      }),
    });
  }
}

/** All that stand in a stack so far, so that whoever lists them can forget none. */
export function deadLetterQueuesOf(stack: Stack): readonly DeadLetterQueue[] {
  return stack.node.findAll().filter((one) => one instanceof DeadLetterQueue);
}
