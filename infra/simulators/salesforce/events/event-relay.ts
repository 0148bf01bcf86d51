import { z } from "zod";
import type { Deliver } from "../../kit/deliver.ts";
import type { RowChange } from "../../kit/durable-rows.ts";
import type { Surroundings } from "../../kit/surroundings.ts";
import type { Commit, Database } from "../records/database.ts";
import { changeEventsOf } from "./change-event.ts";
import { DeliveryQueue, type Pending } from "./delivery-queue.ts";
import type { Gaps } from "./gaps.ts";
import { TARGET_ANSWERS_WITHIN_MS } from "./target.ts";

const MAX_BATCH = 100;

export const relaySettings = z.object({ target: z.url().nullable() });

interface RelayOptions {
  readonly around: Surroundings;
  readonly database: Database;
  readonly orgId: string;
  readonly retryBaseMs: number;
  readonly deliver: Deliver;
  readonly gaps: Gaps;
}

const envelope = z.object({ "detail-type": z.string() });

function entityOf({ json }: Pending): string {
  return envelope.parse(JSON.parse(json))["detail-type"].replace(/ChangeEvent$/, "");
}

/**
 * Stands in for Event Relay and EventBridge: brings every change event to one target, as a JSON
 * array of 1 to 100 envelopes in the order of the commits. Without a target, nothing is kept.
 */
export class EventRelay {
  readonly #options: RelayOptions;
  readonly #queue: DeliveryQueue;
  #target: string | null = null;

  constructor(options: RelayOptions) {
    this.#options = options;
    const { around, database, retryBaseMs, deliver } = options;
    const [kept] = database.keptBefore("event-relay");
    if (kept) this.#target = relaySettings.parse(JSON.parse(kept.json)).target;
    this.#queue = new DeliveryQueue({
      clock: around.clock,
      database,
      table: "change-event",
      retryBaseMs,
      pick: (pending) => pending.slice(0, MAX_BATCH),
      deliver: async (batch, mayHold) => {
        if (this.#target === null) return "lost";
        const body = `[${batch.map(({ json }) => json).join(",")}]`;
        const objects = [...new Set(batch.map(entityOf))];
        const target = { url: this.#target, withinMs: TARGET_ANSWERS_WITHIN_MS };
        const headers = { "content-type": "application/json" };
        return (await deliver({ ...target, body, headers, objects, mayHold })).kind;
      },
    });
  }

  get settings(): { target: string | null; pending: number } {
    return { target: this.#target, pending: this.#queue.length };
  }

  configure({ target }: z.infer<typeof relaySettings>): void {
    this.#target = target;
    const json = JSON.stringify({ target });
    this.#options.database.store([{ table: "event-relay", id: "settings", json }]);
    this.#queue.retryNow();
  }

  onCommit(commit: Commit): RowChange[] {
    if (this.#target === null) return [];
    const { around, orgId, gaps } = this.#options;
    const telling = { orgId, random: around.random, gap: gaps.take() };
    return this.#queue.add(changeEventsOf(commit, telling));
  }

  wake(): void {
    this.#queue.wake();
  }

  stop(): void {
    this.#queue.stop();
  }
}
