import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** Accord's own API, and a token that opens it. */
export interface LocalApi {
  readonly url: string;
  readonly token: string;
}

/** A machine that is busy with a backfill may be slower than a function has the time for. */
const ATTEMPTS = 5;
const PAUSE_MS = 1000;

async function ask({ url, token }: LocalApi, path: string): Promise<unknown> {
  for (let attempt = 1; ; attempt += 1) {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}${path}`, { headers });
    if (response.ok) return response.json();
    if (attempt === ATTEMPTS) throw new Error(`${path} answers ${response.status}`);
    await sleep(PAUSE_MS);
  }
}

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

export async function fetchProgress(api: LocalApi): Promise<PollProgress> {
  return progress.parse(await ask(api, "/api/progress"));
}

export async function fetchStatus(api: LocalApi): Promise<Status> {
  return status.parse(await ask(api, "/api/status?count=now"));
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
});

export type Revenue = z.infer<typeof revenue>;

export async function fetchRevenue(api: LocalApi): Promise<Revenue> {
  return revenue.parse(await ask(api, "/api/revenue?model=first&by=source"));
}
