import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";

/** How many messages a queue holds, as SQS counts: about so many. */
interface QueueDepth {
  readonly waiting: number;
  /** Given out to workers. */
  readonly inHand: number;
  /** Held back until a time of their own, such as hints that come again later. */
  readonly delayed: number;
}

export interface QueueDepths {
  of(name: "live" | "bulk" | "runs"): Promise<QueueDepth>;
}

export function sqsQueueDepths(
  urls: Readonly<Record<"live" | "bulk" | "runs", string>>,
  client = new SQSClient({}),
): QueueDepths {
  return {
    async of(name) {
      const command = new GetQueueAttributesCommand({
        QueueUrl: urls[name],
        AttributeNames: [
          "ApproximateNumberOfMessages",
          "ApproximateNumberOfMessagesNotVisible",
          "ApproximateNumberOfMessagesDelayed",
        ],
      });
      const { Attributes = {} } = await client.send(command);
      return {
        waiting: Number(Attributes["ApproximateNumberOfMessages"] ?? 0),
        inHand: Number(Attributes["ApproximateNumberOfMessagesNotVisible"] ?? 0),
        delayed: Number(Attributes["ApproximateNumberOfMessagesDelayed"] ?? 0),
      };
    },
  };
}
