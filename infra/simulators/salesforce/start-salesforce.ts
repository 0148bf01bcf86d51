import { Hono } from "hono";
import { z } from "zod";
import type { SimulatorState, StateOptions } from "../kit/replaceable-state.ts";
import { serve } from "../kit/serve.ts";
import { type OpenSimulator, openSimulator, type SimulatorOptions } from "../kit/simulator.ts";
import { EventRelay } from "./events/event-relay.ts";
import { Gaps } from "./events/gaps.ts";
import { OutboundMessages } from "./events/outbound-messages.ts";
import { Allowance, withinAllowance } from "./http/allowance.ts";
import { addBulkQueryRoutes } from "./http/bulk-query-routes.ts";
import { addCollectionRoutes } from "./http/collection-routes.ts";
import { addCompositeRoutes } from "./http/composite-routes.ts";
import { addDescribeRoutes } from "./http/describe-routes.ts";
import { salesforceDialect } from "./http/fault-dialect.ts";
import { addOAuthRoutes } from "./http/oauth-routes.ts";
import { afterCommits, type Org, sendJson, type WriteStats } from "./http/org.ts";
import { addQueryRoutes } from "./http/query-routes.ts";
import { addRecordRoutes } from "./http/record-routes.ts";
import { addSchemaRoutes } from "./http/schema-routes.ts";
import { addSetupRoutes } from "./http/setup-routes.ts";
import { addSimulatorRoutes } from "./http/simulator-routes.ts";
import { addSoapRoutes } from "./http/soap-routes.ts";
import { makeTokens, type Tokens } from "./http/tokens.ts";
import { addToolingRoutes } from "./http/tooling-routes.ts";
import { type Commit, Database, isWritten } from "./records/database.ts";
import { ensureFirstRows } from "./records/first-rows.ts";
import { notFound, Refusal } from "./records/refusal.ts";
import { isEmptyOrg, seedRecords } from "./records/seed.ts";

/** First wait before a failed delivery is tried again; it doubles with each further failure. */
const EVENT_RETRY_BASE_MS = 1_000;

export interface SalesforceSimulatorOptions extends SimulatorOptions {
  /** When set, any other client id is refused. By default any that is not empty is good. */
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** PEM. When unset, a JWT has to be well formed, and its signature is not checked. */
  readonly jwtPublicKey?: string | undefined;
  readonly eventRetryBaseMs?: number | undefined;
  /** False: the integration user may neither make fields nor grant permissions. */
  readonly canCustomize?: boolean | undefined;
  /** A full sandbox's daily requests, and sessions of two hours, where they are left out. */
  readonly limits?: { readonly dailyRequests?: number; readonly tokenLifetimeMs?: number };
}

export interface SalesforceSimulator extends OpenSimulator {
  /** `http://127.0.0.1:PORT`, to log in at. */
  readonly url: string;
}

const keptTokens = z.object({ secret: z.string(), revokedUntilMs: z.number() });

/** The secret that tokens are sealed with is kept, so that they outlive a restart. */
function openTokens(database: Database, orgId: string, allowance: Allowance): Tokens {
  const [kept] = database.keptBefore("tokens");
  const memory = kept
    ? keptTokens.parse(JSON.parse(kept.json))
    : { secret: database.random.bytes(32).toString("base64url"), revokedUntilMs: 0 };
  const remember = (revokedUntilMs: number) => {
    const json = JSON.stringify({ ...memory, revokedUntilMs });
    database.store([{ table: "tokens", id: "memory", json }]);
  };
  remember(memory.revokedUntilMs);
  const nowMs = () => database.nowMs();
  const lifetimeMs = () => allowance.limits.tokenLifetimeMs;
  return makeTokens(orgId, { ...memory, remember, nowMs, lifetimeMs });
}

