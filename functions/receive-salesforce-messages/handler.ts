import * as z from "zod";
import { httpHandler } from "../../shared/runtime/http-handler.ts";
import { secretReader } from "../../shared/runtime/secrets.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { receiveSalesforceMessagesEnv } from "./env.ts";
import { receiveSalesforceMessage } from "./receive-salesforce-message.ts";

const env = receiveSalesforceMessagesEnv.parse(process.env);
const secret = secretReader(
  env.SALESFORCE_SECRET_ID,
  z.object({ messageToken: z.string().min(16) }),
);
const queue = sqsHintQueue({ live: env.LIVE_QUEUE_URL, bulk: env.LIVE_QUEUE_URL });

export const handler = httpHandler((request) =>
  receiveSalesforceMessage(request, { secret, queue }),
);
