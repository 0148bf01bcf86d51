import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Outcome } from "../run-story.ts";
import type { Channels } from "../story/channels.ts";
import type { Patch } from "../virtual/hooks.ts";

const JOB = fileURLToPath(new URL("./job.ts", import.meta.url));

/** What one call leaves behind is dead before the next: a larger nursery spares most collections. */
const MEMORY = ["--max-semi-space-size=32"];

type Answer =
  | "ready"
  | { readonly outcome: Outcome }
  | { readonly seed: number; readonly error: string };

export interface Run {
  readonly seeds: Iterable<number>;
  readonly events: number;
  readonly channels: Channels;
  readonly jobs: number;
  readonly patches: readonly Patch[];
  readonly onOutcome: (outcome: Outcome) => void;
  /** Asked before each history; true ends the run after those under way. */
  readonly isEnough: () => boolean;
}

/** Runs histories in as many processes, each with its own virtual time. */
export async function runAll(run: Run): Promise<void> {
  const seeds = run.seeds[Symbol.iterator]();
  await Promise.all(Array.from({ length: run.jobs }, () => runJob(run, seeds)));
}

/** Hands one seed after the other to one process. */
function runJob(
  { events, channels, patches, onOutcome, isEnough }: Run,
  seeds: Iterator<number>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const job: ChildProcess = fork(JOB, [JSON.stringify(patches)], { execArgv: MEMORY });
    const next = () => {
      const { value, done } = isEnough() ? { value: 0, done: true } : seeds.next();
      if (done) job.disconnect();
      else job.send({ seed: value, events, channels });
    };
    job.on("message", (answer: Answer) => {
      if (answer === "ready") return next();
      if ("outcome" in answer) {
        onOutcome(answer.outcome);
        return next();
      }
      reject(new Error(`the history of seed ${answer.seed} broke: ${answer.error}`));
      job.kill();
    });
    job.on("exit", (code) => {
      if (code === 0 || code === null) resolve();
      else reject(new Error(`a job ended with ${code}`));
    });
  });
}
