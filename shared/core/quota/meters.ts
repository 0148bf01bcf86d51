import type { Meter } from "./meter.ts";

const fresh = { entries: [], daily: undefined, today: { day: 0, live: 0, bulk: 0 }, atMs: 0 };

/**
 * The limits that Accord keeps, as they are before anything was learnt. Sources: HubSpot's usage guidelines
 * and search guide, Salesforce's limits cheat sheet, 2025-01 to 2026-04.
 */
export const METERS = {
  /** The least that any of HubSpot's plans allows; each answer's headers tell the real figure. */
  "hubspot calls": { ...fresh, limit: 100, windowMs: 10_000 },
  /** Five a second and account, of every plan; answers tell nothing of it. */
  "hubspot searches": { ...fresh, limit: 5, windowMs: 1000 },
  /** Limited by the day alone. */
  "salesforce calls": { ...fresh, limit: undefined, windowMs: 0 },
} as const satisfies Record<string, Meter>;

export type MeterName = keyof typeof METERS;

export const METER_NAMES = ["hubspot calls", "hubspot searches", "salesforce calls"] as const;
