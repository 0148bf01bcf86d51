import { createServer, type IncomingMessage, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Hono } from "hono";
import { isConnectionReset } from "./inject-faults.ts";

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
  const server: Server = createServer((request: IncomingMessage, response) => {
    const listener = getRequestListener(async (asked, env) => {
      try {
        return await app.fetch(asked, env);
      } catch (error) {
        if (!isConnectionReset(error)) throw error;
        request.socket.resetAndDestroy();
        return RESPONSE_ALREADY_SENT;
      }
    });
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
