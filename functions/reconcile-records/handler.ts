import { randomUUID } from "node:crypto";
import { mapping } from "../../shared/config/mapping.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { queueHandler } from "../../shared/runtime/queue-handler.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { reconcileRecordsEnv } from "./env.ts";
import { workMessage } from "./message.ts";
import { reconcileBatch } from "./reconcile-batch.ts";

const env = reconcileRecordsEnv.parse(process.env);
const db = documentClient();
const { crms, callsSinceLast } = openCrms(env, mapping);
const store = dynamoRecordStore(db, { records: env.RECORDS_TABLE, history: env.HISTORY_TABLE });
const queue = sqsHintQueue({ live: env.LIVE_QUEUE_URL, bulk: env.BULK_QUEUE_URL });
const world = {
  mapping,
  crms,
  store,
  queue,
  mode: env.ACCORD_MODE,
  now: Date.now,
  newId: randomUUID,
};

export const handler = queueHandler({
  message: workMessage,
  work: reconcileBatch({ world, db, table: env.RECORDS_TABLE, callsSinceLast }),
});
