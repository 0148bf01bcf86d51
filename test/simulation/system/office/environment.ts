import type { FaultKind } from "../story/story.ts";
import type { Scheduler } from "../virtual/scheduler.ts";
import type { Chance } from "../virtual/streams.ts";
import type { Faults } from "./faults.ts";

/** What waits for a worker that is dead. */
function never<Answer>(): Promise<Answer> {
  return new Promise(() => undefined);
}

interface EnvironmentOptions {
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly tell: (line: string) => void;
}

/** Milliseconds that a call of DynamoDB or SQS takes. */
const STEP_MS = { min: 2, max: 12 };

/**
 * One Lambda environment: one invocation at a time, and a life that may end between any two steps.
 * What it began then never returns to it, and nothing that it does afterwards happens.
 */
export class Environment {
  readonly name: string;
  isDead = false;
  /** When the invocation under way began, or the last one. */
  startedMs = 0;
  #deadlineMs = 0;
  #ended: ((how: "died") => void) | undefined;
  readonly #options: EnvironmentOptions;

  constructor(options: EnvironmentOptions) {
    this.name = options.name;
    this.#options = options;
  }

  remainingMs = (): number => Math.max(0, this.#deadlineMs - this.#options.scheduler.now());

  /** Works for `timeoutMs` at the most. "died": whatever it was, it ended without an answer. */
  async invoke<Answer>(
    timeoutMs: number,
    work: () => Promise<Answer>,
  ): Promise<{ readonly answer: Answer } | { readonly error: unknown } | "died"> {
    const { scheduler } = this.#options;
    this.startedMs = scheduler.now();
    this.#deadlineMs = this.startedMs + timeoutMs;
    const timer = scheduler.at(this.#deadlineMs, () => this.die("ran out of time"));
    const death = new Promise<"died">((resolve) => {
      this.#ended = resolve;
    });
    const outcome = work().then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    const first = await Promise.race([outcome, death]);
    timer.clear();
    return first;
  }

  die(why: string): void {
    if (this.isDead) return;
    this.isDead = true;
    this.#options.tell(`${this.name} ${why}`);
    this.#ended?.("died");
  }

  /** A point between two steps, at which the environment may end. Returns to the living alone. */
  pass(when: "before" | "after", what: string): Promise<void> | undefined {
    if (this.isDead) return never();
    const { faults } = this.#options;
    const isPoll = this.name.startsWith("poll");
    const deaths: FaultKind[] = [`crash-${when}`, ...(isPoll ? (["poll-dies"] as const) : [])];
    if (faults.meet(deaths, `${this.name} ${when} ${what}`)) {
      this.die(`crashes ${when} ${what}`);
      return never();
    }
    return undefined;
  }

  /** A port as this environment uses it: each call takes a moment, may fail, and may be its last. */
  port<Port extends object>(port: Port, name: "store" | "queue"): Port {
    const { scheduler, chance, faults } = this.#options;
    const failing = { before: [`${name}-fails`], after: [`${name}-fails-after`] } as const;
    return new Proxy(port, {
      get: (target, method) => {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== "function") return value;
        const what = `${name}.${String(method)}`;
        return async (...given: unknown[]) => {
          await this.pass("before", what);
          if (faults.meet(failing.before, `${this.name} at ${what}`))
            throw new Error(`${what} failed`);
          const answer: unknown = await Reflect.apply(value, target, given);
          await scheduler.sleep(chance.whole(STEP_MS.min, STEP_MS.max));
          await this.pass("after", what);
          if (faults.meet(failing.after, `${this.name} at ${what}`))
            throw new Error(`${what} failed`);
          return answer;
        };
      },
    });
  }
}
