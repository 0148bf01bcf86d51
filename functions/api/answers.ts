import * as z from "zod";

/** Parts of answers that several routes share. They say what a caller may build on, and no more. */

export const system = z.enum(["hubspot", "salesforce"]);

/** A field's value in its canonical text; null where it is blank. */
export const value = z.string().nullable();

/** Where a list goes on: the `after` of the next question. Left out at its end. */
export const next = z.string().exactOptional();

/** A CRM record. */
export const ref = z.strictObject({
  system,
  object: z.string().min(1),
  id: z.string().min(1),
});

/** Both sides moved to different values. Without a winner, it waits for a person. */
export const conflict = z.looseObject({
  fields: z.array(z.string()),
  hubspot: z.array(value),
  salesforce: z.array(value),
  winner: system.exactOptional(),
  because: z.string(),
  at: z.string(),
});

/** A value that a CRM refused, and what to do about it. */
export const parked = z.looseObject({
  system,
  field: z.string(),
  value,
  code: z.string(),
  message: z.string(),
  cause: z.string(),
  remedy: z.string(),
  since: z.string(),
});

export const record = z.looseObject({
  id: z.string(),
  kind: z.string(),
  status: z.string(),
  statusReason: z.string(),
  fields: z.record(
    z.string(),
    z.looseObject({ value, source: z.string(), at: z.string(), baseline: value }),
  ),
  links: z.array(z.looseObject({ system, object: z.string(), id: z.string(), since: z.string() })),
  conflicts: z.array(conflict),
  parked: z.array(parked),
  createdAt: z.string(),
  updatedAt: z.string(),
});

/** What became of a decision: kept and on its way, or nothing to do. */
export const ruled = z.union([
  z.object({ done: z.literal(true), values: z.record(z.string(), value) }),
  z.object({ done: z.literal(false), because: z.string() }),
]);

export const historyEntry = z.object({
  at: z.string(),
  version: z.int(),
  events: z.array(z.looseObject({ what: z.string() })),
});
