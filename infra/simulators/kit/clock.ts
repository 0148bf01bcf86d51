/** Work that waits for its moment. */
export interface Timer {
  clear(): void;
}

/** All that a simulator knows of time. A caller may hand in one whose time it moves itself. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(work: () => void, afterMs: number): Timer;
  clearTimeout(timer: Timer | undefined): void;
  sleep(ms: number): Promise<void>;
}

/** A clock is a moment and a way to wait; the rest follows. */
export function clockOf(
  now: () => number,
  wait: (work: () => void, afterMs: number) => Timer,
): Clock {
  return {
    now,
    setTimeout: wait,
    clearTimeout: (timer) => timer?.clear(),
    sleep: (ms) =>
      new Promise((resolve) => {
        wait(resolve, ms);
      }),
  };
}

/** Waits as long as it says, whatever `now` tells: for a caller who only dates things. */
export function clockTelling(now: () => number): Clock {
  return clockOf(now, (work, afterMs) => {
    const timeout = setTimeout(work, afterMs);
    return { clear: () => clearTimeout(timeout) };
  });
}

export function realClock(): Clock {
  return clockTelling(Date.now);
}
