import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { httpHandler } from "../../shared/runtime/http-handler.ts";
import { secretReader } from "../../shared/runtime/secrets.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { receiveHubspotEnv } from "./env.ts";
import { receiveHubspot } from "./receive-hubspot.ts";

const { LIVE_QUEUE_URL, HUBSPOT_SECRET_ID } = receiveHubspotEnv.parse(process.env);
const secret = secretReader(HUBSPOT_SECRET_ID, z.object({ clientSecret: z.string().min(1) }));
const queue = sqsHintQueue({ live: LIVE_QUEUE_URL, bulk: LIVE_QUEUE_URL });
const objectsByTypeId = Object.fromEntries(
  mapping.kinds.flatMap(({ objects }) =>
    objects.flatMap(({ typeId, object }) => (typeId === undefined ? [] : [[typeId, object]])),
  ),
);

export const handler = httpHandler((request) =>
  receiveHubspot(request, { secret, queue, now: Date.now, objectsByTypeId }),
);
