import type { System } from "../../../../shared/core/reconcile/system.ts";
import type { Fault, FaultKind } from "../story/story.ts";

interface Armed {
  readonly fault: Fault;
  left: number;
}

/** The faults of a story, each met once by what comes next of its kind. */
export class Faults {
  readonly injected = new Map<FaultKind, number>();
  readonly #armed: Armed[];
  readonly #sinceStart: () => number;
  readonly #tell: (line: string) => void;

  constructor(
    faults: readonly Fault[],
    { sinceStart, tell }: { sinceStart: () => number; tell: (line: string) => void },
  ) {
    this.#armed = faults.map((fault) => ({ fault, left: fault.skip }));
    this.#sinceStart = sinceStart;
    this.#tell = tell;
  }

  /** The fault, if any, of something that happens now. */
  meet(kinds: readonly FaultKind[], what: string, system?: System): Fault | undefined {
    const nowMs = this.#sinceStart();
    for (const [index, armed] of this.#armed.entries()) {
      const { fault } = armed;
      const isMeant =
        fault.atMs <= nowMs &&
        kinds.includes(fault.kind) &&
        (fault.system === undefined || fault.system === system);
      if (!isMeant) continue;
      if (armed.left > 0) {
        armed.left -= 1;
        continue;
      }
      this.#armed.splice(index, 1);
      this.#count(fault.kind);
      this.#tell(`fault: ${fault.kind} meets ${what}`);
      return fault;
    }
    return undefined;
  }

  /** Whether a CRM is down just now. */
  isDown(system: System): boolean {
    const nowMs = this.#sinceStart();
    const isDown = this.#armed.some(
      ({ fault: { kind, atMs, forMs, system: where } }) =>
        kind === "outage" && where === system && atMs <= nowMs && nowMs < atMs + forMs,
    );
    if (isDown) this.#count("outage");
    return isDown;
  }

  /** What a CRM itself does late, from its moment on: told to it by whoever runs the story. */
  lateCommit(fault: Fault): void {
    this.#armed.splice(0, this.#armed.length, ...this.#armed.filter((one) => one.fault !== fault));
    this.#count(fault.kind);
    this.#tell(`fault: the next transaction of salesforce commits ${fault.forMs} ms late`);
  }

  /** The faults are over: nothing that waits for its moment is met any more. */
  end(): void {
    this.#armed.length = 0;
  }

  #count(kind: FaultKind): void {
    this.injected.set(kind, (this.injected.get(kind) ?? 0) + 1);
  }
}
