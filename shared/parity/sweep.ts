import type { Kind, System } from "../core/reconcile/system.ts";
import type { Tally } from "./tally.ts";

export const SWEEP_STATES = ["reading", "comparing", "done", "stopped"] as const;

export type SweepState = (typeof SWEEP_STATES)[number];

/** One look over both CRMs, whole. Times are ISO instants. */
export interface Sweep {
  readonly id: string;
  readonly kinds: readonly Kind[];
  /** What it finds is hinted, so that it is looked at again and brought together. */
  readonly repair: boolean;
  readonly by: string;
  readonly because: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly mappingVersion: string;
  readonly state: SweepState;
  /** Why it stopped. */
  readonly reason?: string;
  /** Rows read so far, by piece. */
  readonly rows: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<System, number>>;
}

/** A sweep with what was counted so far, by kind. */
export interface CountedSweep extends Sweep {
  readonly tallies: Readonly<Record<Kind, Tally>>;
}
