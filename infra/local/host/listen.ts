import type { Server } from "node:http";
import { LOOPBACK } from "./place.ts";

export interface Listening {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Opens `server` to this machine alone. Port 0 takes any free one.
 *
 * Idle sockets stay open, since a pooled client would meet a reset at its next request.
 */
export async function listen(server: Server, port: number): Promise<Listening> {
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(portInUse(error, port)));
    server.listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${LOOPBACK}:${bound}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portInUse(error: Error, port: number): Error {
  if (!("code" in error) || error.code !== "EADDRINUSE") return error;
  return new Error(`Port ${port} is in use. Choose another, or end what listens on it.`, {
    cause: error,
  });
}
