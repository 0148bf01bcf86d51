import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import * as z from "zod";
import type { Again, DeadLetterKind } from "../config/dead-letters.ts";
import { chunksOf } from "../sync/in-parallel.ts";
import type { Ref } from "../sync/ports.ts";
import { plainJson } from "./hint-queue.ts";

/** Where the queues are: those of dead letters by their name, and those that letters go back to. */
interface QueueUrls {
  readonly dead: Readonly<Record<string, string>>;
  readonly home: Readonly<Record<"live" | "bulk" | "runs", string>>;
}

interface DeadLetterQueue extends DeadLetterKind {
  readonly url: string;
}

/** What is told of a message: which records or what work it is about, and no value of a record. */
interface DeadLetter {
  readonly id: string;
  /** When it was first sent; an ISO instant. */
  readonly sentAt: string;
  readonly refs: readonly Ref[];
  /** Of a message that names no records: its piece of work, such as `undo of run-2026-11-22-1a2b3c`. */
  readonly work?: string;
}

interface DeadLetterList {
  readonly queue: string;
  /** What its messages are, and what becomes of them when they are tried again, in words. */
  readonly holds: string;
  readonly again: string;
  /** As SQS counts: about so many, of which `messages` may be a part. */
  readonly count: number;
  /** When the oldest of `messages` was sent; null where there is none. */
  readonly oldestAt: string | null;
  readonly messages: readonly DeadLetter[];
}

export interface DeadLetters {
  readonly names: readonly string[];
  list(): Promise<readonly DeadLetterList[]>;
  /** Sends messages back to where they were meant to go. `left`: SQS counts about so many still. */
  retry(names: readonly string[]): Promise<{ readonly retried: number; readonly left: number }>;
}

/** The most that one call of SQS receives. */
const CALL_SIZE = 10;
/** A list is for looking; more than this is told by its count. */
const MOST_LISTED = 100;
/** What one request of the API has the time for; the next one goes on. */
const MOST_RETRIED = 500;
/** Longer than a list or a retry of one batch takes, so that no message is met twice. */
const HIDDEN_SECONDS = 30;
/** Not 0: the SQS of local runs (fauxqs 2.4.1) fails on that where it keeps its messages on disk. */
const SHOWN_AGAIN_SECONDS = 1;

const ref = z.object({
  system: z.enum(["hubspot", "salesforce"]),
  object: z.string(),
  id: z.string(),
});
const hints = z.object({ hints: z.array(z.object({ ref })) });
const attempted = z.looseObject({ attempt: z.number() });
const name = z.string().exactOptional();
const pieceOfWork = z.object({
  step: z.string(),
  run: name,
  plan: name,
  sweep: name,
  period: name,
});
const changeEvent = z.object({
  detail: z.object({
    payload: z.object({
      ChangeEventHeader: z.object({ entityName: z.string(), recordIds: z.array(z.string()) }),
    }),
  }),
});

/**
 * Dead letters by receiving and sending: SQS's own task for moving them knows no queue that
 * EventBridge fills, and cannot set a message's count of attempts back. A retry that is cut short
 * leaves a message in both queues, which does no harm.
 */
export function sqsDeadLetters(
  kinds: readonly DeadLetterKind[],
  urls: QueueUrls,
  client = new SQSClient({}),
): DeadLetters {
  const queues = kinds.map((kind) => ({ ...kind, url: urls.dead[kind.name] ?? "" }));
  return {
    names: queues.map(({ name }) => name),
    list: () => Promise.all(queues.map((queue) => listOf(client, queue))),
    async retry(names) {
      let retried = 0;
      let left = 0;
      for (const queue of queues.filter(({ name }) => names.includes(name))) {
        retried += await tryAgain(client, { queue, home: urls.home, most: MOST_RETRIED - retried });
        left += await countOf(client, queue);
      }
      return { retried, left };
    },
  };
}

