import { join } from "node:path";
import { readAssembly } from "./assembly.ts";
import { createBuckets } from "./buckets.ts";
import { startDynamoDb } from "./dynamodb.ts";
import { type Functions, openFunctions } from "./functions.ts";
import { startHttpServer } from "./http-server.ts";
import { type Authorizer, type Issuer, openAuthorizers } from "./jwt-authorizers.ts";
import { type QueueDepth, type Queues, startQueues } from "./queues.ts";
import { openResources, type Resources } from "./resources.ts";
import { type Secrets, startSecrets } from "./secrets.ts";
import { lockState } from "./state-lock.ts";
import type { Streams } from "./streams.ts";
import { openTriggers } from "./triggers.ts";

export interface HostOptions {
  /** What `cdk synth` wrote. */
  readonly assemblyDir: string;
  /** Where tables, queues and logs are kept from run to run. */
  readonly stateDir: string;
  /** Port of the HTTP API; 0 takes any free one. */
  readonly port: number;
  /** By name, such as `accord/hubspot`. */
  readonly secrets: Secrets;
  /** Those whose tokens routes of the template may ask for. */
  readonly issuers?: readonly Issuer[];
  /** Takes the place of variables of the same name in every function that declares them. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the functions need started before them; adds to `environment` where it is to be found. */
  readonly beforeFunctions?: () => Promise<Readonly<Record<string, string>>>;
  /** Lines for a person at the terminal: warnings, errors, and what the host itself has to say. */
  readonly log: (line: string) => void;
  /** Threads of one function, 2 unless told. More help only while functions wait for a CRM. */
  readonly maxThreads?: number | undefined;
}

export interface Host {
  readonly url: string;
  /** Invokes a function by its name, with or without its prefix; rejects with the function's error. */
  invoke(functionName: string, payload: unknown): Promise<unknown>;
  queueDepths(): Promise<Record<string, QueueDepth>>;
  /** Changes of tables that the functions they feed have not worked off. */
  streamsBehind(): Promise<number>;
  /** From here on the queues are worked off; until then what comes waits in them. */
  startEventSources(): void;
  startSchedules(): void;
  stop(): Promise<void>;
}

/** Things to undo, done in the opposite order of their being added. */
function undoList() {
  const steps: (() => Promise<void>)[] = [];
  return {
    add: (step: () => Promise<void>) => void steps.push(step),
    async run() {
      for (const step of steps.splice(0).reverse()) await step();
    },
  };
}

/**
 * Runs the synthesized app on this machine: tables, queues, functions and what calls them.
 *
 * @throws Error - when the template holds what the host does not know, or the port is in use.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const undo = undoList();
  try {
    return await start(options, undo);
  } catch (error) {
    await undo.run();
    throw error;
  }
}

async function start(options: HostOptions, undo: ReturnType<typeof undoList>): Promise<Host> {
  const { stateDir } = options;
  const assembly = readAssembly(options.assemblyDir);
  // Refuses what it does not know before anything runs.
  const authorizers = openAuthorizers(
    openResources(assembly, { queues: "http://localhost" }),
    options.issuers ?? [],
  );
  const lock = lockState(stateDir);
  undo.add(async () => lock.release());
  const starting = [
    startDynamoDb(join(stateDir, "dynamodb")),
    startQueues({ dataDir: join(stateDir, "queues"), filesDir: join(stateDir, "s3") }),
    startSecrets(options.secrets),
  ] as const;
  // All of them, so that where one fails the others are known and can be stopped.
  for (const outcome of await Promise.allSettled(starting))
    if (outcome.status === "fulfilled") undo.add(outcome.value.stop);
  const [dynamoDb, queues, secrets] = await Promise.all(starting);
  const resources = openResources(assembly, { queues: queues.url });
  await Promise.all([
    dynamoDb.createTables(resources),
    queues.createQueues(resources),
    createBuckets(queues.url, resources),
  ]);
  const found = (await options.beforeFunctions?.()) ?? {};
  const functions = openFunctions(resources, {
    ...options,
    environment: { ...options.environment, ...found },
    assets: assembly.assets,
    maxThreads: options.maxThreads ?? 2,
    endpoints: {
      dynamodb: dynamoDb.url,
      sqs: queues.url,
      // One emulator answers for both.
      s3: queues.url,
      secrets: secrets.url,
    },
  });
  undo.add(functions.stop);
  const { streams } = dynamoDb;
  return await open(options, { resources, functions, queues, streams, authorizers, undo });
}

interface Running {
  readonly resources: Resources;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly streams: Streams;
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  readonly undo: ReturnType<typeof undoList>;
}

async function open(options: HostOptions, running: Running): Promise<Host> {
  const { functions, queues, undo } = running;
  const triggers = openTriggers({
    ...running,
    log: options.log,
    maxThreads: options.maxThreads ?? 2,
  });
  undo.add(triggers.stop);
  const http = await startHttpServer({
    port: options.port,
    routes: triggers.routes,
    publish: triggers.publish,
    invoke: (name, payload) => functions.find(name)?.invoke(payload),
    log: options.log,
  });
  undo.add(http.stop);
  return {
    url: http.url,
    invoke: (functionName, payload) => functions.named(functionName).invoke(payload),
    queueDepths: queues.depths,
    streamsBehind: triggers.streamsBehind,
    startEventSources: triggers.startEventSources,
    startSchedules: triggers.startSchedules,
    stop: undo.run,
  };
}
