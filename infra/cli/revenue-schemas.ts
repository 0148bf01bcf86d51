import * as z from "zod";

const total = z.object({ currency: z.string(), revenue: z.string(), opportunities: z.number() });
const sums = total.extend({ closedWon: z.string(), corporate: z.string() });
const line = sums.extend({ label: z.string() });

export const report = z.object({
  model: z.string(),
  modelVersion: z.string(),
  asOf: z.string(),
  lines: z.array(line),
  totals: z.array(sums),
  uncredited: z.number(),
  learned: z
    .object({
      label: z.string(),
      learntAt: z.string(),
      won: z.number(),
      lost: z.number(),
      shares: z.array(
        z.object({
          source: z.string(),
          share: z.number(),
          low: z.number(),
          high: z.number(),
          removalEffect: z.number().optional(),
          journeys: z.number(),
        }),
      ),
    })
    .optional(),
});

export const comparison = z.object({
  models: z.array(z.object({ name: z.string(), version: z.string() })),
  silent: z.array(z.object({ name: z.string(), reason: z.string() })),
  lines: z.array(
    z.object({
      label: z.string(),
      currency: z.string(),
      revenue: z.array(z.string()),
      spread: z.string(),
    }),
  ),
  asOf: z.string(),
  totals: z.array(total),
});

export const models = z.object({
  journey: z.object({
    persons: z.string(),
    windowDays: z.number().nullable(),
    dedupeMinutes: z.number(),
  }),
  models: z.array(
    z.object({ name: z.string(), version: z.string(), state: z.string(), credits: z.string() }),
  ),
});

export const coverage = z.object({
  coverage: z.array(total.extend({ covered: z.string(), share: z.string().nullable() })),
  gaps: z.array(
    total.extend({
      gap: z.string(),
      fix: z.string(),
      first: z.array(z.object({ id: z.string(), name: z.string().nullable() })),
    }),
  ),
  withoutAmount: z.number(),
});

export const credits = z.object({
  modelVersion: z.string(),
  opportunities: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullable(),
      closedOn: z.string(),
      currency: z.string(),
      amount: z.string(),
      credit: z.string(),
      entries: z.array(
        z.object({
          kind: z.string(),
          sequence: z.number().nullable(),
          effectiveDay: z.string(),
          amount: z.string(),
          credit: z.string(),
        }),
      ),
      touches: z.array(
        z.object({
          personId: z.string(),
          at: z.string(),
          source: z.string(),
          kind: z.string(),
          campaign: z.string().nullable(),
          object: z.string(),
          recordId: z.string(),
          credit: z.string(),
        }),
      ),
    }),
  ),
  next: z.string().optional(),
});

export const begun = z.object({ run: z.string(), version: z.string().optional() });

export const learnt = z.object({ version: z.string().optional(), refused: z.string().optional() });

export const progress = z.object({
  model: z.string(),
  version: z.string(),
  state: z.string(),
  credited: z.number(),
  parts: z.number(),
  sums: z.string(),
});
