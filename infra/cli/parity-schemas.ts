import * as z from "zod";

/** What the commands read of the API's answers about sweeps. */

const sums = z.record(z.string(), z.number());
const ref = z.object({ system: z.string(), object: z.string(), id: z.string() });
const value = z.string().nullable().optional();

const kindReport = z.object({
  share: z.object({ equal: z.number(), compared: z.number(), percent: z.string() }),
  read: z.object({ hubspot: z.number(), salesforce: z.number() }),
  hubspot: sums,
  salesforce: sums,
  addsUp: z.boolean(),
  fields: z.record(
    z.string(),
    z.object({ compared: z.number(), equal: z.number(), explained: z.number() }),
  ),
  places: sums,
  findings: sums,
});

export type KindReport = z.infer<typeof kindReport>;

/** A sweep as it is when it starts. */
export const sweep = z.object({ id: z.string(), state: z.string() });

export const report = sweep.extend({
  reason: z.string().optional(),
  kinds: z.array(z.string()),
  repair: z.boolean(),
  by: z.string(),
  because: z.string(),
  startedAt: z.string(),
  rows: sums,
  calls: z.object({ hubspot: z.number(), salesforce: z.number() }),
  found: z.number(),
  report: z.record(z.string(), kindReport),
});

export type Report = z.infer<typeof report>;

export const finding = z.object({
  kind: z.string(),
  of: z.string(),
  refs: z.array(ref),
  recordId: z.string().optional(),
  field: z.string().optional(),
  hubspot: value,
  salesforce: value,
  known: value,
  words: z.string(),
});

export const outsider = z.object({
  of: z.string(),
  ref,
  bucket: z.string(),
  recordId: z.string().optional(),
  reason: z.string(),
});
