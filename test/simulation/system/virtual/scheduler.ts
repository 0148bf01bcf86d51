import { setImmediate } from "node:timers";
import { type Clock, clockOf, type Timer } from "../../../../infra/simulators/kit/clock.ts";

interface Due {
  readonly atMs: number;
  readonly order: number;
  work: (() => void) | undefined;
}

/**
 * Virtual time: nothing happens but what was scheduled, one thing after the other, in the order of
 * their moments and then of their making. Between two of them every promise and every `nextTick`
 * comes to its end, so that a run is the same whenever it starts from the same seed.
 */
export class Scheduler {
  #nowMs: number;
  #made = 0;
  readonly #heap: Due[] = [];

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  readonly now = (): number => this.#nowMs;

  after(delayMs: number, work: () => void): Timer {
    return this.at(this.#nowMs + Math.max(0, delayMs), work);
  }

  at(atMs: number, work: () => void): Timer {
    this.#made += 1;
    // Clocks tell whole milliseconds: a request with a part of one in its timestamp is taken for forged.
    const due: Due = { atMs: Math.max(Math.ceil(atMs), this.#nowMs), order: this.#made, work };
    this.#push(due);
    return {
      clear: () => {
        due.work = undefined;
      },
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** The clock of somebody whose watch is `skewMs` ahead. */
  clock(skewMs: number): Clock {
    return clockOf(
      () => this.#nowMs + skewMs,
      (work, afterMs) => this.after(afterMs, work),
    );
  }

  /** Lets time pass up to a moment, doing all that becomes due on the way; less far when `isOver`. */
  async runTo(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    await settled();
    for (let due = this.#heap[0]; due && due.atMs <= untilMs; due = this.#heap[0]) {
      this.#pop();
      const { work } = due;
      if (!work) continue;
      this.#nowMs = due.atMs;
      work();
      await settled();
      if (isOver()) return;
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(due);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || isBefore(above, due)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = due;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (!left) break;
      if (right && isBefore(right, left)) child += 1;
      const smaller = heap[child];
      if (!smaller || isBefore(last, smaller)) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}

/** Every promise that waits for no timer is settled before the next turn of the loop. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
