/** What becomes of dead letters when somebody tries them again. */
export type Again =
  /** They go back to the queue that they were meant for. */
  | { readonly to: "live" | "bulk" | "runs" }
  /** One message goes to that queue in the place of all of them, since it does what each of them asked. */
  | { readonly to: "runs"; readonly instead: Readonly<Record<string, unknown>> }
  /** They are taken away: a schedule has asked for the same since, or will. */
  | { readonly within: string };

export interface DeadLetterKind {
  readonly name: string;
  /** Ends the sentence "Here end …". */
  readonly holds: string;
  readonly again: Again;
}

const CATCH_UP = { step: "ledger-catch-up", attempt: 0 };

/**
 * Every queue of dead letters. The template makes no other (its construct takes a name of these), the API
 * is given all of them, and so nothing is set aside where nobody looks.
 */
export const DEAD_LETTERS = [
  {
    name: "live",
    holds: "changes that could not be brought to the other side",
    again: { to: "live" },
  },
  {
    name: "bulk",
    holds: "pages of a first load that could not be worked off",
    again: { to: "bulk" },
  },
  {
    name: "salesforce-events",
    holds: "change events of Salesforce that did not reach the live queue",
    again: { to: "live" },
  },
  {
    name: "runs",
    holds: "pieces of plans, runs, sweeps and tie-outs that could not be worked off",
    again: { to: "runs" },
  },
  {
    name: "parity",
    holds: "daily sweeps of parity that could not be begun",
    again: { to: "runs", instead: { step: "parity-start", because: "tried again", attempt: 0 } },
  },
  {
    name: "catch-up",
    holds: "daily catch-ups of the ledger that could not be begun",
    again: { to: "runs", instead: CATCH_UP },
  },
  {
    name: "write-back",
    holds: "daily write-backs of attributed revenue that could not be begun",
    again: { to: "runs", instead: { step: "figures-start", attempt: 0 } },
  },
  {
    name: "ledger",
    holds: "changes of opportunities that could not be posted",
    again: { to: "runs", instead: CATCH_UP },
  },
  { name: "polls", holds: "polls that could not be begun", again: { within: "five minutes" } },
  {
    name: "parked",
    holds: "looks for parked values that could not be begun",
    again: { within: "five minutes" },
  },
  {
    name: "rates",
    holds: "readings of exchange rates that could not be begun",
    again: { within: "a day" },
  },
  {
    name: "sums",
    holds: "sums of what models credited that could not be begun",
    again: { to: "runs", instead: { step: "ledger-sums", attempt: 0 } },
  },
  {
    name: "warehouse",
    holds: "writings of the warehouse that could not be begun",
    again: { within: "an hour" },
  },
  {
    name: "offers",
    holds: "looks for changes of the mapping that could not be begun",
    again: { within: "fifteen minutes" },
  },
] as const satisfies readonly DeadLetterKind[];

export type DeadLetterName = (typeof DEAD_LETTERS)[number]["name"];
