import * as z from "zod";

/** What infra sets for this function. It reads the ledger, and speaks to no CRM. */
export const writeWarehouseEnv = z.object({
  LEDGER_TABLE: z.string(),
  WAREHOUSE_BUCKET: z.string(),
});
