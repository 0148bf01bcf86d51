import { z } from "zod";

/** Calls answered since the start, by `METHOD /path/with/:placeholders`, and by status class. */
export const callStats = z.object({
  total: z.number(),
  byEndpoint: z.record(z.string(), z.number()),
  byStatus: z.record(z.string(), z.number()),
});

type CallStats = z.output<typeof callStats>;

export interface CallCounter {
  readonly stats: CallStats;
  /** Counts how `call` ends: `2xx` to `5xx`, or `reset` where it rejects. */
  count(endpoint: string, call: () => Promise<Response>): Promise<Response>;
  reset(): void;
  restore(stats: CallStats): void;
}

export function openCallCounter(): CallCounter {
  const none = (): CallStats => ({ total: 0, byEndpoint: {}, byStatus: {} });
  let stats = none();
  const add = (endpoint: string, outcome: string) => {
    stats.total += 1;
    stats.byEndpoint[endpoint] = (stats.byEndpoint[endpoint] ?? 0) + 1;
    stats.byStatus[outcome] = (stats.byStatus[outcome] ?? 0) + 1;
  };
  return {
    get stats() {
      return stats;
    },
    async count(endpoint, call) {
      try {
        const answer = await call();
        add(endpoint, `${Math.floor(answer.status / 100)}xx`);
        return answer;
      } catch (error) {
        add(endpoint, "reset");
        throw error;
      }
    },
    reset() {
      stats = none();
    },
    restore(next) {
      stats = next;
    },
  };
}

/** Counters by name, such as the writes of a simulator by their kind. */
export type Counters = Record<string, number>;

/** Makes `counters` say what `next` says, and 0 where it says nothing. */
export function setCounters(counters: Counters, next: Counters): void {
  for (const name of Object.keys(counters)) counters[name] = next[name] ?? 0;
}
