import * as z from "zod";

/** What infra sets for this function. What a plan says is written in mode `observe`, too: a person asked for it. */
export const workRunsEnv = z.object({
  RECORDS_TABLE: z.string(),
  HISTORY_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  LIVE_QUEUE_URL: z.string(),
  BULK_QUEUE_URL: z.string(),
  RUNS_QUEUE_URL: z.string(),
  ACCORD_MODE: z.enum(["sync", "observe"]),
  HUBSPOT_BASE_URL: z.url(),
  HUBSPOT_SECRET_ID: z.string(),
  SALESFORCE_LOGIN_URL: z.url(),
  SALESFORCE_SECRET_ID: z.string(),
  BULK_SHARE: z.coerce.number().gt(0).max(1).default(1),
  /** Epoch milliseconds; set by the local host alone, which knows that no worker of before is alive. */
  WORKERS_DEAD_BEFORE_MS: z.coerce.number().default(0),
});
