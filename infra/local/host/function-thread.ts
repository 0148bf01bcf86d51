import { enableCompileCache, flushCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { Answer, FunctionThreadData, Task } from "./function-messages.ts";

const { entry, handlerName, functionName, functionArn, memoryMb }: FunctionThreadData = workerData;

// Lambda keeps an environment for hours; here each start of the host compiles every bundle again.
enableCompileCache();
const loaded: Record<string, unknown> = await import(entry);
flushCompileCache();
const handler = callable(loaded[handlerName]);

function callable(exported: unknown): (event: unknown, context: unknown) => unknown {
  if (typeof exported !== "function") throw new Error(`${entry} does not export ${handlerName}`);
  return (event, context) => Reflect.apply(exported, undefined, [event, context]);
}

function contextOf({ requestId, deadlineMs }: Task) {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: functionArn,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: "local",
    memoryLimitInMB: String(memoryMb),
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  };
}

async function run(task: Task): Promise<Answer> {
  try {
    const result = await handler(JSON.parse(task.payload), contextOf(task));
    return { result: JSON.stringify(result ?? null) };
  } catch (error) {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    return { error: { name, message, stack: stack ?? "" } };
  }
}

parentPort?.on("message", async (task: Task) => {
  parentPort?.postMessage(await run(task));
});
parentPort?.postMessage("ready");
