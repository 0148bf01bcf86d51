import { dynamoAuditLog } from "../../shared/dynamodb/audit-log.ts";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { sqsDeadLetters } from "../../shared/sqs/dead-letters.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { apiEnv } from "./env.ts";
import { openRoutes } from "./open-routes.ts";
import { ROUTES } from "./routes.ts";

const env = apiEnv.parse(process.env);
const db = documentClient();
const live = env.LIVE_QUEUE_URL;
const bulk = env.BULK_QUEUE_URL;

export const handler = openRoutes(ROUTES, {
  at: { db, records: env.RECORDS_TABLE, history: env.HISTORY_TABLE },
  queue: sqsHintQueue({ live, bulk }),
  audit: dynamoAuditLog(db, env.HISTORY_TABLE),
  deadLetters: sqsDeadLetters([
    { name: "live", url: env.LIVE_DEAD_QUEUE_URL, homeUrl: live },
    { name: "bulk", url: env.BULK_DEAD_QUEUE_URL, homeUrl: bulk },
    { name: "salesforce-events", url: env.EVENTS_DEAD_QUEUE_URL, homeUrl: live },
  ]),
});
