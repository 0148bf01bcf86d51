import type { Column } from "./column.ts";

/** The columns that an entry is exported in: to files, and to the warehouse. */
export const ENTRY_COLUMNS: readonly Column[] = [
  { name: "opportunity", type: "text" },
  { name: "sequence", type: "whole" },
  { name: "kind", type: "text" },
  { name: "effective_day", type: "day" },
  { name: "posted_at", type: "moment" },
  // The month in whose report it is: its own, or the one that restates a closed one.
  { name: "reported_in", type: "text" },
  { name: "currency", type: "text" },
  { name: "amount", type: "decimal" },
  { name: "corporate_currency", type: "text" },
  { name: "corporate_amount", type: "decimal" },
  // Text, since a source may give a rate more digits than a decimal column has.
  { name: "rate", type: "text" },
  { name: "rate_source", type: "text" },
  { name: "rate_day", type: "day" },
  { name: "owner", type: "text" },
  { name: "record_version", type: "whole" },
  { name: "actor", type: "text" },
  { name: "because", type: "text" },
  { name: "reference", type: "text" },
  { name: "previous_hash", type: "text" },
  { name: "hash", type: "text" },
];
