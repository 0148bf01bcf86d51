import { Hono } from "hono";
import { callStats, openCallCounter, setCounters } from "./call-stats.ts";
import { controlRoutes } from "./control-routes.ts";
import { deliverBy } from "./deliver.ts";
import type { System } from "./dump.ts";
import { openRowStore } from "./durable-rows.ts";
import { openFaults } from "./faults.ts";
import { type Dialect, injectFaults } from "./inject-faults.ts";
import { openPassingState } from "./passing-state.ts";
import {
  openReplaceableState,
  type SimulatorState,
  type StateOptions,
} from "./replaceable-state.ts";
import type { DelayRange } from "./serve.ts";
import { clockSetting, settableClock } from "./settable-clock.ts";
import { type Surroundings, type SurroundingsOptions, surroundingsOf } from "./surroundings.ts";

export interface SimulatorOptions extends SurroundingsOptions {
  /** Where the state is kept; it survives `kill -9`. In memory alone where it is left out. */
  readonly file?: string | undefined;
  /** How long each answer takes. */
  readonly delay?: DelayRange | undefined;
}

interface Making {
  readonly system: System;
  readonly dialect: Dialect;
  /** The name a request is counted under, so that ids do not make a counter each. */
  readonly nameEndpoint: (method: string, path: string) => string;
  readonly open: (options: StateOptions) => SimulatorState;
}

/** A simulator in this process. */
export interface OpenSimulator {
  /** Answers a `Request` by `app.fetch`, whatever host it names. Rejects where a fault resets it. */
  readonly app: Hono;
  /** Takes records as the API returns them. */
  seed(object: string, records: Iterable<unknown>): void;
  /** True while there is no record of a customer. */
  isEmpty(): boolean;
  stop(): Promise<void>;
}

/** Opens what both simulators share: the clock, the faults, the counters, dump and load. */
export function openSimulator(making: Making, options: SimulatorOptions): OpenSimulator {
  const outside = surroundingsOf(options);
  const { dialect, nameEndpoint, system, open } = making;
  const clock = settableClock(outside.clock);
  const faults = openFaults(outside.random, dialect.nameObject);
  const calls = openCallCounter();
  const store = openRowStore(options.file);
  const lasting = openPassingState();
  lasting.keep("clock", { schema: clockSetting, read: () => clock.setting, write: clock.restore });
  lasting.keep("calls", { schema: callStats, read: () => calls.stats, write: calls.restore });
  const around = { ...outside, clock };
  const deliver = deliverBy(outside, faults);
  const state = openReplaceableState({ around, deliver, store, lasting, open });
  const app = new Hono();
  app.onError((error) => {
    throw error;
  });
  const controls = {
    ...{ system, clock, faults },
    snapshot: state.snapshot,
    load: state.load,
    stats: () => ({ ...calls.stats, writes: state.current.writes, faults: faults.fired }),
    resetStats() {
      calls.reset();
      setCounters(state.current.writes, {});
      faults.resetFired();
    },
  };
  app.route("/_simulator", controlRoutes(controls));
  const pass = async (request: Request, env?: unknown) => state.current.app.fetch(request, env);
  const injecting = { ...outside, faults, dialect };
  app.all("*", async ({ req, env }) => {
    if (req.path.startsWith("/_simulator/")) return pass(req.raw, env);
    await delayed(outside, options.delay);
    return calls.count(nameEndpoint(req.method, req.path), () =>
      injectFaults(injecting, req.raw, (request) => pass(request, env)),
    );
  });
  return {
    app,
    seed: (object, records) => state.current.seed(object, records),
    isEmpty: () => state.current.isEmpty(),
    async stop() {
      state.current.stop();
      clock.stop();
      store.close();
    },
  };
}

async function delayed(
  { clock, random }: Surroundings,
  delay: DelayRange | undefined,
): Promise<void> {
  if (delay) await clock.sleep(delay.minMs + random.number() * (delay.maxMs - delay.minMs));
}
