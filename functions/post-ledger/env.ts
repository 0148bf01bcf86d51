import * as z from "zod";

/** What infra sets for this function. It is given records and entries by their tables' streams, and speaks to no CRM. */
export const postLedgerEnv = z.object({ RECORDS_TABLE: z.string(), LEDGER_TABLE: z.string() });
