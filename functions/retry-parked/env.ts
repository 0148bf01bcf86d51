import * as z from "zod";

/** What infra sets for this function. It reads what CRMs say of their fields, and writes to none. */
export const retryParkedEnv = z.object({
  RECORDS_TABLE: z.string(),
  LIVE_QUEUE_URL: z.string(),
  BULK_QUEUE_URL: z.string(),
  HUBSPOT_BASE_URL: z.url(),
  HUBSPOT_SECRET_ID: z.string(),
  SALESFORCE_LOGIN_URL: z.url(),
  SALESFORCE_SECRET_ID: z.string(),
});
