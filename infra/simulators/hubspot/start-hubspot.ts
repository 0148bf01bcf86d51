import type { Hono } from "hono";
import { openDurableRows } from "../kit/durable-rows.ts";
import { type DelayRange, newCallStats, serve } from "../kit/serve.ts";
import { type SurroundingsOptions, surroundingsOf } from "../kit/surroundings.ts";
import { hubspotApp } from "./app.ts";
import { openPortal } from "./portal.ts";
import type { RateLimits } from "./rate-limits.ts";
import { seed } from "./seed.ts";
import { startWebhookSender } from "./webhook-sender.ts";

export interface HubspotSimulatorOptions extends SurroundingsOptions {
  /** Where the account is kept; it survives `kill -9`. In memory alone where it is left out. */
  readonly file?: string | undefined;
  readonly delay?: DelayRange | undefined;
  /** Where it is set, any other bearer is refused; else any bearer will do. */
  readonly accessToken?: string | undefined;
  /** Signs the webhooks. */
  readonly clientSecret?: string | undefined;
  /** The first retry of a webhook comes after about this long, each further one after twice as long. */
  readonly webhookRetryBaseMs?: number | undefined;
  /** Scopes the token lacks, such as `crm.objects.deals.write`. */
  readonly missingScopes?: readonly string[] | undefined;
  /** What the account may ask; HubSpot's figures where it is left out. */
  readonly limits?: Partial<RateLimits> | "off" | undefined;
  /** How long a change takes to become searchable, drawn anew for each; 1 to 5 seconds. */
  readonly searchLagMs?: DelayRange | undefined;
}

/** A HubSpot account in this process. */
export interface OpenHubspot {
  /** Answers a `Request` by `app.fetch`, whatever host it names. */
  readonly app: Hono;
  /** Loads records of `objectType`, or `owners`, as the API returns them. */
  seed(objectType: string, records: Iterable<unknown>): void;
  /** True while no record of any object has ever been stored. */
  isEmpty(): boolean;
  stop(): Promise<void>;
}

export interface HubspotSimulator extends OpenHubspot {
  /** `http://127.0.0.1:PORT`, for `basePath` of the official client. */
  readonly url: string;
}

const DEFAULT_CLIENT_SECRET = "hubspot-simulator-secret";

/** Opens a HubSpot account that answers in this process, without a socket. */
export function openHubspotSimulator(options: HubspotSimulatorOptions = {}): OpenHubspot {
  const around = surroundingsOf(options);
  const rows = openDurableRows(options.file);
  const portal = openPortal(rows, around, options.searchLagMs);
  const sender = startWebhookSender({
    portal,
    around,
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
    limits: options.limits ?? {},
  });
  return {
    app,
    seed: (objectType, records) => {
      seed(portal, objectType, records);
    },
    isEmpty: () => portal.isEmpty(),
    async stop() {
      sender.stop();
      rows.close();
    },
  };
}

/** Opens a HubSpot account and serves it on loopback. Port 0 takes any free one. */
export async function startHubspotSimulator(
  options: HubspotSimulatorOptions & { readonly port: number },
): Promise<HubspotSimulator> {
  const hubspot = openHubspotSimulator(options);
  const server = await serve(hubspot.app, options.port).catch(async (error: unknown) => {
    await hubspot.stop();
    throw error;
  });
  return {
    ...hubspot,
    url: server.url,
    async stop() {
      await server.stop();
      await hubspot.stop();
    },
  };
}
