import { Logger } from "@aws-lambda-powertools/logger";
import middy from "@middy/core";
import {
  hintsOfChangeEvent,
  salesforceChangeEvent,
} from "../../shared/salesforce/change-events.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { receiveSalesforceEventsEnv } from "./env.ts";

const { LIVE_QUEUE_URL } = receiveSalesforceEventsEnv.parse(process.env);
const queue = sqsHintQueue({ live: LIVE_QUEUE_URL, bulk: LIVE_QUEUE_URL });
const logger = new Logger();

/** Whatever does not parse throws: the rule retries it, and its dead letters keep it. */
export const handler = middy().handler(async (event: unknown) => {
  const { hints, ignored } = hintsOfChangeEvent(salesforceChangeEvent.parse(event));
  await queue.send(hints, { lane: "live", delaySeconds: 0, attempt: 0 });
  for (const reason of ignored) logger.info("a change event was passed over", { reason });
  return { queued: hints.length };
});