/** `/services/data/v67.0/sobjects/Lead/00Q…` → `GET /services/data/:version/sobjects/Lead/:id`. */
function nameEndpoint(method: string, path: string): string {
  const named = path
    .replace(/^\/services\/data\/v[\d.]+/, "/services/data/:version")
    .replace(/\/Soap\/u\/[\d.]+/, "/Soap/u/:version")
    .replace(/(\/query(?:All)?)\/01g[^/]+/, "$1/:locator")
    .replace(/\/(?=[^/]*\d)[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?(?=\/|$)/g, "/:id")
    .replace(/(\/:version\/sobjects\/[^/]+\/[^/]+)\/[^/]+$/, "$1/:value");
  return `${method} ${named}`;
}

function countWrites(writes: WriteStats, { changes }: Commit): void {
  for (const { type, before, after } of changes.filter(isWritten)) {
    if (type.isSetup) writes.setup += 1;
    else if (!before) writes.creates += 1;
    else if (after["IsDeleted"] === true && before["IsDeleted"] !== true) writes.deletes += 1;
    else writes.updates += 1;
  }
}

function answerError(error: Error): Response {
  if (error instanceof Refusal) return sendJson(error.status, error.toBody());
  const message = `An unexpected error occurred: ${error.stack ?? error.message}`;
  return sendJson(500, [{ errorCode: "UNKNOWN_EXCEPTION", message }]);
}

/** The frame around every route: the allowance, errors, what is not there. */
function openApp(allowance: Allowance): Hono {
  const app = new Hono();
  app.use(withinAllowance(allowance));
  app.use(afterCommits);
  app.onError(answerError);
  app.notFound(() => sendJson(404, notFound().toBody()));
  app.get("/services/data", () =>
    sendJson(
      200,
      Array.from({ length: 18 }, (_, index) => `${index + 50}.0`).map((version) => ({
        label: `API ${version}`,
        url: `/services/data/v${version}`,
        version,
      })),
    ),
  );
  return app;
}

function addRoutes(app: Hono, org: Org, options: SalesforceSimulatorOptions): void {
  const { clientId, clientSecret, jwtPublicKey } = options;
  addOAuthRoutes(app, org, { clientId, clientSecret, jwtPublicKey });
  addQueryRoutes(app, org);
  addCollectionRoutes(app, org);
  addCompositeRoutes(app, org);
  addToolingRoutes(app, org);
  addBulkQueryRoutes(app, org);
  addSoapRoutes(app, org);
  // After the other routes under /sobjects: `describe` is no record id.
  addDescribeRoutes(app, org);
  addRecordRoutes(app, org);
  addSchemaRoutes(app, org);
  addSetupRoutes(app, org);
}

/** Where outbound messages say the org is, as long as nobody serves it. */
const UNSERVED = "https://simulator.my.salesforce.example";

/**
 * Opens a stand-in for one Salesforce org that answers in this process, without a socket. It speaks
 * the wire format that jsforce reads, keeps what it is told, and tells of changes as Event Relay and
 * outbound messages do.
 */
export function openSalesforceSimulator(options: SalesforceSimulatorOptions = {}): OpenSimulator {
  return openServable(options, () => UNSERVED);
}

/** @param url - The address of this server, asked for with each outbound message. */
function openServable(options: SalesforceSimulatorOptions, url: () => string): OpenSimulator {
  const open = (opening: StateOptions) => openOrg(options, opening, url);
  return openSimulator(
    { system: "salesforce", dialect: salesforceDialect, nameEndpoint, open },
    options,
  );
}

function openOrg(
  options: SalesforceSimulatorOptions,
  { around, rows, deliver }: StateOptions,
  url: () => string,
): SimulatorState {
  const database = new Database(rows, around);
  const { orgId, integrationUserId } = ensureFirstRows(database);
  const allowance = new Allowance(database, () => database.nowMs(), options.limits ?? {});
  const org: Org = {
    database,
    tokens: openTokens(database, orgId, allowance),
    allowance,
    writes: { creates: 0, updates: 0, deletes: 0, setup: 0 },
    orgId,
    integrationUserId,
    canCustomize: options.canCustomize ?? true,
    gaps: new Gaps(),
  };
  const retryBaseMs = options.eventRetryBaseMs ?? EVENT_RETRY_BASE_MS;
  const telling = { around, database, orgId, retryBaseMs, deliver, gaps: org.gaps };
  const relay = new EventRelay(telling);
  const outbound = new OutboundMessages({ ...telling, url });
  tellOfCommits(org, relay, outbound);
  const app = openApp(allowance);
  addRoutes(app, org, options);
  addSimulatorRoutes(app, org, { relay, outbound });
  return {
    app,
    writes: org.writes,
    seed: (sobject, records) => void seedRecords(database, org, { sobject, records }),
    isEmpty: () => isEmptyOrg(database),
    stop() {
      relay.stop();
      outbound.stop();
      database.stop();
    },
  };
}

function tellOfCommits(org: Org, relay: EventRelay, outbound: OutboundMessages): void {
  org.database.onCommit(
    (commit) => [...relay.onCommit(commit), ...outbound.onCommit(commit)],
    () => {
      relay.wake();
      outbound.wake();
    },
  );
  org.database.onCommit(
    (commit) => {
      countWrites(org.writes, commit);
      return [];
    },
    () => undefined,
  );
}

/** Opens an org and serves it on loopback. Port 0 takes any free one. */
export async function startSalesforceSimulator(
  options: SalesforceSimulatorOptions & { readonly port: number },
): Promise<SalesforceSimulator> {
  let url = UNSERVED;
  const salesforce = openServable(options, () => url);
  const server = await serve(salesforce.app, options.port).catch(async (error: unknown) => {
    await salesforce.stop();
    throw error;
  });
  url = server.url;
  return {
    ...salesforce,
    url,
    async stop() {
      await server.stop();
      await salesforce.stop();
    },
  };
}
