import { randomUUID } from "node:crypto";
import { mapping } from "../../shared/config/mapping.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoQuotaStore } from "../../shared/dynamodb/quota-store.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { queueHandler } from "../../shared/runtime/queue-handler.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { byLane } from "./by-lane.ts";
import { reconcileRecordsEnv } from "./env.ts";
import { workMessage } from "./message.ts";
import { reconcileBatch } from "./reconcile-batch.ts";

const env = reconcileRecordsEnv.parse(process.env);
const db = documentClient();
const quota = dynamoQuotaStore(db, env.RECORDS_TABLE);
const tables = { records: env.RECORDS_TABLE, history: env.HISTORY_TABLE };
const store = dynamoRecordStore(db, tables, env.WORKERS_DEAD_BEFORE_MS);
const queue = sqsHintQueue({ live: env.LIVE_QUEUE_URL, bulk: env.BULK_QUEUE_URL });
const world = {
  mapping,
  store,
  queue,
  mode: env.ACCORD_MODE,
  now: Date.now,
  newId: randomUUID,
};

export const handler = queueHandler({
  message: workMessage,
  work: byLane({
    open: (lane) => openCrms(env, mapping, { quota, lane }),
    work: ({ crms, callsSinceLast }) =>
      reconcileBatch({ world: { ...world, crms }, db, table: env.RECORDS_TABLE, callsSinceLast }),
  }),
});
