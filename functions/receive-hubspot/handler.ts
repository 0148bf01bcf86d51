import * as z from "zod";
import { httpHandler } from "../../shared/runtime/http-handler.ts";
import { secretReader } from "../../shared/runtime/secrets.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { receiveHubspotEnv } from "./env.ts";
import { receiveHubspot } from "./receive-hubspot.ts";

const { LIVE_QUEUE_URL, HUBSPOT_SECRET_ID } = receiveHubspotEnv.parse(process.env);
const secret = secretReader(HUBSPOT_SECRET_ID, z.object({ clientSecret: z.string().min(1) }));
const queue = sqsHintQueue({ live: LIVE_QUEUE_URL, bulk: LIVE_QUEUE_URL });

export const handler = httpHandler((request) =>
  receiveHubspot(request, { secret, queue, now: Date.now }),
);
