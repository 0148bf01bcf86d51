import { mapping } from "../../shared/config/mapping.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoQuotaStore } from "../../shared/dynamodb/quota-store.ts";
import { refreshStanding } from "../../shared/dynamodb/standing.ts";
import { addCounts } from "../../shared/dynamodb/stats.ts";
import { dynamoTroubleIndex } from "../../shared/dynamodb/trouble-index.ts";
import { jobHandler } from "../../shared/runtime/job-handler.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { retryChanged } from "../../shared/sync/retry-parked.ts";
import { retryParkedEnv } from "./env.ts";
import { retryMessage } from "./message.ts";

const env = retryParkedEnv.parse(process.env);
const db = documentClient();
const quota = dynamoQuotaStore(db, env.RECORDS_TABLE);
const { crms, callsSinceLast, handBack } = openCrms(env, mapping, { quota, lane: "live" });
const queue = sqsHintQueue({ live: env.LIVE_QUEUE_URL, bulk: env.BULK_QUEUE_URL });
const troubles = dynamoTroubleIndex(db, env.RECORDS_TABLE);

const table = env.RECORDS_TABLE;
const kinds = mapping.kinds.map(({ kind }) => kind);

export const handler = jobHandler(retryMessage, () =>
  retryChanged({ troubles, queue, crms, now: Date.now })
    .finally(() => Promise.all([handBack(), addCounts(db, table, callsSinceLast())]))
    // It has gone over the troubles by then, and the rest costs little more.
    .finally(() => refreshStanding({ db, table }, kinds, Date.now())),
);
