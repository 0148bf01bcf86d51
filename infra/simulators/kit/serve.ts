import { createServer, type IncomingMessage, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Hono, MiddlewareHandler } from "hono";
import type { Surroundings } from "./surroundings.ts";

/** Calls answered since the start, by `METHOD /path/with/:placeholders`, and by status class. */
export interface CallStats {
  total: number;
  readonly byEndpoint: Record<string, number>;
  readonly byStatus: Record<string, number>;
}

export function newCallStats(): CallStats {
  return { total: 0, byEndpoint: {}, byStatus: {} };
}

/** A delay drawn from `min`–`max` milliseconds before each answer, as `SIMULATOR_DELAY_MS=150-400`. */
export interface DelayRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Reads `150-400` or `200`. Anything else is refused by name. */
export function parseDelay(text: string | undefined): DelayRange | undefined {
  if (text === undefined || text === "") return undefined;
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const minMs = Number(match?.[1]);
  const maxMs = Number(match?.[2] ?? match?.[1]);
  if (!match || maxMs < minMs)
    throw new Error(`SIMULATOR_DELAY_MS is '${text}'; expected '200' or '150-400' (milliseconds)`);
  return { minMs, maxMs };
}

interface Counting extends Pick<Surroundings, "clock" | "random"> {
  readonly delay: DelayRange | undefined;
  readonly nameEndpoint: (method: string, path: string) => string;
}

/**
 * Counts each call, and delays its answer. `nameEndpoint` turns a request into the name it is
 * counted under, so that ids do not make a counter each. `/_simulator/*` is not counted.
 */
export function countAndDelay(
  stats: CallStats,
  { delay, clock, random, nameEndpoint }: Counting,
): MiddlewareHandler {
  return async (context, next) => {
    const { path, method } = context.req;
    if (path.startsWith("/_simulator/")) return next();
    if (delay) await clock.sleep(delay.minMs + random.number() * (delay.maxMs - delay.minMs));
    await next();
    const endpoint = nameEndpoint(method, path);
    const status = `${Math.floor(context.res.status / 100)}xx`;
    stats.total += 1;
    stats.byEndpoint[endpoint] = (stats.byEndpoint[endpoint] ?? 0) + 1;
    stats.byStatus[status] = (stats.byStatus[status] ?? 0) + 1;
    return undefined;
  };
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Serves `app` on loopback. Port 0 takes any free one; a port in use rejects with EADDRINUSE.
 * Idle sockets are kept open, since a pooled client would meet a reset on its next request.
 */
export async function serve(app: Hono, port: number): Promise<RunningServer> {
  const listener = getRequestListener(app.fetch);
  const server: Server = createServer((request: IncomingMessage, response) => {
    void listener(request, response);
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
