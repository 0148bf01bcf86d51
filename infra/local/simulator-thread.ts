/** A worker thread that runs one simulator, so that it does not share the host's event loop. */
import { parentPort, workerData } from "node:worker_threads";
import { z } from "zod";
import { startHubspotSimulator } from "../simulators/hubspot/start-hubspot.ts";
import { parseDelay } from "../simulators/kit/serve.ts";
import { startSalesforceSimulator } from "../simulators/salesforce/start-salesforce.ts";

const settings = z.object({
  system: z.enum(["hubspot", "salesforce"]),
  port: z.number(),
  file: z.string(),
  delayMs: z.string().optional(),
  clientSecret: z.string(),
  burst: z.number().optional(),
});

const { system, port, file, delayMs, clientSecret, burst } = settings.parse(workerData);
const delay = parseDelay(delayMs);

async function start() {
  const common = { port, file, ...(delay ? { delay } : {}) };
  const simulator =
    system === "hubspot"
      ? await startHubspotSimulator({
          ...common,
          clientSecret,
          ...(burst === undefined ? {} : { limits: { burst } }),
        })
      : await startSalesforceSimulator(common);
  parentPort?.postMessage({ url: simulator.url });
  parentPort?.once("message", () => {
    void simulator.stop().then(() => process.exit(0));
  });
}

start().catch((error: unknown) => parentPort?.postMessage({ error: String(error) }));
