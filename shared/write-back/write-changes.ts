import { SYSTEMS } from "../core/reconcile/system.ts";
import {
  afterChange,
  isSameRecord,
  type RecordChange,
  type WrittenRecord,
} from "../core/write-back/changes.ts";
import { type Target, targetText } from "../core/write-back/write-back.ts";
import type { RecordWrite, WriteResult } from "../sync/ports.ts";
import type { Refusal, WriteBackWorld, WriteLine } from "./ports.ts";

/** What is to be changed of one target, and what was written of it so far. */
export interface TargetChanges {
  readonly target: Target;
  readonly changes: readonly RecordChange[];
  readonly written: readonly WrittenRecord[];
}

/** What came of it. */
export interface TargetWritten {
  readonly target: Target;
  /** Something of it was taken. */
  readonly isWritten: boolean;
  readonly written: readonly WrittenRecord[];
  readonly refusals: readonly Refusal[];
}

/**
 * Writes the changes in batches, one system after the other, and keeps what was taken before it goes on:
 * whoever dies in between sends one batch again, to the same values. What a record refuses is told, and
 * its neighbours are written (P4).
 */
export async function writeChanges(
  { crms, figures }: Pick<WriteBackWorld, "crms" | "figures">,
  targets: readonly TargetChanges[],
): Promise<TargetWritten[]> {
  const standing = new Map<string, TargetWritten>(
    targets.map(({ target, written }) => [
      targetText(target),
      { target, written, isWritten: false, refusals: [] },
    ]),
  );
  for (const system of SYSTEMS) {
    const ours = targets.flatMap(({ target, changes }) =>
      changes.filter((one) => one.system === system).map((change) => ({ target, change })),
    );
    if (ours.length === 0) continue;
    const results = await crms[system].write(
      ours.map(({ target, change }): RecordWrite => {
        const { object, id, values: properties } = change;
        return { recordId: target.id, object, id, properties };
      }),
    );
    for (const [place, { target, change }] of ours.entries()) {
      const before = standing.get(targetText(target));
      const result = results[place];
      if (before && result) standing.set(targetText(target), after(before, change, result));
    }
    const touched = new Set(ours.map(({ target }) => targetText(target)));
    for (const [key, { target, written }] of standing)
      if (touched.has(key)) await figures.keepWritten(target, written);
  }
  return targets.flatMap(({ target }) => standing.get(targetText(target)) ?? []);
}

function after(before: TargetWritten, change: RecordChange, result: WriteResult): TargetWritten {
  const { system, object, id } = change;
  const refused = result.failed
    ? [{ property: "*", code: result.failed.code, message: result.failed.message }]
    : result.refused.map(({ property, code, message }) => ({ property, code, message }));
  const names = new Set(refused.map(({ property }) => property));
  const taken = Object.entries(change.values).filter(
    ([property]) => !names.has("*") && !names.has(property),
  );
  const others = before.written.filter((one) => !isSameRecord(one, change));
  // A record that is the target's no more and takes nothing is gone: there is nobody to tell.
  const values = change.isLeft ? {} : afterChange(change.before, Object.fromEntries(taken));
  const isNothing = Object.keys(values).length === 0;
  return {
    target: before.target,
    isWritten: before.isWritten || taken.length > 0,
    written: isNothing ? others : [...others, { system, object, id, values }],
    refusals: change.isLeft
      ? before.refusals
      : [...before.refusals, ...refused.map((one) => ({ system, object, id, ...one }))],
  };
}

/** What would be written, in the place of writing it. */
export function linesOf({
  target,
  changes,
}: Pick<TargetChanges, "target" | "changes">): WriteLine[] {
  return changes.flatMap(({ system, object, id, values, before }) =>
    Object.entries(values).map(([property, to]) => ({
      ...{ target, system, object, id, property, to },
      from: before[property] ?? null,
    })),
  );
}
