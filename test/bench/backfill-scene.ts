import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { startDynamoDb } from "../../infra/local/host/dynamodb.ts";
import { REGION } from "../../infra/local/host/place.ts";
import {
  loadSimulatedCrm,
  relaySalesforceEvents,
  startSimulatedCrm,
  subscribeToHubspot,
} from "../../infra/local/simulated-crm.ts";
import { watermarkKey } from "../../shared/dynamodb/keys.ts";
import { BEARER, salesforceHeaders } from "../support/crm-reader.ts";
import { lineLike, startCommand, stateOf } from "../support/running-accord.ts";
import { callsOf, type Look, workedOf } from "./backfill-calls.ts";
import { type Edits, openEditors } from "./backfill-edits.ts";
import { PAIRS, pairs, people } from "./backfill-people.ts";
import { cpuSecondsOf, memoryOf, watchPeak } from "./peak-memory.ts";

/** Whose requests are no calls of an app, and count against no limit. */
const PERSON = { ...BEARER, "X-Simulator-Source": "CRM_UI" };
const SECRET = "hubspot-simulator-secret";
const LOOK_EVERY_MS = 500;
/** The first edits meet functions that were never called, here as there. */
const WARM_UP_MS = 10_000;

interface BackfillScene {
  /** Edits for so long, while nothing else happens. */
  editsFor(ms: number): Promise<Edits>;
  /** Puts so many contacts into HubSpot, and leads of half of them into Salesforce, and tells nobody. */
  bringIn(contacts: number): Promise<void>;
  /** Reads both objects from their beginning, while the edits go on. */
  backfill(): Promise<Backfilled>;
  stop(): Promise<void>;
}

interface Backfilled {
  readonly edits: Edits;
  /** HubSpot's calls, but for searches, and the time between the 2nd and the 98th percentile of them. */
  readonly workedCalls: number;
  readonly workedSeconds: number;
  readonly hubspotCalls: number;
  readonly searches: number;
  readonly salesforceCalls: number;
  readonly refused: number;
  readonly seconds: number;
  /** Processor time of Accord, its tables and queues; of the simulators, and of who measures. */
  readonly cpuSeconds: number;
  readonly otherCpuSeconds: number;
  readonly peakMiB: number;
  readonly quartersMiB: readonly number[];
}

interface SceneOptions {
  readonly home: string;
  /** HubSpot's calls in ten seconds. */
  readonly burst: number;
  readonly threads: number;
}

