import type { Timer } from "../../../../infra/simulators/kit/clock.ts";
import type { Scheduler } from "./scheduler.ts";

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What stands behind the globals of the process while a history runs. */
export interface VirtualWorld {
  readonly scheduler: Scheduler;
  readonly fetch: Fetch;
  /** From 0 up to, and never, 1. */
  readonly random: () => number;
}

let world: VirtualWorld | undefined;

function current(): VirtualWorld {
  if (!world) throw new Error("time, chance and network are virtual, and no history runs");
  return world;
}

/** Hands the globals over to the next history. */
export function live(next: VirtualWorld): void {
  world = next;
}

/** The virtual `node:timers/promises`. */
export function sleep(ms = 0): Promise<void> {
  return current().scheduler.sleep(ms);
}

const RealDate = Date;

/** Takes the clock, timers, chance and network of this process away from whatever runs in it. */
export function installGlobals(): void {
  RealDate.now = () => world?.scheduler.now() ?? 0;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given, maker) =>
      Reflect.construct(target, given.length === 0 ? [target.now()] : given, maker),
  });
  const setVirtual = (work: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => {
    const timer = current().scheduler.after(ms, () => work(...given));
    return Object.assign(timer, { ref: () => timer, unref: () => timer, hasRef: () => false });
  };
  // Whoever never set a timer may have anything to clear.
  const clearVirtual = (timer: Partial<Timer> | undefined) => timer?.clear?.();
  Object.assign(globalThis, {
    setTimeout: setVirtual,
    clearTimeout: clearVirtual,
    setImmediate: (work: () => void) => setVirtual(work),
    clearImmediate: clearVirtual,
    setInterval: () => {
      throw new Error("nothing in a history may tick for ever");
    },
    fetch: (input: string | URL | Request, init?: RequestInit) => current().fetch(input, init),
  });
  Math.random = () => current().random();
  AbortSignal.timeout = (ms: number) => signalAfter(ms) as unknown as AbortSignal;
}

/** As much of a signal as `fetch` listens to; most requests end before anybody is told. */
function signalAfter(ms: number) {
  const listeners = new Set<() => void>();
  const signal = {
    aborted: false,
    reason: undefined as unknown,
    addEventListener: (_: "abort", listener: () => void) => listeners.add(listener),
    removeEventListener: (_: "abort", listener: () => void) => listeners.delete(listener),
  };
  current().scheduler.after(ms, () => {
    if (listeners.size === 0) return;
    signal.aborted = true;
    signal.reason = new DOMException("The operation timed out", "TimeoutError");
    for (const listener of listeners) listener();
  });
  return signal;
}
