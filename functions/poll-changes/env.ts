import * as z from "zod";

/** What infra sets for this function. In mode `observe` its watermarks are kept apart. */
export const pollChangesEnv = z.object({
  RECORDS_TABLE: z.string(),
  LIVE_QUEUE_URL: z.string(),
  BULK_QUEUE_URL: z.string(),
  ACCORD_MODE: z.enum(["sync", "observe"]),
  HUBSPOT_BASE_URL: z.url(),
  HUBSPOT_SECRET_ID: z.string(),
  SALESFORCE_LOGIN_URL: z.url(),
  SALESFORCE_SECRET_ID: z.string(),
});
