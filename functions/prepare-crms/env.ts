import * as z from "zod";

/** What infra sets for this function. */
export const prepareCrmsEnv = z.object({
  RECORDS_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  RUNS_QUEUE_URL: z.string(),
  HUBSPOT_BASE_URL: z.url(),
  HUBSPOT_SECRET_ID: z.string(),
  SALESFORCE_LOGIN_URL: z.url(),
  SALESFORCE_SECRET_ID: z.string(),
});
