import * as z from "zod";
import { awsJson } from "./aws-json.ts";
import { ACCOUNT } from "./place.ts";
import { QUEUE } from "./resource-schemas.ts";
import type { Resources } from "./resources.ts";
import { startServiceThread } from "./service-thread.ts";

const MESSAGE = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
  MessageAttributes: z
    .record(z.string(), z.looseObject({ DataType: z.string(), StringValue: z.string().optional() }))
    .default({}),
});
const RECEIVED = z.object({ Messages: z.array(MESSAGE).default([]) });
const COUNT = z.coerce.number();
const DEPTH = z.object({
  Attributes: z.object({
    ApproximateNumberOfMessages: COUNT,
    ApproximateNumberOfMessagesNotVisible: COUNT,
    ApproximateNumberOfMessagesDelayed: COUNT,
  }),
});

/** The most that one call of SQS receives or deletes. */
const CALL_SIZE = 10;

export type Message = z.infer<typeof MESSAGE>;

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

interface Receive {
  readonly queue: string;
  /** At most 10. */
  readonly count: number;
  readonly waitSeconds: number;
  readonly signal: AbortSignal;
}

export interface Queues {
  readonly url: string;
  /** Makes the queues of the template, or gives those that exist the template's settings. */
  createQueues(resources: Resources): Promise<void>;
  /** @param body - JSON. */
  send(queue: string, body: string): Promise<void>;
  receive(from: Receive): Promise<Message[]>;
  remove(queue: string, messages: readonly Message[]): Promise<void>;
  depths(): Promise<Record<string, QueueDepth>>;
  stop(): Promise<void>;
}

/**
 * Starts the embedded SQS, with its messages in `dataDir`, and beside it the embedded S3, with each object
 * a file below `filesDir`. What was in flight is visible again.
 */
export async function startQueues(at: {
  readonly dataDir: string;
  readonly filesDir: string;
}): Promise<Queues> {
  const thread = await startServiceThread("./queues-thread.ts", at, {});
  const aws = awsJson(thread.url, "AmazonSQS");
  const urlOf = (queue: string) => `${thread.url}/${ACCOUNT}/${queue}`;
  const names: string[] = [];
  return {
    url: thread.url,
    stop: thread.stop,
    async createQueues(resources) {
      const existing = z
        .object({ QueueUrls: z.array(z.string()).default([]) })
        .parse(await aws.call("ListQueues", {}))
        .QueueUrls.map((url) => url.split("/").at(-1));
      for (const { is, properties } of resources.ofType("AWS::SQS::Queue", QUEUE)) {
        const Attributes = attributesOf(properties);
        if (existing.includes(is.name))
          await aws.call("SetQueueAttributes", { QueueUrl: urlOf(is.name), Attributes });
        else await aws.call("CreateQueue", { QueueName: is.name, Attributes });
        names.push(is.name);
      }
    },
    async send(queue, body) {
      await aws.call("SendMessage", { QueueUrl: urlOf(queue), MessageBody: basic(body) });
    },
    async receive({ queue, count, waitSeconds, signal }) {
      const body = {
        QueueUrl: urlOf(queue),
        MaxNumberOfMessages: count,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ["All"],
        MessageAttributeNames: ["All"],
      };
      return RECEIVED.parse(await aws.call("ReceiveMessage", body, signal)).Messages;
    },
    async remove(queue, messages) {
      const calls: Promise<unknown>[] = [];
      for (let start = 0; start < messages.length; start += CALL_SIZE) {
        const Entries = messages
          .slice(start, start + CALL_SIZE)
          .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        calls.push(aws.call("DeleteMessageBatch", { QueueUrl: urlOf(queue), Entries }));
      }
      await Promise.all(calls);
    },
    async depths() {
      const pairs = names.map(async (name): Promise<[string, QueueDepth]> => {
        const body = { QueueUrl: urlOf(name), AttributeNames: ["All"] };
        const { Attributes } = DEPTH.parse(await aws.call("GetQueueAttributes", body));
        return [
          name,
          {
            visible: Attributes.ApproximateNumberOfMessages,
            inFlight: Attributes.ApproximateNumberOfMessagesNotVisible,
            delayed: Attributes.ApproximateNumberOfMessagesDelayed,
          },
        ];
      });
      return Object.fromEntries(await Promise.all(pairs));
    },
  };
}

function attributesOf(queue: z.infer<typeof QUEUE>): Record<string, string> {
  return {
    VisibilityTimeout: String(queue.VisibilityTimeout),
    DelaySeconds: String(queue.DelaySeconds),
    MessageRetentionPeriod: String(queue.MessageRetentionPeriod),
    RedrivePolicy: queue.RedrivePolicy ? JSON.stringify(queue.RedrivePolicy) : "",
  };
}

/**
 * SQS takes every character of JSON, and the embedded one none beyond the basic plane: the rocket that
 * somebody put into a name. An escape means the same.
 */
function basic(json: string): string {
  return json.replaceAll(
    /[\ud800-\udfff]/g,
    (half) => `\\u${half.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
