import type { Clock, Timer } from "../../kit/clock.ts";
import { type Delivered, HELD_MS } from "../../kit/deliver.ts";
import type { RowChange } from "../../kit/durable-rows.ts";
import type { Database } from "../records/database.ts";

/** What the platform calls "within moments": from the commit to the first attempt. */
const FIRST_DELAY_MS = 100;
/** Source: outbound messages back off up to two hours; change events are held to the same. */
const MAX_DELAY_MS = 7_200_000;

export interface Pending {
  readonly id: string;
  readonly json: string;
}

interface QueueOptions {
  readonly clock: Clock;
  readonly database: Database;
  /** The stored table that keeps what is yet to be delivered. */
  readonly table: string;
  readonly retryBaseMs: number;
  /** How long something undelivered is kept, before it is given up. */
  readonly keptMs: number;
  /** When something pending came to be. */
  readonly bornMs: (pending: Pending) => number;
  /** False while deliveries are paused. What comes meanwhile waits. */
  readonly mayRun?: () => boolean;
  /** Picks what goes out together, from the front of a list that is not empty. */
  readonly pick: (pending: readonly Pending[]) => readonly Pending[];
  /** Sends one batch. What has failed comes back later; what is held, behind what waits with it. */
  readonly deliver: (batch: readonly Pending[], mayHold: boolean) => Promise<Delivered["kind"]>;
}

/** Things to be delivered at least once, in order, across failures and restarts. */
export class DeliveryQueue {
  readonly #options: QueueOptions;
  #pending: Pending[];
  #timer: Timer | undefined;
  #isSending = false;
  #isStopped = false;
  #failures = 0;
  readonly #held = new Set<string>();
  #count: number;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#pending = [...options.database.keptBefore(options.table)];
    this.#count = Math.max(0, ...this.#pending.map(({ id }) => Number(id)));
    if (this.#pending.length > 0) this.wake();
  }

  get length(): number {
    return this.#pending.length;
  }

  /** Takes `items` in. The caller stores the answer together with what caused them. */
  add(items: readonly string[]): RowChange[] {
    const added = items.map((json) => {
      this.#count += 1;
      return { id: String(this.#count), json };
    });
    this.#pending.push(...added);
    return added.map(({ id, json }) => ({ table: this.#options.table, id, json }));
  }

  wake(): void {
    if (this.#timer || this.#isSending || this.#isStopped || this.#pending.length === 0) return;
    const { clock, mayRun } = this.#options;
    if (mayRun?.() === false) return;
    const delayMs = this.#delayMs();
    this.#timer = clock.setTimeout(() => {
      this.#timer = undefined;
      void this.#send();
    }, delayMs);
  }

  #delayMs(): number {
    if (this.#failures > 0)
      return Math.min(this.#options.retryBaseMs * 2 ** (this.#failures - 1), MAX_DELAY_MS);
    return this.#pending.every(({ id }) => this.#held.has(id)) ? HELD_MS : FIRST_DELAY_MS;
  }

  /** Tries at once, for instance because the target has moved. */
  retryNow(): void {
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#failures = 0;
    this.wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#options.clock.clearTimeout(this.#timer);
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    this.#giveUpOldest();
    let outcome: Delivered["kind"] = "answered";
    while (outcome !== "failed" && outcome !== "held" && this.#pending.length > 0) {
      const fresh = this.#pending.filter(({ id }) => !this.#held.has(id));
      const mayHold = fresh.length > 0;
      const batch = this.#options.pick(mayHold ? fresh : this.#pending);
      outcome = await this.#options.deliver(batch, mayHold);
      if (this.#isStopped) return;
      if (outcome === "held") for (const { id } of batch) this.#held.add(id);
      else if (outcome !== "failed") this.#forget(batch);
    }
    this.#failures = outcome === "failed" ? this.#failures + 1 : 0;
    this.#isSending = false;
    this.wake();
  }

  /** Looks from the front, where the oldest stand, and no further than the first that is kept. */
  #giveUpOldest(): void {
    const { clock, keptMs, bornMs } = this.#options;
    const since = clock.now() - keptMs;
    const firstKept = this.#pending.findIndex((each) => bornMs(each) >= since);
    const old = firstKept < 0 ? this.#pending : this.#pending.slice(0, firstKept);
    if (old.length > 0) this.#forget(old);
  }

  #forget(batch: readonly Pending[]): void {
    const ids = new Set(batch.map(({ id }) => id));
    this.#pending = this.#pending.filter(({ id }) => !ids.has(id));
    for (const id of ids) this.#held.delete(id);
    const { table, database } = this.#options;
    database.store(batch.map(({ id }) => ({ table, id, json: null })));
  }
}
