import * as z from "zod";

/** What infra sets for this function. It is given records by their table's stream, and speaks to no CRM. */
export const postLedgerEnv = z.object({ LEDGER_TABLE: z.string() });
