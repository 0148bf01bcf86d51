/** Every function. The folder `functions/<name>` holds its `handler.ts` and what it asks of infra. */
export const FUNCTION_NAMES = [
  "api",
  "poll-changes",
  "post-ledger",
  "prepare-crms",
  "receive-hubspot",
  "receive-salesforce-messages",
  "reconcile-records",
  "retry-parked",
  "work-runs",
  "write-warehouse",
] as const;

export type FunctionName = (typeof FUNCTION_NAMES)[number];
