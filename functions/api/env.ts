import * as z from "zod";

/** What infra sets for this function. It reads tables and queues hints, and speaks to no CRM. */
export const apiEnv = z.object({
  RECORDS_TABLE: z.string(),
  HISTORY_TABLE: z.string(),
  LIVE_QUEUE_URL: z.string(),
  BULK_QUEUE_URL: z.string(),
});