export async function openBackfillScene({
  home,
  burst,
  threads,
}: SceneOptions): Promise<BackfillScene> {
  const simulate = (system: "hubspot" | "salesforce") =>
    startSimulatedCrm({
      system,
      port: 0,
      file: join(home, `${system}.db`),
      delayMs: undefined,
      clientSecret: SECRET,
      burst,
    });
  const [hubspot, salesforce] = await Promise.all([simulate("hubspot"), simulate("salesforce")]);
  const urls = { hubspot: hubspot.url, salesforce: salesforce.url };
  const port = await freePort();
  await subscribeToHubspot(hubspot.url, `http://127.0.0.1:${port}`);
  await relaySalesforceEvents(salesforce.url, `http://127.0.0.1:${port}`);
  for (const part of pairs()) await loadSimulatedCrm(urls[part.system], part);
  const start = () =>
    startCommand("infra/local/start.ts", {
      home,
      args: ["--create-fields"],
      env: {
        ACCORD_PORT: String(port),
        ACCORD_THREADS: String(threads),
        HUBSPOT_ACCESS_TOKEN: "accord",
        HUBSPOT_CLIENT_SECRET: SECRET,
        HUBSPOT_BASE_URL: hubspot.url,
        SALESFORCE_LOGIN_URL: salesforce.url,
        SALESFORCE_CLIENT_ID: "accord",
        SALESFORCE_CLIENT_SECRET: "accord",
        SALESFORCE_MESSAGE_TOKEN: "salesforce-simulator-token",
      },
    });
  let accord = start();
  const end = async () => {
    accord.child.kill("SIGINT");
    await accord.ended;
  };
  await lineLike(accord, /Ctrl-C stops/);
  const signedIn = { hubspot: PERSON, salesforce: await salesforceHeaders(urls.salesforce) };
  const editors = openEditors(
    (system, path, init) => fetch(`${urls[system]}${path}`, { ...init, headers: signedIn[system] }),
    PAIRS,
  );
  return {
    async editsFor(ms) {
      const editing = editors.start();
      await sleep(WARM_UP_MS + ms);
      return editing.stop({ ignoreMs: WARM_UP_MS });
    },
    async bringIn(contacts) {
      for (const part of people(contacts)) await loadSimulatedCrm(urls[part.system], part);
      await end();
      await forgetPolls(join(stateOf(home), "aws", "dynamodb"));
    },
    async backfill() {
      const startedMs = performance.now();
      const before = await callsAt(urls);
      const cpuBefore = cpuSecondsOf(process.pid);
      accord = start();
      const peak = watchPeak(accord.child.pid);
      const over = { yet: false };
      const watching = watch(urls, accord.child.pid, over);
      await lineLike(accord, /bringing together/);
      const editing = editors.start();
      await lineLike(accord, /Ctrl-C stops/);
      over.yet = true;
      const seconds = (performance.now() - startedMs) / 1000;
      const cpuSeconds = cpuSecondsOf(accord.child.pid);
      const otherCpuSeconds = cpuSecondsOf(process.pid) - cpuBefore;
      const after = await callsAt(urls);
      const looks = await watching;
      const { from, to } = workedOf(looks);
      return {
        edits: await editing.stop({ ignoreMs: WARM_UP_MS }),
        workedCalls: to.calls - from.calls,
        workedSeconds: (to.atMs - from.atMs) / 1000,
        hubspotCalls: after.hubspot - before.hubspot,
        searches: after.searches - before.searches,
        salesforceCalls: after.salesforce - before.salesforce,
        refused: after.refused - before.refused,
        seconds,
        cpuSeconds,
        otherCpuSeconds,
        peakMiB: peak(),
        quartersMiB: [1, 2, 3, 4].map((quarter) =>
          Math.round(looks[Math.floor((looks.length * quarter) / 4) - 1]?.mib ?? 0),
        ),
      };
    },
    async stop() {
      await end();
      await Promise.all([hubspot.stop(), salesforce.stop()]);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return z.object({ port: z.number() }).parse(address).port;
}

/** As if both objects had never been polled; what is known of their records stays. */
async function forgetPolls(path: string): Promise<void> {
  const dynamo = await startDynamoDb(path);
  const client = new DynamoDBClient({
    endpoint: dynamo.url,
    region: REGION,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  const db = DynamoDBDocumentClient.from(client);
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const table = TableNames.find((name) => /records/i.test(name));
  for (const name of ["sync#hubspot#contacts", "sync#salesforce#Lead"])
    await db.send(new DeleteCommand({ TableName: table, Key: watermarkKey(name) }));
  client.destroy();
  await dynamo.stop();
}

interface Urls {
  readonly hubspot: string;
  readonly salesforce: string;
}

const callsAt = (urls: Urls) => callsOf((system) => fetch(`${urls[system]}/_simulator/stats`));

interface MemoryLook extends Look {
  readonly mib: number;
}

async function watch(
  urls: Urls,
  pid: number | undefined,
  over: { yet: boolean },
): Promise<MemoryLook[]> {
  const looks: MemoryLook[] = [];
  while (!over.yet) {
    const { hubspot } = await callsAt(urls);
    looks.push({ atMs: performance.now(), calls: hubspot, mib: memoryOf(pid) });
    await sleep(LOOK_EVERY_MS);
  }
  return looks;
}
