import { type Clock, realClock } from "./clock.ts";
import { type Random, randomOf } from "./random.ts";

/** All that a simulator takes from outside. Given the same, it does the same. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  /** Carries webhooks, change events and outbound messages to their target. */
  readonly fetch: Fetch;
}

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What a caller may replace. */
export interface SurroundingsOptions {
  /** Real time where it is left out. */
  readonly clock?: Clock | undefined;
  /** From 0 up to, and never, 1. Real randomness where it is left out. */
  readonly random?: (() => number) | undefined;
  /** The network where it is left out. */
  readonly fetch?: Fetch | undefined;
}

export function surroundingsOf(options: SurroundingsOptions): Surroundings {
  return {
    clock: options.clock ?? realClock(),
    random: randomOf(options.random ?? Math.random),
    // Looked up on each call, so that a replaced global `fetch` is met.
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
  };
}
