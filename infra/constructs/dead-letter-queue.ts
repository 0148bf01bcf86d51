import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { type AlarmProps, ImpactAlarm } from "./impact-alarm.ts";

interface DeadLetterQueueProps extends AlarmProps {
  readonly queueName: string;
}

/** Where messages end that could not be worked off, for 14 days (the most SQS allows), in plain sight. */
export class DeadLetterQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, { queueName, ...alarm }: DeadLetterQueueProps) {
    super(scope, id);
    this.queue = new Queue(this, "Queue", {
      queueName,
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
