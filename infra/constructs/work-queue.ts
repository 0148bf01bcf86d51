import { Duration } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { DeadLetterName } from "../../shared/config/dead-letters.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { AlarmProps } from "./impact-alarm.ts";

/** Tries before a message is set aside. A throttled CRM recovers within a few visibility time-outs. */
const MAX_RECEIVE_COUNT = 5;

/**
 * Times the worker's own time-out, as AWS advises: a batch that waits for a free worker is then not
 * handed out a second time. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 * (read 2026-11-20).
 */
const VISIBILITY_FACTOR = 6;

interface WorkQueueProps extends AlarmProps {
  readonly name: Extract<DeadLetterName, "live" | "bulk" | "runs">;
  readonly workerTimeout: Duration;
}

/** A queue of hints, and the dead-letter queue behind it. */
export class WorkQueue extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    const { name, workerTimeout, ...alarm } = props;
    const { queue: dead } = new DeadLetterQueue(this, "Dead", { ...alarm, name });
    this.queue = new Queue(this, "Queue", {
      queueName: `accord-${name}`,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.seconds(workerTimeout.toSeconds() * VISIBILITY_FACTOR),
      deadLetterQueue: { queue: dead, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
  }
}
