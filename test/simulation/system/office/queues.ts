import type { SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { Scheduler } from "../virtual/scheduler.ts";
import type { Chance } from "../virtual/streams.ts";
import type { Faults } from "./faults.ts";

export type Lane = "live" | "bulk";

interface Message {
  readonly id: string;
  readonly lane: Lane;
  readonly body: string;
  visibleAtMs: number;
  receives: number;
}

/** As infra/constructs sets them: work-queue.ts and reconciler.ts. */
const VISIBILITY_MS = 360_000;
const MAX_RECEIVES = 5;
const LANES = {
  live: { batchSize: 100, windowMs: 1000, concurrency: 10 },
  bulk: { batchSize: 1, windowMs: 0, concurrency: 9 },
} as const;
/** SQS hands a message over within this. */
const HANDOVER_MS = { min: 5, max: 60 };

interface QueuesOptions {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly work: (event: SQSEvent) => Promise<SQSBatchResponse | "died">;
  /** Batches are as full as they can be. Otherwise some hold a few messages, as a queue may give them. */
  readonly fills?: boolean | undefined;
}

/** SQS with its event source mappings and dead letters: at least once, in no order to rely on. */
export class Queues {
  readonly dead: Message[] = [];
  #sent = 0;
  readonly #messages: Record<Lane, Set<Message>> = { live: new Set(), bulk: new Set() };
  readonly #running: Record<Lane, number> = { live: 0, bulk: 0 };
  readonly #gathering: Record<Lane, boolean> = { live: false, bulk: false };
  readonly #options: QueuesOptions;

  constructor(options: QueuesOptions) {
    this.#options = options;
  }

  /** Speaks as `SQSClient` does, as far as the adapter asks. */
  client(): SQSClient {
    const send = async ({ input }: { input: Sent }) => {
      const lane = input.QueueUrl.endsWith("bulk") ? "bulk" : "live";
      this.send(lane, input.MessageBody, (input.DelaySeconds ?? 0) * 1000);
      return {};
    };
    return { send } as unknown as SQSClient;
  }

  send(lane: Lane, body: string, delayMs: number): void {
    const { scheduler, chance } = this.#options;
    this.#sent += 1;
    const visibleAtMs = scheduler.now() + delayMs + chance.whole(HANDOVER_MS.min, HANDOVER_MS.max);
    const message = { id: `message-${this.#sent}`, lane, body, visibleAtMs, receives: 0 };
    this.#messages[lane].add(message);
    this.#wakeAt(lane, visibleAtMs);
  }

  get isEmpty(): boolean {
    return this.#messages.live.size + this.#messages.bulk.size === 0;
  }

  /** Messages of a lane that were not worked off. */
  waiting(lane: Lane): number {
    return this.#messages[lane].size;
  }

  get sent(): number {
    return this.#sent;
  }

  /** What an operator does with dead letters once the trouble is over. */
  redrive(): void {
    for (const { lane, body } of this.dead.splice(0)) this.send(lane, body, 0);
  }

  #wakeAt(lane: Lane, atMs: number): void {
    this.#options.scheduler.at(atMs, () => this.#gather(lane));
  }

  #gather(lane: Lane): void {
    const { scheduler, chance } = this.#options;
    if (this.#gathering[lane] || this.#running[lane] >= LANES[lane].concurrency) return;
    const visible = this.#visible(lane).length;
    if (visible === 0) return;
    this.#gathering[lane] = true;
    // A batch that is full waits for nobody.
    const windowMs = visible < LANES[lane].batchSize ? LANES[lane].windowMs : 0;
    scheduler.after(Math.floor(chance.next() * windowMs), () => {
      this.#gathering[lane] = false;
      void this.#giveOut(lane);
    });
  }

  #visible(lane: Lane): Message[] {
    const nowMs = this.#options.scheduler.now();
    const visible = [...this.#messages[lane]].filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
    for (const message of visible.filter(({ receives }) => receives >= MAX_RECEIVES)) {
      this.#messages[lane].delete(message);
      this.dead.push(message);
    }
    return visible.filter(({ receives }) => receives < MAX_RECEIVES);
  }

  async #giveOut(lane: Lane): Promise<void> {
    const { scheduler, chance, faults, work, fills = false } = this.#options;
    const visible = this.#visible(lane)
      .map((message) => ({ message, at: chance.next() }))
      .sort((one, other) => one.at - other.at)
      .map(({ message }) => message);
    const most = fills || !chance.is(0.2) ? LANES[lane].batchSize : chance.whole(1, 3);
    const batch = visible.slice(0, Math.min(most, LANES[lane].batchSize));
    if (batch.length === 0) return;
    for (const message of batch) {
      message.receives += 1;
      message.visibleAtMs = scheduler.now() + VISIBILITY_MS;
      if (faults.meet(["given-out-twice"], message.id)) {
        message.visibleAtMs = scheduler.now() + chance.whole(0, 2000);
      }
      this.#wakeAt(lane, message.visibleAtMs);
    }
    this.#running[lane] += 1;
    this.#gather(lane);
    const answer = await work(eventOf(lane, batch));
    this.#running[lane] -= 1;
    if (answer !== "died") {
      const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const message of batch)
        if (!failed.has(message.id)) this.#messages[lane].delete(message);
    }
    this.#gather(lane);
  }
}

interface Sent {
  readonly QueueUrl: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
}

function eventOf(lane: Lane, batch: readonly Message[]): SQSEvent {
  return {
    Records: batch.map(({ id, body, receives }) => ({
      messageId: id,
      receiptHandle: id,
      body,
      attributes: {
        ApproximateReceiveCount: String(receives),
        SentTimestamp: "0",
        SenderId: "accord",
        ApproximateFirstReceiveTimestamp: "0",
      },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: `arn:aws:sqs:eu-west-1:000000000000:accord-${lane}`,
      awsRegion: "eu-west-1",
    })),
  };
}
