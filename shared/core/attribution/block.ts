/**
 * Sums are kept by when what they are made of was posted: by hour, day and month. A block is named by the
 * beginning of the instants in it: `2026-11-22T08`, `2026-11-22`, `2026-11`.
 */
export const LEVELS = ["hour", "day", "month"] as const;

export type Level = (typeof LEVELS)[number];

const LENGTHS: Readonly<Record<Level, number>> = { hour: 13, day: 10, month: 7 };

/** The block of a level that an instant, or a smaller block, is in. */
export function blockAt(level: Level, moment: string): string {
  return moment.slice(0, LENGTHS[level]);
}

/** The next smaller level. */
export function within(level: "day" | "month"): Level {
  return level === "month" ? "day" : "hour";
}
