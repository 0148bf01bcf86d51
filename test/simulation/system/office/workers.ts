import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import type * as z from "zod";
import { pollMessage } from "../../../../functions/poll-changes/message.ts";
import { byLane } from "../../../../functions/reconcile-records/by-lane.ts";
import { workMessage } from "../../../../functions/reconcile-records/message.ts";
import { reconcileBatch } from "../../../../functions/reconcile-records/reconcile-batch.ts";
import { retryMessage } from "../../../../functions/retry-parked/message.ts";
import { mapping } from "../../../../shared/config/mapping.ts";
import { wireShapes } from "../../../../shared/core/mapping/wire-shape.ts";
import type { Lane } from "../../../../shared/core/quota/meter.ts";
import { hubspotCrm } from "../../../../shared/hubspot/hubspot-crm.ts";
import { jobHandler } from "../../../../shared/runtime/job-handler.ts";
import { queueHandler } from "../../../../shared/runtime/queue-handler.ts";
import { salesforceCrm } from "../../../../shared/salesforce/salesforce-crm.ts";
import { sqsHintQueue } from "../../../../shared/sqs/hint-queue.ts";
import { workerPace } from "../../../../shared/sync/pace.ts";
import { pollChanges } from "../../../../shared/sync/poll-changes.ts";
import type { Crms, WatermarkStore } from "../../../../shared/sync/ports.ts";
import type { Pace, QuotaStore } from "../../../../shared/sync/quota.ts";
import { retryChanged } from "../../../../shared/sync/retry-parked.ts";
import type { World } from "../../../../shared/sync/subject.ts";
import { type LinkPages, sweepLinks } from "../../../../shared/sync/sweep-links.ts";
import { sweepRelations } from "../../../../shared/sync/sweep-relations.ts";
import type { MemoryRecordStore } from "../../../support/memory-record-store.ts";
import { memoryTroubleIndex } from "../../../support/memory-trouble-index.ts";
import type { Environment } from "./environment.ts";
import { addressOf } from "./network.ts";
import type { Queues } from "./queues.ts";

/** What the functions share: tables, queues, and how they run. */
export interface Backing {
  readonly store: MemoryRecordStore;
  readonly watermarks: WatermarkStore;
  readonly queues: Queues;
  readonly mode: World["mode"];
  readonly now: () => number;
  readonly newId: () => string;
  /** Where left out, nothing limits calls but the CRMs' refusals. */
  readonly quota?: QuotaStore | undefined;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Where numbers of what was done are counted; nothing is decided by them. */
const COUNTED_NOWHERE = {
  send: async () => ({}),
} as unknown as DynamoDBDocumentClient;

const SHAPES = {
  hubspot: wireShapes(mapping, "hubspot"),
  salesforce: wireShapes(mapping, "salesforce"),
};
const QUEUE_URLS = { live: "https://sqs.test/live", bulk: "https://sqs.test/bulk" };

/** The adapters of one environment, as `shared/crms/open-crms.ts` makes them. */
export function openCrms(environment: Environment, now: () => number, pace?: Pace): Crms {
  const paced = pace ? { pace } : {};
  return {
    hubspot: hubspotCrm({
      baseUrl: addressOf("hubspot", environment),
      credentials: async () => ({ accessToken: "accord" }),
      shapes: SHAPES.hubspot,
      now,
      ...paced,
    }),
    salesforce: salesforceCrm({
      loginUrl: addressOf("salesforce", environment),
      credentials: async () => ({ clientId: "accord", clientSecret: "secret" }),
      shapes: SHAPES.salesforce,
      now,
      ...paced,
    }),
  };
}

/** The CRMs by lane: with a pace each, or the same for both where nothing is shared. */
function lanesOf(environment: Environment, { quota, now, sleep }: Backing) {
  const unpaced = quota ? undefined : openCrms(environment, now);
  const store = quota && environment.port(quota, "store");
  return (lane: Lane) => {
    const pace = store && workerPace({ store, lane, now, sleep, share: () => 1 });
    return {
      crms: unpaced ?? openCrms(environment, now, pace),
      callsSinceLast: () => ({ hubspotCalls: 0, salesforceCalls: 0 }),
      handBack: async () => pace?.handBack(),
      holdTo: () => undefined,
    };
  };
}

const contextOf = (environment: Environment) =>
  ({
    functionName: environment.name,
    awsRequestId: "simulated",
    memoryLimitInMB: "1024",
    getRemainingTimeInMillis: environment.remainingMs,
  }) as Context;

/** `functions/reconcile-records`, composed as its handler.ts does. */
export function reconciler(environment: Environment, backing: Backing) {
  const { store, queues, mode, now, newId } = backing;
  const queue = sqsHintQueue(QUEUE_URLS, queues.client());
  const world = {
    mapping,
    store: environment.port(store, "store"),
    queue: environment.port(queue, "queue"),
    mode,
    now,
    newId,
  };
  const handler = queueHandler({
    message: workMessage,
    work: byLane({
      open: lanesOf(environment, backing),
      work: ({ crms, callsSinceLast }) =>
        reconcileBatch({
          world: { ...world, crms },
          db: COUNTED_NOWHERE,
          table: "records",
          callsSinceLast,
        }),
    }),
  });
  return (event: SQSEvent): Promise<SQSBatchResponse> => handler(event, contextOf(environment));
}

const POLLS = { changes: pollChanges, relations: sweepRelations, links: sweepLinks };

/** `functions/poll-changes`, composed as its handler.ts does. */
export function poller(environment: Environment, backing: Backing) {
  const { watermarks, queues, mode, now, store } = backing;
  const open = lanesOf(environment, backing);
  const [live, bulk] = [open("live"), open("bulk")];
  const world = {
    crms: live.crms,
    bulkCrms: bulk.crms,
    queue: environment.port(sqsHintQueue(QUEUE_URLS, queues.client()), "queue"),
    watermarks: environment.port(watermarks, "store"),
    links: environment.port(linkPages(store), "store"),
    mode,
    now,
  };
  const handler = jobHandler(pollMessage, ({ what, ...poll }, remainingMs) =>
    POLLS[what]({ ...world, remainingMs }, poll).finally(() =>
      Promise.all([live.handBack(), bulk.handBack()]),
    ),
  );
  return (poll: z.input<typeof pollMessage>) => handler(poll, contextOf(environment));
}

/** All that are tied to records of an object, in one page: a story has few. */
function linkPages(store: MemoryRecordStore): LinkPages {
  return {
    page: async ({ system, object }) => ({
      records: store
        .records()
        .filter(({ links }) =>
          links.some((link) => link.system === system && link.object === object),
        ),
      next: undefined,
    }),
  };
}

/** `functions/retry-parked`, composed as its handler.ts does. */
export function retrier(environment: Environment, backing: Backing) {
  const { queues, now, store } = backing;
  const world = {
    troubles: memoryTroubleIndex(store),
    queue: environment.port(sqsHintQueue(QUEUE_URLS, queues.client()), "queue"),
    crms: openCrms(environment, now),
    now,
  };
  const handler = jobHandler(retryMessage, () => retryChanged(world));
  return () => handler({}, contextOf(environment));
}
