import * as z from "zod";

/** What infra sets for this function. */
export const receiveSalesforceEventsEnv = z.object({
  LIVE_QUEUE_URL: z.string(),
});
