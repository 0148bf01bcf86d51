import type { FieldValue } from "./field-value.ts";
import type { System } from "./system.ts";

/** A value of ours that one system took. Times are epoch milliseconds. */
export interface Sent {
  readonly system: System;
  readonly value: FieldValue;
  /** What that system held when the write was decided. */
  readonly over: FieldValue;
  /** That system's own stamp of the record when the write was decided. */
  readonly basedOnMs: number;
  /** By our own clock, which is compared with nothing but itself. */
  readonly atMs: number;
}

const HOUR_MS = 3_600_000;
/** More than it takes to call a field unstable. */
const KEPT = 10;
/** Longer values are not remembered twice: a record has to stay small. They are not watched either. */
const LONGEST_VALUE = 1000;

/** Remembers a write: the last one to each system for as long as it is the last, others for an hour. */
export function withSent(before: readonly Sent[], latest: Sent): readonly Sent[] {
  const isLong = [latest.value, latest.over].some((value) => (value ?? "").length > LONGEST_VALUE);
  if (isLong) return before;
  const all = [...before, latest];
  const isLast = (one: Sent) => one === all.findLast(({ system }) => system === one.system);
  return all.filter((one) => isLast(one) || latest.atMs - one.atMs < HOUR_MS).slice(-KEPT);
}

/**
 * How often a field flipped within the last hour: a write flips it when it goes the other way than the
 * write before it, or puts back a value that it had put there before. Rule K6 of `../parking/SPEC.md`.
 */
export function flipsOf(sent: readonly Sent[], nowMs: number): number {
  const recent = sent.filter(({ atMs }) => nowMs - atMs < HOUR_MS);
  return recent.filter((one, index) => {
    const earlier = recent.slice(0, index);
    const turns = index > 0 && earlier.at(-1)?.system !== one.system;
    return (
      turns || earlier.some(({ system, value }) => system === one.system && value === one.value)
    );
  }).length;
}

/** What somebody saw a system hold, and when it was put there, by that system's clock. */
export interface Sighting {
  readonly value: FieldValue;
  readonly atMs: number;
}

type Same = (one: FieldValue, other: FieldValue) => boolean;

/**
 * The write of ours that an edit was lost to without having been seen. Rule R8 of SPEC.md.
 *
 * The edit came after the observation that the write was based on, and it is neither what that
 * observation held nor what was written; and what the system held next is what was written.
 *
 * @param sent - Writes to the system that the edit was made in, the earliest first.
 * @param now - What the system holds now.
 */
export function overwriterOf(
  edit: Sighting,
  {
    sent,
    now,
    same,
  }: { readonly sent: readonly Sent[]; readonly now: FieldValue; readonly same: Same },
): Sent | undefined {
  return sent.find((one, index) => {
    const next = sent[index + 1];
    const heldNext = next ? next.over : now;
    const isBetween = edit.atMs > one.basedOnMs && (!next || edit.atMs <= next.basedOnMs);
    const isUnknown = !same(edit.value, one.over) && !same(edit.value, one.value);
    return isBetween && isUnknown && same(heldNext, one.value);
  });
}
