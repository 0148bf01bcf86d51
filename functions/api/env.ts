import * as z from "zod";
import { DEAD_LETTERS } from "../../shared/config/dead-letters.ts";

const deadQueues = z.record(z.enum(DEAD_LETTERS.map(({ name }) => name)), z.url());

/** What infra sets for this function. It reads tables and queues hints, and speaks to no CRM. */
export const apiEnv = z.object({
  RECORDS_TABLE: z.string(),
  HISTORY_TABLE: z.string(),
  LEDGER_TABLE: z.string(),
  LIVE_QUEUE_URL: z.string(),
  BULK_QUEUE_URL: z.string(),
  RUNS_QUEUE_URL: z.string(),
  /** In `observe`, whoever asks to write figures back is told what would be written. */
  ACCORD_MODE: z.enum(["sync", "observe"]),
  /** JSON: the URL of each queue of dead letters, by its name. */
  DEAD_QUEUE_URLS: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(deadQueues),
});
