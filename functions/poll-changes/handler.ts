import { mapping } from "../../shared/config/mapping.ts";
import { openCrms } from "../../shared/crms/open-crms.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { dynamoLinkPages } from "../../shared/dynamodb/link-pages.ts";
import { dynamoQuotaStore } from "../../shared/dynamodb/quota-store.ts";
import { addCounts } from "../../shared/dynamodb/stats.ts";
import { dynamoWatermarkStore } from "../../shared/dynamodb/watermark-store.ts";
import { jobHandler } from "../../shared/runtime/job-handler.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { pollChanges } from "../../shared/sync/poll-changes.ts";
import { sweepLinks } from "../../shared/sync/sweep-links.ts";
import { sweepRelations } from "../../shared/sync/sweep-relations.ts";
import { pollChangesEnv } from "./env.ts";
import { pollMessage } from "./message.ts";

const env = pollChangesEnv.parse(process.env);
const db = documentClient();
const quota = dynamoQuotaStore(db, env.RECORDS_TABLE);
const live = openCrms(env, mapping, { quota, lane: "live" });
const bulk = openCrms(env, mapping, { quota, lane: "bulk" });
const queue = sqsHintQueue({ live: env.LIVE_QUEUE_URL, bulk: env.BULK_QUEUE_URL });
const watermarks = dynamoWatermarkStore(db, env.RECORDS_TABLE);
const links = dynamoLinkPages(db, env.RECORDS_TABLE, mapping);
const crms = { crms: live.crms, bulkCrms: bulk.crms };
const world = { ...crms, queue, watermarks, links, mode: env.ACCORD_MODE, now: Date.now };

const polls = { changes: pollChanges, relations: sweepRelations, links: sweepLinks };

export const handler = jobHandler(pollMessage, ({ what, ...poll }, remainingMs) =>
  polls[what]({ ...world, remainingMs }, poll).finally(() =>
    Promise.all(
      [live, bulk].flatMap(({ handBack, callsSinceLast }) => [
        handBack(),
        addCounts(db, env.RECORDS_TABLE, callsSinceLast()),
      ]),
    ),
  ),
);
