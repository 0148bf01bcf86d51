import type { System } from "../reconcile/system.ts";

/** Properties of one CRM record that Accord gave their values; null is blank. */
export interface WrittenRecord {
  readonly system: System;
  readonly object: string;
  readonly id: string;
  readonly values: Readonly<Record<string, string | null>>;
}

/** One record to change: these properties, from what was written last. */
export interface RecordChange extends WrittenRecord {
  readonly before: Readonly<Record<string, string | null>>;
  /** It is asked for no more: whatever was written is blanked. */
  readonly isLeft: boolean;
}

export function isSameRecord(one: Omit<WrittenRecord, "values">, other: typeof one): boolean {
  return one.system === other.system && one.object === other.object && one.id === other.id;
}

const NOTHING: WrittenRecord["values"] = {};

/** What differs from what was written last (W6). A blank that was never written asks for nothing. */
export function changesBetween(
  written: readonly WrittenRecord[],
  wanted: readonly WrittenRecord[],
): RecordChange[] {
  const left = written.filter((one) => !wanted.some((other) => isSameRecord(one, other)));
  return [
    ...wanted.map((one) => ({ one, isLeft: false })),
    ...left.map((one) => ({ one: { ...one, values: NOTHING }, isLeft: true })),
  ].flatMap(({ one, isLeft }) => {
    const known = written.find((other) => isSameRecord(one, other));
    const before = known?.values ?? NOTHING;
    const names = [...new Set([...Object.keys(before), ...Object.keys(one.values)])];
    const values = names.flatMap((name): [string, string | null][] => {
      const value = one.values[name] ?? null;
      return value === (before[name] ?? null) ? [] : [[name, value]];
    });
    if (values.length === 0) return [];
    return [{ ...one, values: Object.fromEntries(values), before, isLeft }];
  });
}

/** What stands in a record once these values were taken; nothing of what is blank. */
export function afterChange(
  before: Readonly<Record<string, string | null>>,
  taken: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string | null>> {
  const all = Object.entries({ ...before, ...taken });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}
