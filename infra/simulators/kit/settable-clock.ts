import { z } from "zod";
import { type Clock, clockOf, type Timer } from "./clock.ts";

/** What may be asked of the clock. Exactly one way to move it, with or without stopping it. */
export const clockChange = z
  .strictObject({
    now: z.iso.datetime({ offset: true }).optional(),
    advanceMs: z.int().optional(),
    skewMs: z.int().optional(),
    frozen: z.boolean().optional(),
  })
  .refine(
    ({ frozen, ...moves }) => Object.keys(moves).length + (frozen === undefined ? 0 : 1) > 0,
    {
      error: "expected one of now, advanceMs, skewMs or frozen",
    },
  )
  .refine(({ frozen: _, ...moves }) => Object.keys(moves).length <= 1, {
    error: "expected only one of now, advanceMs and skewMs",
  });

type ClockChange = z.output<typeof clockChange>;

/** How the clock stands to the one it is made of; both undefined and 0 for one never touched. */
export const clockSetting = z.strictObject({
  aheadMs: z.number(),
  frozenAtMs: z.number().optional(),
});

type ClockSetting = z.output<typeof clockSetting>;

/** A simulator's own time. What waits for a moment on it becomes due when it says so. */
export interface SettableClock extends Clock {
  change(change: ClockChange): void;
  readonly setting: ClockSetting;
  restore(setting: ClockSetting): void;
  /** Forgets everything that waits. */
  stop(): void;
}

interface Waiting {
  readonly atMs: number;
  readonly work: () => void;
  timer: Timer | undefined;
}

/** Longer waits make Node fire at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

export function settableClock(base: Clock): SettableClock {
  let setting: ClockSetting = { aheadMs: 0 };
  const waiting = new Set<Waiting>();
  const now = () => setting.frozenAtMs ?? base.now() + setting.aheadMs;
  const arm = (entry: Waiting, waitMs = Math.max(0, entry.atMs - now())) => {
    if (waitMs > 0 && setting.frozenAtMs !== undefined) return;
    const due = () => {
      waiting.delete(entry);
      entry.work();
    };
    entry.timer =
      waitMs > LONGEST_WAIT_MS
        ? base.setTimeout(() => arm(entry), LONGEST_WAIT_MS)
        : base.setTimeout(due, waitMs);
  };
  const disarm = (entry: Waiting) => {
    base.clearTimeout(entry.timer);
    entry.timer = undefined;
  };
  const restore = (next: ClockSetting) => {
    setting = next;
    for (const entry of [...waiting].sort((a, b) => a.atMs - b.atMs)) {
      disarm(entry);
      arm(entry);
    }
  };
  const clock = clockOf(now, (work, afterMs) => {
    const entry: Waiting = { atMs: now() + afterMs, work, timer: undefined };
    waiting.add(entry);
    arm(entry, afterMs);
    return {
      clear() {
        disarm(entry);
        waiting.delete(entry);
      },
    };
  });
  return {
    ...clock,
    get setting() {
      return setting;
    },
    restore,
    change(change) {
      const nowMs = changedNow(change, now(), base.now());
      const isFrozen = change.frozen ?? setting.frozenAtMs !== undefined;
      const aheadMs = nowMs - base.now();
      restore(isFrozen ? { aheadMs, frozenAtMs: nowMs } : { aheadMs });
    },
    stop() {
      for (const entry of waiting) disarm(entry);
      waiting.clear();
    },
  };
}

function changedNow(change: ClockChange, nowMs: number, baseMs: number): number {
  if (change.now !== undefined) return Date.parse(change.now);
  if (change.advanceMs !== undefined) return nowMs + change.advanceMs;
  return change.skewMs === undefined ? nowMs : baseMs + change.skewMs;
}
