import { keptForLive } from "./kept-for-live.ts";
import { asOf, type Daily, type Meter, sharedNow, sliceOf, spentBy } from "./meter.ts";

/** Where a limit stands, for people. */
export interface Standing {
  /** Calls a window; undefined: the system limits none. What calls under way may use counts as used. */
  readonly window?: {
    readonly seconds: number;
    readonly limit: number;
    readonly usedByLive: number;
    readonly usedByBulk: number;
    readonly usedByOthers: number;
    readonly left: number;
    /** What bulk never takes. */
    readonly keptForLive: number;
  };
  /** The system's own account of the day, whoever called; missing until an answer told it. */
  readonly daily?: Daily;
  /** Accord's calls today, by UTC. */
  readonly today: { readonly live: number; readonly bulk: number };
}

export function standingOf(meter: Meter, nowMs: number): Standing {
  const now = sharedNow(meter, nowMs);
  const known = asOf(meter, now);
  const { limit, windowMs, daily, today } = known;
  const used = (by?: "live" | "bulk" | "others") => spentBy(known, sliceOf(now), by);
  return {
    today: { live: today.live, bulk: today.bulk },
    ...(daily ? { daily } : {}),
    ...(limit === undefined
      ? {}
      : {
          window: {
            seconds: windowMs / 1000,
            limit,
            usedByLive: used("live"),
            usedByBulk: used("bulk"),
            usedByOthers: used("others"),
            left: Math.max(0, limit - used()),
            keptForLive: keptForLive(limit),
          },
        }),
  };
}
