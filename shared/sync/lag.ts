import { otherSystem, SYSTEMS, type System } from "../core/reconcile/system.ts";
import type { Outcome } from "./carry-out.ts";

/** How long it took from being told of a change in one system to having written to the other what it meant. */
export interface Lag {
  readonly from: System;
  readonly ms: number;
}

/** Of each record that was written: since its first hint of the other side, whatever came back in between. */
export function lagsOf(outcomes: readonly Outcome[], nowMs: number): Lag[] {
  return outcomes.flatMap(({ subject, written }) => {
    const landed = new Set(
      written.filter(({ result }) => !result.failed).map(({ system }) => system),
    );
    return SYSTEMS.filter((from) => landed.has(otherSystem(from))).flatMap((from) => {
      const told = subject.hints
        .filter(({ ref }) => ref.system === from)
        .flatMap(({ sinceMs }) => sinceMs ?? []);
      return told.length === 0 ? [] : [{ from, ms: Math.max(0, nowMs - Math.min(...told)) }];
    });
  });
}
