import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { watchedProperties } from "../../shared/config/watched-properties.ts";
import type { DataRecords } from "../simulators/kit/data-records.ts";
import { UsageError } from "./options.ts";

export interface SimulatedCrm {
  readonly url: string;
  stop(): Promise<void>;
}

export interface SimulatorSettings {
  readonly system: "hubspot" | "salesforce";
  readonly port: number;
  readonly file: string;
  readonly delayMs: string | undefined;
  readonly clientSecret: string;
  /** HubSpot's calls in ten seconds; a Professional account's unless told. */
  readonly burst?: number;
}

const answer = z.union([z.object({ url: z.string() }), z.object({ error: z.string() })]);

/** Starts one simulator in a thread of its own; its state is in `file`. */
export async function startSimulatedCrm(settings: SimulatorSettings): Promise<SimulatedCrm> {
  const worker = new Worker(new URL("./simulator-thread.ts", import.meta.url), {
    workerData: settings,
  });
  const [message] = await once(worker, "message");
  const started = answer.parse(message);
  if ("error" in started) {
    await worker.terminate();
    throw new UsageError(started.error);
  }
  return {
    url: started.url,
    async stop() {
      const ended = once(worker, "exit");
      worker.postMessage("stop");
      await ended;
    },
  };
}

/** Loads records as their API returns them, over the simulator's own door for that. */
export async function loadSimulatedCrm(
  url: string,
  { object, records }: DataRecords,
): Promise<void> {
  const body = records.map((record) => JSON.stringify(record)).join("\n");
  const response = await fetch(`${url}/_simulator/seed/${object}`, { method: "POST", body });
  if (!response.ok)
    throw new UsageError(`${object} cannot be loaded: ${(await response.text()).slice(0, 300)}`);
}

const WEBHOOK_APP = "1";

/** Subscribes to HubSpot's webhooks by its own API: one for each mapped property, and each event. */
export async function subscribeToHubspot(hubspotUrl: string, appUrl: string): Promise<void> {
  const base = `${hubspotUrl}/webhooks/v3/${WEBHOOK_APP}`;
  await send(`${base}/settings`, "PUT", {
    targetUrl: `${appUrl}/webhooks/hubspot`,
    throttling: { maxConcurrentRequests: 10, period: "SECONDLY" },
  });
  const known = new Set(await subscriptionsOf(base));
  for (const wanted of wantedSubscriptions()) {
    const key = `${wanted.eventType} ${wanted.propertyName ?? ""}`;
    if (!known.has(key)) await send(`${base}/subscriptions`, "POST", { ...wanted, active: true });
  }
}

async function subscriptionsOf(base: string): Promise<string[]> {
  const response = await fetch(`${base}/subscriptions?hapikey=any`);
  const listed = z.object({
    results: z.array(z.object({ eventType: z.string(), propertyName: z.string().nullish() })),
  });
  return listed
    .parse(await response.json())
    .results.map(({ eventType, propertyName }) => `${eventType} ${propertyName ?? ""}`);
}

const SINGULAR: Readonly<Record<string, string>> = {
  contacts: "contact",
  companies: "company",
  deals: "deal",
};

function wantedSubscriptions() {
  return Object.entries(SINGULAR).flatMap(([object, name]) => {
    const changes = watchedProperties(object).map((propertyName) => ({
      eventType: `${name}.propertyChange`,
      propertyName,
    }));
    if (changes.length === 0) return [];
    const events = ["creation", "deletion", "merge", "associationChange"];
    return [
      ...changes,
      ...events.map((event) => ({ eventType: `${name}.${event}`, propertyName: undefined })),
    ];
  });
}

/** Stands in for what an admin sets up in Salesforce: an event relay to this machine's event bus. */
export async function relaySalesforceEvents(salesforceUrl: string, appUrl: string): Promise<void> {
  await send(`${salesforceUrl}/_simulator/event-relay`, "PUT", {
    target: `${appUrl}/_local/events`,
  });
}

async function send(url: string, method: "PUT" | "POST", body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}?hapikey=any`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}`);
}
