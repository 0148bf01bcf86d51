import { type Clock, clockOf } from "../../infra/simulators/kit/clock.ts";

interface Waiting {
  readonly atMs: number;
  readonly work: () => void;
}

/** A clock that stands still until it is told to move. */
export interface VirtualClock extends Clock {
  /**
   * Moves time on, and does in turn what becomes due on the way. Between two of them, everything
   * that waits for a promise alone has come to its end.
   */
  advance(ms: number): Promise<void>;
}

export function virtualClock(startMs: number): VirtualClock {
  let nowMs = startMs;
  const waiting = new Set<Waiting>();
  const nextDue = (untilMs: number) =>
    [...waiting]
      .filter(({ atMs }) => atMs <= untilMs)
      .reduce<Waiting | undefined>(
        (first, each) => (first && first.atMs <= each.atMs ? first : each),
        undefined,
      );
  const clock = clockOf(
    () => nowMs,
    (work, afterMs) => {
      const entry = { atMs: nowMs + afterMs, work };
      waiting.add(entry);
      return { clear: () => void waiting.delete(entry) };
    },
  );
  return {
    ...clock,
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settled();
      for (let due = nextDue(untilMs); due; due = nextDue(untilMs)) {
        nowMs = Math.max(nowMs, due.atMs);
        waiting.delete(due);
        due.work();
        await settled();
      }
      nowMs = untilMs;
    },
  };
}

/** Every promise that waits for no timer and no socket is settled before the next turn's check phase. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
