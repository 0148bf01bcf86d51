import { createHash } from "node:crypto";
import type { Violation } from "../checks/check.ts";
import type { Outcome } from "../run-story.ts";

/** What all histories came to. */
export class Summary {
  readonly failed: Outcome[] = [];
  histories = 0;
  readonly #faults = new Map<string, number>();
  readonly #events = new Map<string, number>();
  readonly #calls = { hubspot: 0, salesforce: 0 };
  #writes = 0;
  #redriven = 0;
  readonly #fingerprints = new Map<number, string>();

  add(outcome: Outcome): void {
    this.histories += 1;
    this.#fingerprints.set(outcome.seed, outcome.fingerprint);
    addAll(this.#faults, outcome.faults);
    addAll(this.#events, outcome.events);
    this.#calls.hubspot += outcome.calls.hubspot;
    this.#calls.salesforce += outcome.calls.salesforce;
    this.#writes += outcome.writes;
    this.#redriven += outcome.redriven;
    if (outcome.violations.length > 0) this.failed.push(outcome);
  }

  /** The same whenever the same seeds run on the same code, in however many processes. */
  #fingerprint(): string {
    const inOrder = [...this.#fingerprints].sort(([one], [other]) => one - other);
    const hash = createHash("sha256").update(JSON.stringify(inOrder));
    return hash.digest("hex").slice(0, 12);
  }

  lines(seconds: number): string[] {
    const { hubspot, salesforce } = this.#calls;
    const pace = (this.histories / Math.max(seconds, 0.001)).toFixed(1);
    return [
      `${this.histories} histories in ${seconds.toFixed(1)} s (${pace} a second)`,
      `fingerprint of all: ${this.#fingerprint()}`,
      `people: ${table(this.#events)}`,
      `faults: ${table(this.#faults)}`,
      `calls: HubSpot ${hubspot}, Salesforce ${salesforce}; ${this.#writes} of them writes`,
      `dead letters sent again by an operator: ${this.#redriven}`,
      this.failed.length === 0
        ? "every promise was kept"
        : `${this.failed.length} histories broke a promise, the first with seed ${first(this.failed)}`,
    ];
  }
}

function first(failed: readonly Outcome[]): number {
  return Math.min(...failed.map(({ seed }) => seed));
}

function addAll(sums: Map<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(more)) sums.set(name, (sums.get(name) ?? 0) + count);
}

function table(counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].sort(([, one], [, other]) => other - one);
  return rows.map(([name, count]) => `${name} ${count}`).join(", ") || "none";
}

/** What is wrong with one history, a line each, the most telling first. */
export function wordsOf({ seed, violations }: Outcome, most = 5): string[] {
  const lines = violations.slice(0, most).map(lineOf);
  const more = violations.length - lines.length;
  return [`seed ${seed}:`, ...lines, ...(more > 0 ? [`  … and ${more} more`] : [])];
}

function lineOf({ promise, check, words }: Violation): string {
  return `  ${promise}: ${check}\n    ${words}`;
}
