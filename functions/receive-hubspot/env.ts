import * as z from "zod";

/** What infra sets for this function. The secret is read by name at the first call. */
export const receiveHubspotEnv = z.object({
  LIVE_QUEUE_URL: z.string(),
  HUBSPOT_SECRET_ID: z.string(),
});