async function listOf(client: SQSClient, queue: DeadLetterQueue): Promise<DeadLetterList> {
  const count = await countOf(client, queue);
  const received: Message[] = [];
  while (received.length < MOST_LISTED) {
    const some = await receive(client, queue);
    received.push(...some);
    if (some.length === 0) break;
  }
  await Promise.all(chunksOf(received, CALL_SIZE).map((some) => show(client, queue, some)));
  const messages = received.map(letterOf).sort((a, b) => (a.sentAt < b.sentAt ? -1 : 1));
  const oldestAt = messages[0]?.sentAt ?? null;
  return {
    queue: queue.name,
    holds: queue.holds,
    again: wordsFor(queue.again),
    count: Math.max(count, messages.length),
    oldestAt,
    messages,
  };
}

function wordsFor(again: Again): string {
  if ("within" in again) return `a schedule asks for the same within ${again.within}`;
  return "instead" in again
    ? "one message does it for all of them"
    : `they go back to the ${again.to} queue`;
}

interface ToTry extends Pick<QueueUrls, "home"> {
  readonly queue: DeadLetterQueue;
  readonly most: number;
}

/** What goes in the place of several messages is sent before the first of them is taken away. */
async function tryAgain(client: SQSClient, { queue, home, most }: ToTry): Promise<number> {
  const { again } = queue;
  const send = (to: keyof QueueUrls["home"], MessageBody: string) =>
    client.send(new SendMessageCommand({ QueueUrl: home[to], MessageBody }));
  let tried = 0;
  while (tried < most) {
    const some = await receive(client, queue);
    if (some.length === 0) break;
    if ("instead" in again && tried === 0) await send(again.to, plainJson(again.instead));
    await Promise.all(
      some.map(async ({ Body = "", ReceiptHandle }) => {
        if ("to" in again && !("instead" in again)) await send(again.to, withoutAttempts(Body));
        await client.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle }));
      }),
    );
    tried += some.length;
  }
  return tried;
}

/** A message that has spent its attempts would be dead again at once. */
function withoutAttempts(body: string): string {
  const read = attempted.safeParse(jsonOf(body));
  return read.success ? plainJson({ ...read.data, attempt: 0 }) : body;
}

async function countOf(client: SQSClient, { url }: DeadLetterQueue): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: ["ApproximateNumberOfMessages"],
  });
  const { Attributes } = await client.send(command);
  return Number(Attributes?.["ApproximateNumberOfMessages"] ?? 0);
}

async function receive(client: SQSClient, { url }: DeadLetterQueue): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: CALL_SIZE,
    VisibilityTimeout: HIDDEN_SECONDS,
    MessageSystemAttributeNames: ["SentTimestamp"],
  });
  const { Messages = [] } = await client.send(command);
  return Messages;
}

/** Messages that were only looked at are there again for the next who looks, a second later. */
async function show(client: SQSClient, { url }: DeadLetterQueue, messages: readonly Message[]) {
  const Entries = messages.map(({ ReceiptHandle }, index) => ({
    Id: String(index),
    ReceiptHandle,
    VisibilityTimeout: SHOWN_AGAIN_SECONDS,
  }));
  await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
}

function letterOf({ MessageId = "", Attributes, Body = "" }: Message): DeadLetter {
  const sentAt = new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString();
  const refs = refsIn(Body);
  const work = workIn(Body);
  return { id: MessageId, sentAt, refs, ...(work === undefined ? {} : { work }) };
}

function workIn(body: string): string | undefined {
  const { data } = pieceOfWork.safeParse(jsonOf(body));
  const about = data?.run ?? data?.plan ?? data?.sweep ?? data?.period;
  return data && (about === undefined ? data.step : `${data.step} of ${about}`);
}

/** A message of another form is about no record that is known. */
function refsIn(body: string): Ref[] {
  const json = jsonOf(body);
  const ours = hints.safeParse(json);
  if (ours.success) return ours.data.hints.map((hint) => hint.ref);
  const event = changeEvent.safeParse(json);
  if (!event.success) return [];
  const { entityName: object, recordIds } = event.data.detail.payload.ChangeEventHeader;
  return recordIds.map((id) => ({ system: "salesforce", object, id }));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
