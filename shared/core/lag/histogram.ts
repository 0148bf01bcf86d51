/**
 * How long things took, counted by these upper bounds in milliseconds, and beyond the last one. So counts of
 * many workers and hours are added, and a percentile is known to within its bound.
 */
export const LAG_BOUNDS_MS = [
  250, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000,
] as const;

/** By the place of the bound; the place after the last holds whatever took longer. */
export type LagCounts = Readonly<Record<number, number>>;

export function lagPlace(ms: number): number {
  const place = LAG_BOUNDS_MS.findIndex((bound) => ms <= bound);
  return place < 0 ? LAG_BOUNDS_MS.length : place;
}

export interface Percentiles {
  readonly count: number;
  /** So many milliseconds at the most; null: more than the last bound, or nothing was counted. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export function percentilesOf(counts: LagCounts): Percentiles {
  const places = [...LAG_BOUNDS_MS.keys(), LAG_BOUNDS_MS.length];
  const count = places.reduce((sum, place) => sum + (counts[place] ?? 0), 0);
  const boundOf = (percent: number): number | null => {
    let passed = 0;
    for (const place of places) {
      passed += counts[place] ?? 0;
      // The smallest bound within which at least so many of a hundred lie.
      if (passed > 0 && passed * 100 >= count * percent) return LAG_BOUNDS_MS[place] ?? null;
    }
    return null;
  };
  return { count, p50Ms: boundOf(50), p95Ms: boundOf(95), p99Ms: boundOf(99) };
}
