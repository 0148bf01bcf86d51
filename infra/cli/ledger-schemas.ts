import * as z from "zod";

/** What the commands read of the API's answers about the ledger. */

export const entry = z.object({
  opportunity: z.string(),
  sequence: z.number(),
  kind: z.string(),
  effectiveDay: z.string(),
  postedAt: z.string(),
  currency: z.string(),
  amount: z.string(),
  corporate: z.string(),
  actor: z.string(),
  because: z.string(),
});

export type Entry = z.infer<typeof entry>;

export const line = z.object({
  currency: z.string(),
  kinds: z.record(z.string(), z.string()),
  closedWon: z.string(),
  opportunities: z.number(),
  entries: z.number(),
});

export type Line = z.infer<typeof line>;

export const report = z.object({
  period: z.string(),
  asOf: z.string(),
  lines: line.array(),
  corporate: line.array(),
  restatements: entry.array(),
  entriesHash: z.string(),
});

const tieOutLine = z.object({
  currency: z.string(),
  sumsIn: z.string(),
  crm: z.string(),
  ledger: z.string(),
  difference: z.string(),
});

export const tieOut = z.object({
  id: z.string(),
  period: z.string(),
  result: z
    .object({
      days: z.object({ from: z.string(), to: z.string() }),
      meets: z.boolean(),
      salesforce: tieOutLine.array(),
      hubspot: tieOutLine.array(),
      differences: z.array(
        z.object({
          system: z.string(),
          opportunity: z.string().optional(),
          deal: z.string().optional(),
          crm: z.string().optional(),
          ledger: z.string().optional(),
          difference: z.string(),
          cause: z.string(),
          says: z.string(),
        }),
      ),
    })
    .optional(),
});

export type TieOutResult = NonNullable<z.infer<typeof tieOut>["result"]>;
