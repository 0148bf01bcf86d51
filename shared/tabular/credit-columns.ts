import type { Column } from "./column.ts";

/**
 * The columns that credits are exported in: to files, and to the warehouse. A step of crediting has a row
 * for each touch that has a share in it, and one for what nobody earned; their amounts add up to the entry's.
 */
export const CREDIT_COLUMNS: readonly Column[] = [
  { name: "model", type: "text" },
  { name: "version", type: "text" },
  { name: "opportunity", type: "text" },
  { name: "step", type: "whole" },
  // `journey`: no entry, and credit that moves from touch to touch.
  { name: "kind", type: "text" },
  // Of the entry, as the table of entries has them.
  { name: "sequence", type: "whole" },
  { name: "entry_hash", type: "text" },
  { name: "effective_day", type: "day" },
  { name: "posted_at", type: "moment" },
  { name: "reported_in", type: "text" },
  { name: "owner", type: "text" },
  // A JSON object: which dimensions there are is a customer's own.
  { name: "dimensions", type: "text" },
  // `touch`, or `unattributed`: then nothing is told of a touch.
  { name: "part", type: "text" },
  { name: "person", type: "text" },
  { name: "touch", type: "text" },
  { name: "touched_at", type: "moment" },
  { name: "touch_kind", type: "text" },
  { name: "touch_system", type: "text" },
  { name: "touch_object", type: "text" },
  { name: "touch_record", type: "text" },
  { name: "source", type: "text" },
  { name: "detail", type: "text" },
  { name: "content", type: "text" },
  { name: "campaign_id", type: "text" },
  { name: "campaign", type: "text" },
  { name: "currency", type: "text" },
  { name: "amount", type: "decimal" },
  { name: "corporate_currency", type: "text" },
  { name: "corporate_amount", type: "decimal" },
];
