import { parentPort, workerData } from "node:worker_threads";
import { buildApp } from "fauxqs";
import { LOOPBACK, REGION } from "./place.ts";

const { dataDir, filesDir }: { dataDir: string; filesDir: string } = workerData;

/**
 * The parts of fauxqs are put together here instead of by its `startFauxqs`, which listens on every
 * network interface, and waits for the disk at every message.
 */
const at = (file: string) => new URL(file, import.meta.resolve("fauxqs")).href;
const { SqsStore } = await import(at("sqs/sqsStore.js"));
const { SnsStore } = await import(at("sns/snsStore.js"));
const { S3Store } = await import(at("s3/s3Store.js"));
const { FileS3Persistence } = await import(at("s3/fileS3Persistence.js"));
const { PersistenceManager } = await import(at("persistence.js"));

const kept = new PersistenceManager(dataDir);
// The write-ahead log survives the end of the process, whatever its cause, though not a power cut.
kept.db.exec("PRAGMA synchronous = OFF");
// Whoever held a message in an earlier run is dead. The receive counts stay, so that a message which
// kills its worker every time still reaches the dead-letter queue.
kept.db.exec("UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL");

const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
kept.loadSqsAndSns(stores.sqsStore, stores.snsStore);
stores.sqsStore.persistence = kept;
for (const queue of stores.sqsStore.allQueues()) queue.persistence = kept;

const files = new FileS3Persistence(filesDir);
files.loadS3(stores.s3Store);
stores.s3Store.persistence = files;

const app = buildApp({ logger: false, defaultRegion: REGION, stores });
app.addHook("preClose", () => kept.close());
app.server.keepAliveTimeout = 0;
await app.listen({ port: 0, host: LOOPBACK });
const address = app.server.address();
parentPort?.postMessage({ port: typeof address === "object" ? address?.port : undefined });

parentPort?.on("message", () => {
  stores.sqsStore.shutdown();
  void app.close().then(() => process.exit());
});
