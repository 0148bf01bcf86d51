import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { Answer, FunctionThreadData, Task } from "./function-messages.ts";
import type { LogFile } from "./log-file.ts";
import { arn } from "./place.ts";

/** A function as the template gives it, with its environment put together. */
export interface FunctionSpec {
  readonly name: string;
  readonly codeDir: string;
  /** `file.export`, such as `index.handler`. */
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface FunctionPool {
  readonly name: string;
  /** The result of the function; rejects with its error, also when it runs out of time. */
  invoke(payload: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

interface Thread {
  readonly worker: Worker;
  readonly ready: Promise<void>;
}

/**
 * Threads that run one function, started when they are needed and kept for the next invocation, as
 * Lambda keeps its environments. Each runs one invocation at a time; further ones wait in order.
 */
export function createFunctionPool(
  spec: FunctionSpec,
  maxThreads: number,
  log: LogFile,
): FunctionPool {
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  const waiting: PromiseWithResolvers<Thread>[] = [];
  let stopped = false;

  function start(): Thread {
    const thread = startThread(spec, log);
    all.add(thread);
    const retire = () => {
      if (!all.delete(thread)) return;
      const at = idle.indexOf(thread);
      if (at >= 0) idle.splice(at, 1);
      if (!stopped && waiting.length > 0) waiting.shift()?.resolve(start());
    };
    thread.worker.once("error", retire).once("exit", retire);
    return thread;
  }

  function take(): Thread | Promise<Thread> {
    if (stopped) throw new Error(`${spec.name} is stopped`);
    const free = idle.pop();
    if (free) return free;
    if (all.size < maxThreads) return start();
    const turn = Promise.withResolvers<Thread>();
    waiting.push(turn);
    return turn.promise;
  }

  function giveBack(thread: Thread): void {
    if (!all.has(thread)) return;
    const next = waiting.shift();
    if (next) next.resolve(thread);
    else idle.push(thread);
  }

  return {
    name: spec.name,
    async invoke(payload) {
      const thread = await take();
      try {
        return await runOn(thread, payload, spec);
      } finally {
        giveBack(thread);
      }
    },
    async stop() {
      stopped = true;
      for (const { reject } of waiting.splice(0)) reject(new Error(`${spec.name} is stopped`));
      await Promise.all([...all].map(({ worker }) => worker.terminate()));
    },
  };
}

function startThread(spec: FunctionSpec, log: LogFile): Thread {
  const [file = "index", handlerName = "handler"] = spec.handler.split(".");
  const workerData: FunctionThreadData = {
    entry: pathToFileURL(join(spec.codeDir, `${file}.mjs`)).href,
    handlerName,
    functionName: spec.name,
    functionArn: arn("lambda", `function:${spec.name}`),
    memoryMb: spec.memoryMb,
  };
  const worker = new Worker(new URL("./function-thread.ts", import.meta.url), {
    workerData,
    env: spec.environment,
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: spec.memoryMb },
  });
  log.follow(worker.stdout, "out");
  log.follow(worker.stderr, "err");
  const ready = new Promise<void>((resolve, reject) => {
    worker.once("message", () => resolve());
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`${spec.name} ended while it was loading`)));
  });
  // Whoever invokes it gets the error; a listener of its own keeps it from ending the process.
  ready.catch(() => undefined);
  worker.on("error", () => undefined);
  return { worker, ready };
}

/** Lambda's clock starts when the handler is called; loading has a limit of its own there. */
async function runOn({ worker, ready }: Thread, payload: unknown, spec: FunctionSpec) {
  await ready;
  return await new Promise<unknown>((resolve, reject) => {
    const settle = (end: () => void) => {
      clearTimeout(timer);
      worker.off("message", onAnswer).off("error", onError).off("exit", onExit);
      end();
    };
    const onAnswer = (answer: Answer) =>
      settle(() =>
        "result" in answer ? resolve(JSON.parse(answer.result)) : reject(asError(answer.error)),
      );
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = () => settle(() => reject(new Error(`${spec.name} ended during its work`)));
    const timer = setTimeout(() => {
      const late = new Error(`${spec.name} timed out after ${spec.timeoutMs / 1000} seconds`);
      settle(() => void worker.terminate().then(() => reject(late)));
    }, spec.timeoutMs);
    worker.on("message", onAnswer).on("error", onError).on("exit", onExit);
    const task: Task = {
      requestId: randomUUID(),
      payload: JSON.stringify(payload ?? null),
      deadlineMs: Date.now() + spec.timeoutMs,
    };
    worker.postMessage(task);
  });
}

function asError({ name, message, stack }: { name: string; message: string; stack: string }) {
  return Object.assign(new Error(message), { name, stack });
}
