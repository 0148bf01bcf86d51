import { z } from "zod";
import type { Deliver } from "../../kit/deliver.ts";
import type { RowChange } from "../../kit/durable-rows.ts";
import type { Surroundings } from "../../kit/surroundings.ts";
import type { Commit, Database } from "../records/database.ts";
import { changeEventsOf } from "./change-event.ts";
import { DeliveryQueue, type Pending } from "./delivery-queue.ts";
import type { Gaps } from "./gaps.ts";
import { TARGET_ANSWERS_WITHIN_MS } from "./target.ts";

const MAX_BATCH = 1000;

/** Source: change events are stored for three days. */
const KEPT_MS = 72 * 3_600_000;

/** A relay that is paused keeps events, as long as the platform does, and goes on where it was. */
export const relaySettings = z.object({
  target: z.url().nullable(),
  state: z.enum(["RUN", "PAUSE"]).default("RUN"),
});

type RelaySettings = z.infer<typeof relaySettings>;

interface RelayOptions {
  readonly around: Surroundings;
  readonly database: Database;
  readonly orgId: string;
  readonly retryBaseMs: number;
  readonly deliver: Deliver;
  readonly gaps: Gaps;
}

const envelope = z.object({ "detail-type": z.string(), time: z.iso.datetime() });

function entityOf({ json }: Pending): string {
  return envelope.parse(JSON.parse(json))["detail-type"].replace(/ChangeEvent$/, "");
}

/**
 * Stands in for Event Relay and EventBridge: brings every change event to one target, as a JSON
 * array of 1 to 1000 envelopes in the order of the commits. Without a target, nothing is kept.
 */
export class EventRelay {
  readonly #options: RelayOptions;
  readonly #queue: DeliveryQueue;
  #settings: RelaySettings = { target: null, state: "RUN" };

  constructor(options: RelayOptions) {
    this.#options = options;
    const { around, database, retryBaseMs, deliver } = options;
    const [kept] = database.keptBefore("event-relay");
    if (kept) this.#settings = relaySettings.parse(JSON.parse(kept.json));
    this.#queue = new DeliveryQueue({
      clock: around.clock,
      database,
      table: "change-event",
      retryBaseMs,
      keptMs: KEPT_MS,
      bornMs: ({ json }) => Date.parse(envelope.parse(JSON.parse(json)).time),
      mayRun: () => this.#settings.state === "RUN",
      pick: (pending) => pending.slice(0, MAX_BATCH),
      deliver: async (batch, mayHold) => {
        const { target: url } = this.#settings;
        if (url === null) return "lost";
        const body = `[${batch.map(({ json }) => json).join(",")}]`;
        const objects = [...new Set(batch.map(entityOf))];
        const target = { url, withinMs: TARGET_ANSWERS_WITHIN_MS };
        const headers = { "content-type": "application/json" };
        return (await deliver({ ...target, body, headers, objects, mayHold })).kind;
      },
    });
  }

  get settings(): RelaySettings & { readonly pending: number } {
    return { ...this.#settings, pending: this.#queue.length };
  }

  configure(settings: RelaySettings): void {
    this.#settings = settings;
    const json = JSON.stringify(settings);
    this.#options.database.store([{ table: "event-relay", id: "settings", json }]);
    this.#queue.retryNow();
  }

  onCommit(commit: Commit): RowChange[] {
    if (this.#settings.target === null) return [];
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
