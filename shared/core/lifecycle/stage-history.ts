import type { FieldValue } from "../reconcile/field-value.ts";
import type { System } from "../reconcile/system.ts";

/** A stage that was entered. Entries are only ever added, and an entry is never changed. */
export interface StageEntry {
  readonly stage: FieldValue;
  /** An ISO instant: when the CRM says that it was entered, else when it was seen. */
  readonly at: string;
  readonly source: System | "both";
  /** The name of the transition by which it was entered. */
  readonly transition?: string;
  /** The record that the entry was taken over from, where two records became one. */
  readonly record?: string;
}

/**
 * Adds entries to a history that keeps the latest `most`. Older ones are in the history table, where
 * every entry is written when it is made.
 */
export function withEntries(
  history: readonly StageEntry[],
  entries: readonly StageEntry[],
  most: number,
): readonly StageEntry[] {
  return entries.length === 0 ? history : [...history, ...entries].slice(-most);
}

/**
 * The histories of two records that have become one, by date (L10). Each keeps its own order, which
 * says more than clocks do; an entry that both have is one.
 *
 * @param other - The record that gave way, and its history.
 */
export function mergeHistories(
  own: readonly StageEntry[],
  other: { readonly record: string; readonly stages: readonly StageEntry[] },
): readonly StageEntry[] {
  const known = new Set(own.map(keyOf));
  const theirs = other.stages
    .filter((entry) => !known.has(keyOf(entry)))
    .map((entry) => ({ ...entry, record: entry.record ?? other.record }));
  const merged: StageEntry[] = [];
  for (const entry of own) {
    while (theirs[0] && theirs[0].at < entry.at) merged.push(...theirs.splice(0, 1));
    merged.push(entry);
  }
  return [...merged, ...theirs];
}

function keyOf({ stage, at, source }: StageEntry): string {
  return JSON.stringify([stage, at, source]);
}

/** When each stage was entered first. What stands there never moves later (L10). */
export function withFirsts(
  firsts: Readonly<Record<string, string>>,
  entries: readonly StageEntry[],
): Readonly<Record<string, string>> {
  const next: Record<string, string> = { ...firsts };
  for (const { stage, at } of entries) if (stage !== null) next[stage] ??= at;
  return next;
}

/** Of two records that have become one, a stage was first entered when the earlier of them entered it. */
export function mergeFirsts(
  own: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const next: Record<string, string> = { ...own };
  for (const [stage, at] of Object.entries(other)) {
    const mine = next[stage];
    if (mine === undefined || at < mine) next[stage] = at;
  }
  return next;
}

/** The last stage that the record entered itself; null before the first. */
export function lastStage(history: readonly StageEntry[]): FieldValue {
  return history.findLast(({ record }) => record === undefined)?.stage ?? null;
}
