import { openDurableRows } from "../kit/durable-rows.ts";
import { type DelayRange, newCallStats, serve } from "../kit/serve.ts";
import { hubspotApp } from "./app.ts";
import { openPortal } from "./portal.ts";
import { seed } from "./seed.ts";
import { startWebhookSender } from "./webhook-sender.ts";

export interface HubspotSimulatorOptions {
  /** 0 takes any free port. */
  port: number;
  /** Where the account is kept; it survives `kill -9`. In memory alone where it is left out. */
  file?: string;
  delay?: DelayRange;
  /** Where it is set, any other bearer is refused; else any bearer will do. */
  accessToken?: string;
  /** Signs the webhooks. */
  clientSecret?: string;
  now?: () => number;
  /** The first retry of a webhook comes after about this long, each further one after twice as long. */
  webhookRetryBaseMs?: number;
  /** Scopes the token lacks, such as `crm.objects.deals.write`. */
  missingScopes?: readonly string[];
}

export interface HubspotSimulator {
  /** `http://127.0.0.1:PORT`, for `basePath` of the official client. */
  readonly url: string;
  /** Loads records of `objectType`, or `owners`, as the API returns them. */
  seed(objectType: string, records: Iterable<unknown>): void;
  /** True while no record of any object has ever been stored. */
  isEmpty(): boolean;
  stop(): Promise<void>;
}

const DEFAULT_CLIENT_SECRET = "hubspot-simulator-secret";

/** Starts a HubSpot account on loopback. */
export async function startHubspotSimulator(
  options: HubspotSimulatorOptions,
): Promise<HubspotSimulator> {
  const rows = openDurableRows(options.file);
  const portal = openPortal(rows, options.now ?? Date.now);
  const sender = startWebhookSender({
    portal,
    clientSecret: options.clientSecret ?? DEFAULT_CLIENT_SECRET,
    retryBaseMs: options.webhookRetryBaseMs,
  });
  const app = hubspotApp({
    portal,
    sender,
    stats: newCallStats(),
    delay: options.delay,
    accessToken: options.accessToken,
    missingScopes: options.missingScopes ?? [],
  });
  const close = () => {
    sender.stop();
    rows.close();
  };
  const server = await serve(app, options.port).catch((error: unknown) => {
    close();
    throw error;
  });
  return {
    url: server.url,
    seed: (objectType, records) => {
      seed(portal, objectType, records);
    },
    isEmpty: () => portal.isEmpty(),
    stop: async () => {
      sender.stop();
      await server.stop();
      rows.close();
    },
  };
}
