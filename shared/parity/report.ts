import type { Kind } from "../core/reconcile/system.ts";
import { addsUp } from "./bridge.ts";
import type { CountedSweep, Sweep } from "./sweep.ts";
import { NO_TALLY, type Share, shareOf, type Tally } from "./tally.ts";

/** One kind in a report. */
interface KindReport extends Tally {
  /** The drift score: the share of compared fields that are equal. */
  readonly share: Share;
  /** Whether the buckets of both sides add up to what was read, and to each other. */
  readonly addsUp: boolean;
}

/** A sweep for people: its counts, with what follows from them. */
export interface SweepReport extends Sweep {
  readonly found: number;
  readonly report: Readonly<Record<Kind, KindReport>>;
}

export function reportOf({ tallies, ...sweep }: CountedSweep): SweepReport {
  const counts = Object.values(tallies).flatMap(({ findings }) => Object.values(findings));
  return {
    ...sweep,
    found: counts.reduce((sum, count) => sum + count, 0),
    report: Object.fromEntries(
      sweep.kinds.map((kind) => {
        const tally = tallies[kind] ?? NO_TALLY;
        return [kind, { ...tally, share: shareOf(tally.fields), addsUp: addsUp(tally) }];
      }),
    ),
  };
}
