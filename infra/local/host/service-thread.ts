import { Worker } from "node:worker_threads";
import * as z from "zod";
import { LOOPBACK } from "./place.ts";

const ANSWER = z.union([z.object({ port: z.number() }), z.object({ failed: z.string() })]);

/** How long a service may take to put its data on disk before it is ended. */
const STOP_TIMEOUT_MS = 5_000;

export interface ServiceThread {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Runs an embedded server in a thread, so that it has an event loop of its own, and dies with the
 * process whatever happens to it. The thread answers its port once it listens.
 */
export async function startServiceThread(
  file: string,
  data: unknown,
  env: Readonly<Record<string, string>>,
): Promise<ServiceThread> {
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: data,
    env,
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const answer = await new Promise<unknown>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error(`${file} ended before it was ready`)));
  });
  const read = ANSWER.parse(answer);
  if ("failed" in read) {
    await worker.terminate();
    throw new Error(read.failed);
  }
  return {
    url: `http://${LOOPBACK}:${read.port}`,
    async stop() {
      const timer = setTimeout(() => void worker.terminate(), STOP_TIMEOUT_MS);
      worker.postMessage("stop");
      await ended;
      clearTimeout(timer);
    },
  };
}
