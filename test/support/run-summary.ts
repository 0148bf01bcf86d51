import { z } from "zod";

const written = z.strictObject({ creates: z.number(), updates: z.number() });
const line = z.strictObject({
  label: z.string(),
  currency: z.string(),
  revenue: z.string(),
  opportunities: z.number(),
});

/** What `--json` promises to whoever reads it with a program. */
const summary = z.object({
  persons: z.number(),
  companies: z.number(),
  opportunities: z.number(),
  writes: z.strictObject({ hubspot: written, salesforce: written }),
  proposed: z.number(),
  conflicts: z.object({ open: z.number(), decided: z.number() }),
  parked: z.number(),
  deadLetters: z.number(),
  calls: z.strictObject({ hubspot: z.number(), salesforce: z.number() }),
  callsPerPerson: z.number(),
  revenue: z.object({
    lines: z.array(line),
    totals: z.array(line.omit({ label: true })),
  }),
});

export type RunSummary = z.infer<typeof summary>;

export const NO_WRITES = {
  hubspot: { creates: 0, updates: 0 },
  salesforce: { creates: 0, updates: 0 },
} as const;

/** The one JSON object on the last line of stdout. */
export function summaryIn({ stdout }: { readonly stdout: string }): RunSummary {
  return summary.parse(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""));
}
