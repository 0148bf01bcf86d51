import { z } from "zod";

const counted = z.object({
  records: z.number(),
  openConflicts: z.number(),
  decidedConflicts: z.number(),
  parkedFields: z.number(),
  proposals: z.number(),
});

const progress = z.object({
  polls: z.array(
    z.object({
      name: z.string(),
      expected: z.number(),
      queued: z.number(),
      caughtUp: z.boolean(),
    }),
  ),
  counts: z.record(z.string(), z.number()),
});

export type PollProgress = z.infer<typeof progress>;

const status = progress.extend({
  records: z.record(z.string(), z.record(z.string(), counted)),
});

export type Status = z.infer<typeof status>;

export async function fetchProgress(appUrl: string): Promise<PollProgress> {
  const response = await fetch(`${appUrl}/api/progress`);
  return progress.parse(await response.json());
}

export async function fetchStatus(appUrl: string): Promise<Status> {
  const response = await fetch(`${appUrl}/api/status`);
  return status.parse(await response.json());
}

const revenue = z.object({
  lines: z.array(
    z.object({
      label: z.string(),
      currency: z.string(),
      revenue: z.string(),
      opportunities: z.number(),
    }),
  ),
  totals: z.array(
    z.object({ currency: z.string(), revenue: z.string(), opportunities: z.number() }),
  ),
  withoutAmount: z.number(),
});

export type Revenue = z.infer<typeof revenue>;

export async function fetchRevenue(appUrl: string): Promise<Revenue> {
  const response = await fetch(`${appUrl}/api/revenue?model=first-touch&by=source`);
  return revenue.parse(await response.json());
}
