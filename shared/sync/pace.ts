import { type Draw, type Drawn, draw } from "../core/quota/draw.ts";
import { type Entry, type Lane, type Meter, SLICE_MS, sharedNow } from "../core/quota/meter.ts";
import { METERS, type MeterName } from "../core/quota/meters.ts";
import type { Reading } from "../core/quota/settle.ts";
import { Fault } from "./fault.ts";
import type { Pace, QuotaStore } from "./quota.ts";

export interface PaceOptions {
  readonly store: QuotaStore;
  readonly lane: Lane;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Above 0 to 1: how much of each limit the bulk lane may take; asked anew each time. */
  readonly share: () => number;
}

/** One worker's pace, and how it ends. */
export interface WorkerPace extends Pace {
  /** Hands back the calls that were given and not made; at the end of each piece of work. */
  handBack(): Promise<void>;
}

/** Longer than this, the queue waits better than a running function does. */
const LONGEST_WAIT_MS = { live: 10_000, bulk: 20_000 } as const satisfies Record<Lane, number>;

/** A queue asks again after this at the latest: a limit of the day may have been lifted. */
const LONGEST_RETRY_MS = 15 * 60_000;

/** As many calls as a worker takes ahead at the most, so that one change of the store is for ten of them. */
const MOST_AHEAD = 10;

interface Waiting {
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Takes calls out of the common store by the handful, and lets them go one by one. */
export function workerPace(options: PaceOptions): WorkerPace {
  const leases = new Map<MeterName, Lease>();
  const leaseOf = (name: MeterName): Lease => {
    const lease = leases.get(name) ?? new Lease(name, options);
    leases.set(name, lease);
    return lease;
  };
  return {
    take: (name) => leaseOf(name).take(),
    learn: (name, reading) => leaseOf(name).learn(reading),
    async handBack() {
      await Promise.all([...leases.values()].map((lease) => lease.handBack()));
    },
  };
}

/** The calls of one meter that a worker was given, and who waits for them. */
class Lease {
  readonly #name: MeterName;
  readonly #options: PaceOptions;
  readonly #waiting: Waiting[] = [];
  /** When each call that was not made yet may be, ascending; by the time of all workers. */
  #open: number[] = [];
  #untilMs = 0;
  #given: readonly Entry[] = [];
  #madeAtMs: number[] = [];
  #reading: Reading | undefined;
  /** How far the time of all workers is ahead of this one's clock. */
  #aheadMs = 0;
  #isServing = false;

  constructor(name: MeterName, options: PaceOptions) {
    this.#name = name;
    this.#options = options;
  }

  take(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ sinceMs: this.#now(), resolve, reject });
    if (!this.#isServing) void this.#serve();
    return promise;
  }

  learn(reading: Reading): void {
    const atMs = reading.atMs + this.#aheadMs;
    this.#reading = { ...this.#reading, ...reading, atMs };
  }

  async handBack(): Promise<void> {
    if (this.#isServing || this.#open.length === 0) return;
    this.#open = [];
    this.#isServing = true;
    await this.#draw(0).finally(() => {
      this.#isServing = false;
    });
    if (this.#waiting.length > 0) await this.#serve();
  }

  #now(): number {
    return this.#options.now() + this.#aheadMs;
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    try {
      while (this.#waiting.length > 0) await this.#step();
    } catch (error) {
      // The store did not answer: whoever waits is told, and nobody calls unmeasured.
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    } finally {
      this.#isServing = false;
    }
  }

  async #step(): Promise<void> {
    const nowMs = this.#now();
    if (nowMs >= this.#untilMs) this.#open = [];
    const [first] = this.#open;
    if (first === undefined) return await this.#renew();
    if (first > nowMs) return await this.#options.sleep(first - nowMs);
    this.#open.shift();
    this.#madeAtMs.push(nowMs);
    this.#waiting.shift()?.resolve();
  }

  async #renew(): Promise<void> {
    // Calls that a live worker held would be missing to the others; where none are scarce, they are not.
    const mayHold = this.#options.lane === "bulk" || METERS[this.#name].limit === undefined;
    const ahead = mayHold ? Math.min(this.#madeAtMs.length, MOST_AHEAD) : 0;
    const { entries, waitMs } = await this.#draw(this.#waiting.length + ahead);
    if (entries.length > 0) return;
    this.#refuse(waitMs);
    if (this.#waiting.length > 0) await this.#options.sleep(waitMs);
  }

  async #draw(calls: number): Promise<Drawn> {
    const { store, lane, now, share } = this.#options;
    const spent = { given: this.#given, madeAtMs: this.#madeAtMs };
    const reading = this.#reading;
    const drawn = await store.change(this.#name, (meter: Meter) => {
      const nowMs = sharedNow(meter, now() + this.#aheadMs);
      this.#aheadMs = nowMs - now();
      const visit: Draw = {
        lane,
        calls,
        share: share(),
        nowMs,
        spent,
        ...(reading ? { reading } : {}),
      };
      const { next, drawn: answer, isNews } = draw(meter, visit);
      return { next: isNews ? next : undefined, answer: { ...answer, isNews } };
    });
    this.#open = [];
    if (!drawn.isNews) return drawn;
    if (this.#reading === reading) this.#reading = undefined;
    this.#given = drawn.entries;
    this.#madeAtMs = [];
    this.#open = drawn.entries.flatMap(({ from, calls: count }) =>
      Array.from({ length: count }, () => from * SLICE_MS),
    );
    this.#untilMs = Math.max(0, ...drawn.entries.map(({ to }) => (to + 1) * SLICE_MS));
    return drawn;
  }

  /** Whoever would wait too long is told when to come back. */
  #refuse(waitMs: number): void {
    const longest = LONGEST_WAIT_MS[this.#options.lane];
    const nowMs = this.#now();
    const system = this.#name.startsWith("hubspot") ? "hubspot" : "salesforce";
    const isOver = ({ sinceMs }: Waiting) => nowMs + waitMs - sinceMs > longest;
    const over = this.#waiting.filter(isOver);
    const left = this.#waiting.filter((one) => !over.includes(one));
    this.#waiting.splice(0, this.#waiting.length, ...left);
    const fault = new Fault(`${system}-throttled`, `no ${this.#name} are left for now`, {
      retryAfterMs: Math.min(Math.max(waitMs, 1000), LONGEST_RETRY_MS),
    });
    for (const { reject } of over) reject(fault);
  }
}
