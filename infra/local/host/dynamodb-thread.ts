import { mkdirSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { type AwsJson, awsJson } from "./aws-json.ts";
import { DYNAMODB_TARGET, LOOPBACK } from "./place.ts";
import { openStreamLog } from "./stream-log.ts";
import { addStreams } from "./table-streams.ts";

const { path }: { path: string | undefined } = workerData;

/** A CommonJS package without types. */
const dynalite = createRequire(import.meta.url)("dynalite");

if (path !== undefined) mkdirSync(path, { recursive: true });
const server: Server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
// An idle socket that the server closes would meet a client's next request with a reset.
server.keepAliveTimeout = 0;
// Beside the tables: LevelDB minds no file that it does not know.
const log = openStreamLog(path === undefined ? undefined : join(path, "streams.sqlite"));
const own = Promise.withResolvers<AwsJson>();
addStreams(server, log, () => own.promise);
server.once("error", (error) => parentPort?.postMessage({ failed: error.message }));
server.listen(0, LOOPBACK, () => {
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  own.resolve(awsJson(`http://${LOOPBACK}:${port}`, DYNAMODB_TARGET));
  parentPort?.postMessage({ port });
});

parentPort?.on("message", () => {
  server.close(() => {
    log.close();
    process.exit();
  });
  server.closeAllConnections();
});
