import { type LifecycleMachine, transitionOf } from "./machine.ts";
import type { StageEntry } from "./stage-history.ts";

type Told = Pick<StageEntry, "at" | "source"> & { readonly stage: string };

/**
 * The stages that a person went through before it was first seen, as far as its systems date them and
 * they make a path that leads to the first one seen (L10).
 *
 * @param first - The entry of the first stage seen; it comes last in the answer.
 */
export function withEarlier(
  machine: LifecycleMachine,
  told: readonly Told[],
  first: StageEntry,
): StageEntry[] {
  const path: StageEntry[] = [];
  let next: StageEntry = first;
  const latestFirst = told
    .filter(({ at, stage }) => at < first.at && stage !== first.stage)
    .sort((one, other) => (one.at < other.at ? 1 : -1));
  for (const { stage, at, source } of latestFirst) {
    const onward = next.stage === null ? undefined : transitionOf(machine, stage, next.stage);
    if (!onward || path.some((one) => one.stage === stage)) continue;
    path.unshift({ ...next, transition: onward.name });
    next = { stage, at, source };
  }
  return [{ ...next, ...(first.transition ? { transition: first.transition } : {}) }, ...path];
}
