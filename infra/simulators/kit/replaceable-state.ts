import type { Hono } from "hono";
import { z } from "zod";
import { type Counters, setCounters } from "./call-stats.ts";
import type { Deliver } from "./deliver.ts";
import type { Dump, ReadDump } from "./dump.ts";
import {
  type DurableRows,
  type RowStore,
  type RowsOfState,
  rowsInMemory,
  rowsOfState,
} from "./durable-rows.ts";
import { openPassingState, type PassingParts, type PassingState } from "./passing-state.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a state of a simulator is opened with. Its clock is the one that can be set. */
export interface StateOptions {
  readonly around: Surroundings;
  readonly rows: DurableRows;
  readonly passing: PassingState;
  readonly deliver: Deliver;
}

/** All that a simulator knows, and the API over it. A load replaces it as a whole. */
export interface SimulatorState {
  readonly app: Hono;
  /** Changes that took effect, by kind. */
  readonly writes: Counters;
  seed(object: string, records: Iterable<unknown>): void;
  isEmpty(): boolean;
  stop(): void;
}

interface Opening extends Pick<StateOptions, "around" | "deliver"> {
  readonly store: RowStore;
  /** What a load sets, but does not open anew. */
  readonly lasting: PassingParts;
  readonly open: (options: StateOptions) => SimulatorState;
}

export interface ReplaceableState {
  readonly current: SimulatorState;
  snapshot(): Dump;
  /** Replaces everything, or throws and has changed nothing. */
  load(dump: ReadDump): void;
}

interface Opened {
  readonly state: SimulatorState;
  readonly rows: RowsOfState;
  readonly passing: PassingParts;
}

export function openReplaceableState(opening: Opening): ReplaceableState {
  const { store, lasting } = opening;
  let current = openState(opening, rowsOfState(store));
  return {
    get current() {
      return current.state;
    },
    snapshot: () => ({
      rows: store.snapshot(),
      passing: [...lasting.read(), ...current.passing.read()],
    }),
    load(dump) {
      const before = new Map(lasting.read().map(({ name, value }) => [name, value]));
      const rows = rowsOfState(rowsInMemory(dump.rows));
      let next: Opened | undefined;
      try {
        lasting.write(dump.passing);
        next = openState(opening, rows);
        next.passing.write(dump.passing);
        store.replace(rows.all());
      } catch (error) {
        next?.state.stop();
        lasting.write(before);
        throw error;
      }
      rows.moveTo(store);
      current.state.stop();
      current.rows.retire();
      current = next;
    },
  };
}

function openState({ around, deliver, open }: Opening, rows: RowsOfState): Opened {
  const passing = openPassingState();
  const state = open({ around, rows, passing, deliver });
  passing.keep("writes", {
    schema: z.record(z.string(), z.number()),
    read: () => state.writes,
    write: (next) => setCounters(state.writes, next),
  });
  return { state, rows, passing };
}
