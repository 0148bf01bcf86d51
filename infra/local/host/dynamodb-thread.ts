import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import { LOOPBACK } from "./place.ts";

const { path }: { path: string | undefined } = workerData;

/** A CommonJS package without types. */
const dynalite = createRequire(import.meta.url)("dynalite");

if (path !== undefined) mkdirSync(path, { recursive: true });
const server: Server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
// An idle socket that the server closes would meet a client's next request with a reset.
server.keepAliveTimeout = 0;
server.once("error", (error) => parentPort?.postMessage({ failed: error.message }));
server.listen(0, LOOPBACK, () => {
  const address = server.address();
  parentPort?.postMessage({ port: typeof address === "object" ? address?.port : undefined });
});

parentPort?.on("message", () => {
  server.close(() => process.exit());
  server.closeAllConnections();
});
