import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import type { Hono } from "hono";
import { receiveHubspot } from "../../../../functions/receive-hubspot/receive-hubspot.ts";
import type { System } from "../../../../shared/core/reconcile/system.ts";
import { httpHandler } from "../../../../shared/runtime/http-handler.ts";
import { sqsHintQueue } from "../../../../shared/sqs/hint-queue.ts";
import type { QuotaStore } from "../../../../shared/sync/quota.ts";
import { memoryRecordStore } from "../../../support/memory-record-store.ts";
import { memoryWatermarkStore } from "../../../support/memory-watermark-store.ts";
import type { Story } from "../story/story.ts";
import type { Scheduler } from "../virtual/scheduler.ts";
import { chanceOf } from "../virtual/streams.ts";
import { Environment } from "./environment.ts";
import type { Faults } from "./faults.ts";
import { type Landed, Network } from "./network.ts";
import { Notices } from "./notices.ts";
import { Queues } from "./queues.ts";
import { type WatchedStore, watchedStore } from "./watched-store.ts";
import { type Backing, poller, reconciler, retrier } from "./workers.ts";

/** As infra/constructs/timeouts.ts sets them. */
const WORKER_TIMEOUT_MS = 60_000;

export const CLIENT_SECRET = "webhooks are signed with this";

/** How an office works, beyond what its story says. */
export interface Working {
  /** The limits that its workers share; where left out, they meet them. */
  readonly quota?: QuotaStore;
  /** What a call takes each way. */
  readonly oneWayMs?: { readonly min: number; readonly max: number };
  /** Whether batches are as full as they can be, and not of odd sizes on purpose. */
  readonly fullBatches?: boolean;
}

interface OfficeOptions extends Working {
  readonly story: Story;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly crms: Readonly<Record<System, Hono>>;
  readonly onLanding: (landed: Landed) => void;
  readonly tell: (line: string) => void;
}

type Poll = Parameters<ReturnType<typeof poller>>[0];

interface Worker<Handler> {
  readonly environment: Environment;
  readonly handler: Handler;
}

/** All of one Accord: its functions, queues and tables, on virtual time. */
export class Office {
  readonly memory: WatchedStore = watchedStore(memoryRecordStore());
  readonly network: Network;
  readonly notices: Notices;
  readonly queues: Queues;
  running = 0;
  #made = 0;
  readonly #options: OfficeOptions;
  readonly #backing: Backing;
  readonly #environments = new Map<string, Environment>();
  readonly #idle = {
    reconcile: [] as Worker<ReturnType<typeof reconciler>>[],
    poll: [] as Worker<ReturnType<typeof poller>>[],
  };

  constructor(options: OfficeOptions) {
    this.#options = options;
    const { story, scheduler, faults, crms, onLanding, tell } = options;
    const { seed } = story;
    this.queues = new Queues({
      scheduler,
      faults,
      chance: chanceOf(seed, "queues"),
      work: (event) => this.#reconcile(event),
      fills: options.fullBatches,
    });
    this.network = new Network({
      scheduler,
      faults,
      crms,
      onLanding,
      tell,
      chance: chanceOf(seed, "network"),
      environments: this.#environments,
      oneWayMs: options.oneWayMs,
    });
    const ids = chanceOf(seed, "ids");
    this.#backing = {
      store: this.memory.store,
      watermarks: memoryWatermarkStore(),
      queues: this.queues,
      mode: story.mode,
      now: scheduler.now,
      newId: () => uuid(ids.next),
      quota: options.quota,
      sleep: (ms) => scheduler.sleep(ms),
    };
    this.notices = new Notices({
      scheduler,
      faults,
      queues: this.queues,
      chance: chanceOf(seed, "notices"),
      receiveHubspot: this.#receiver(),
    });
  }

  /** Asks what changed in one object, or goes over all of it, as a schedule does. */
  async poll(poll: Poll): Promise<boolean> {
    const worker = living(this.#idle.poll) ?? this.#start("poll", poller);
    this.running += 1;
    const outcome = await worker.environment.invoke(WORKER_TIMEOUT_MS, () => worker.handler(poll));
    this.running -= 1;
    if (outcome === "died") return false;
    this.#idle.poll.push(worker);
    if ("answer" in outcome) return outcome.answer.caughtUp;
    return false;
  }

  /** Looks for parked values that may be taken now, as a schedule does every five minutes. */
  async retryParked(): Promise<void> {
    const worker = this.#start("retrier", retrier);
    this.running += 1;
    await worker.environment.invoke(WORKER_TIMEOUT_MS, worker.handler);
    this.running -= 1;
  }

  async #reconcile(event: SQSEvent): Promise<SQSBatchResponse | "died"> {
    const worker = living(this.#idle.reconcile) ?? this.#start("worker", reconciler);
    this.running += 1;
    const outcome = await worker.environment.invoke(WORKER_TIMEOUT_MS, () => worker.handler(event));
    this.running -= 1;
    if (outcome === "died") return "died";
    this.#idle.reconcile.push(worker);
    if ("answer" in outcome) return outcome.answer;
    this.#options.tell(`${worker.environment.name} throws ${outcome.error}`);
    return "died";
  }

  #start<Handler>(
    role: string,
    compose: (environment: Environment, backing: Backing) => Handler,
  ): Worker<Handler> {
    this.#made += 1;
    const { story, scheduler, faults, tell } = this.#options;
    const name = `${role}-${this.#made}`;
    const chance = chanceOf(story.seed, name);
    const environment = new Environment({ name, scheduler, chance, faults, tell });
    this.#environments.set(name, environment);
    return { environment, handler: compose(environment, this.#backing) };
  }

  #receiver() {
    const { scheduler } = this.#options;
    const queue = sqsHintQueue(
      { live: "https://sqs.test/live", bulk: "https://sqs.test/live" },
      this.queues.client(),
    );
    const on = { secret: async () => ({ clientSecret: CLIENT_SECRET }), queue, now: scheduler.now };
    const handler = httpHandler((request) => receiveHubspot(request, on));
    const context = { functionName: "receive-hubspot" } as Parameters<typeof handler>[1];
    return (event: Parameters<typeof handler>[0]) => handler(event, context);
  }
}

/** What an invocation left under way when it failed may have been the end of its worker since. */
function living<Handler>(idle: Worker<Handler>[]): Worker<Handler> | undefined {
  for (let worker = idle.pop(); worker; worker = idle.pop())
    if (!worker.environment.isDead) return worker;
  return undefined;
}

function uuid(next: () => number): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(next() * 16).toString(16));
  digits[12] = "4";
  digits[16] = "89ab".charAt(Math.floor(next() * 4));
  const text = digits.join("");
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20),
  ].join("-");
}
