import type { SimulatorState, StateOptions } from "../kit/replaceable-state.ts";
import { type DelayRange, serve } from "../kit/serve.ts";
import { type OpenSimulator, openSimulator, type SimulatorOptions } from "../kit/simulator.ts";
import { hubspotApp } from "./app.ts";
import { nameEndpoint } from "./endpoint-name.ts";
import { hubspotDialect } from "./fault-dialect.ts";
import { openPortal } from "./portal.ts";
import type { RateLimits } from "./rate-limits.ts";
import { seed } from "./seed.ts";
import { startWebhookSender } from "./webhook-sender.ts";

export interface HubspotSimulatorOptions extends SimulatorOptions {
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

export interface HubspotSimulator extends OpenSimulator {
  /** `http://127.0.0.1:PORT`, for `basePath` of the official client. */
  readonly url: string;
}

const DEFAULT_CLIENT_SECRET = "hubspot-simulator-secret";

/** Opens a HubSpot account that answers in this process, without a socket. */
export function openHubspotSimulator(options: HubspotSimulatorOptions = {}): OpenSimulator {
  const open = (opening: StateOptions) => openAccount(options, opening);
  return openSimulator({ system: "hubspot", dialect: hubspotDialect, nameEndpoint, open }, options);
}

function openAccount(options: HubspotSimulatorOptions, opening: StateOptions): SimulatorState {
  const { around, deliver, passing } = opening;
  const portal = openPortal(opening, options.searchLagMs);
  const sender = startWebhookSender({
    portal,
    around,
    deliver,
    clientSecret: options.clientSecret ?? DEFAULT_CLIENT_SECRET,
    retryBaseMs: options.webhookRetryBaseMs,
  });
  const app = hubspotApp({
    portal,
    sender,
    passing,
    accessToken: options.accessToken,
    missingScopes: options.missingScopes ?? [],
    limits: options.limits ?? {},
  });
  return {
    app,
    writes: portal.writes,
    seed: (objectType, records) => {
      seed(portal, objectType, records);
    },
    isEmpty: portal.isEmpty,
    stop: sender.stop,
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
