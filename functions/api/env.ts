import * as z from "zod";

/** What infra sets for this function. It reads tables and queues hints, and speaks to no CRM. */
export const apiEnv = z.object({
  RECORDS_TABLE: z.string(),
  HISTORY_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  LIVE_QUEUE_URL: z.string(),
  BULK_QUEUE_URL: z.string(),
  RUNS_QUEUE_URL: z.string(),
  LIVE_DEAD_QUEUE_URL: z.string(),
  BULK_DEAD_QUEUE_URL: z.string(),
  /** Change events of Salesforce that the event bus could not hand to the live queue. */
  EVENTS_DEAD_QUEUE_URL: z.string(),
});
