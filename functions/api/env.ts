import * as z from "zod";

/** What infra sets for this function. It reads tables, and speaks to no CRM. */
export const apiEnv = z.object({
  RECORDS_TABLE: z.string(),
  HISTORY_TABLE: z.string(),
});
