import { IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { Socket } from "node:net";
import * as z from "zod";
import type { AwsJson } from "./aws-json.ts";
import { matchesPattern } from "./event-pattern.ts";
import { readBody } from "./read-body.ts";
import type { Intent, Item, StreamLog } from "./stream-log.ts";

/** A table whose changes are read: the names of its keys, and which of its items are meant. */
const WATCHED = z.object({
  table: z.string(),
  keyNames: z.array(z.string()),
  /** Patterns of event filters; an item of which none is met is not asked for by anybody. */
  patterns: z.array(z.record(z.string(), z.unknown())),
});

export type Watched = z.infer<typeof WATCHED>;

/** What the host asks of the streams: `AccordStreams.Read` and so on. No function ever does. */
export const STREAM_TARGET = "AccordStreams";

const READ = z.object({ table: z.string(), reader: z.string(), most: z.number() });
const PASS = z.object({ table: z.string(), reader: z.string(), sequence: z.number() });
const BEHIND = z.object({ table: z.string(), reader: z.string() });

const item = z.record(z.string(), z.unknown());
const WRITE = z.object({ TableName: z.string(), Key: item.optional(), Item: item.optional() });
const BATCH = z.object({
  RequestItems: z.record(
    z.string(),
    z.array(
      z.object({
        PutRequest: z.object({ Item: item }).optional(),
        DeleteRequest: z.object({ Key: item }).optional(),
      }),
    ),
  ),
});

interface Touched {
  readonly table: string;
  readonly keys: Item;
}

/**
 * Gives the embedded DynamoDB streams, which it lacks: each write of a watched item is put on record
 * with the item before and after it, in order, and before the writer is answered. A write whose outcome
 * was not learnt is looked up at the next start.
 */
export function addStreams(server: Server, log: StreamLog, dynamoDb: () => Promise<AwsJson>): void {
  const [handle] = server.listeners("request").filter(isListener);
  if (!handle) throw new Error("the embedded DynamoDB listens to no requests");
  server.removeAllListeners("request");
  const watched = new Map<string, Watched>();
  const turns = new Map<string, Promise<void>>();
  const look = async ({ table, keys }: Touched) => {
    const asked = { TableName: table, Key: keys, ConsistentRead: true };
    return z
      .object({ Item: item.optional() })
      .parse(await (await dynamoDb()).call("GetItem", asked)).Item;
  };
  const ask: Readonly<Record<string, (body: unknown) => unknown>> = {
    async Watch(body) {
      const one = WATCHED.parse(body);
      watched.set(one.table, one);
      for (const intent of log.intents().filter(({ table }) => table === one.table))
        log.settle(intent, await look(intent));
      return {};
    },
    Read(body) {
      const { table, reader, most } = READ.parse(body);
      return { changes: log.read(table, reader, most) };
    },
    Behind(body) {
      const { table, reader } = BEHIND.parse(body);
      return { behind: log.behind(table, reader) };
    },
    Pass(body) {
      const { table, reader, sequence } = PASS.parse(body);
      log.pass(table, reader, sequence);
      return {};
    },
  };
  const write = async (request: IncomingMessage, response: ServerResponse, operation: string) => {
    const body = await bodyOf(request);
    const touched = touchedBy(operation, body, watched);
    if (touched.length === 0) return handle(replay(request, body), response);
    const release = await takeTurns(turns, touched);
    response.once("close", release);
    const intents: Intent[] = [];
    for (const one of touched) {
      const before = await look(one);
      intents.push({ ...one, before, id: log.intend({ ...one, before }) });
    }
    beforeAnswer(response, async () => {
      for (const intent of intents) log.settle(intent, await look(intent));
      release();
    });
    handle(replay(request, body), response);
  };
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const [service, operation = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
    if (service === STREAM_TARGET) void answer(request, response, ask[operation]);
    else if (watched.size > 0 && WRITES.has(operation))
      write(request, response, operation).catch(() => response.destroy());
    else handle(request, response);
  });
}

const WRITES: ReadonlySet<string> = new Set([
  "BatchWriteItem",
  "DeleteItem",
  "PutItem",
  "UpdateItem",
]);

function isListener(listener: unknown): listener is RequestListener {
  return typeof listener === "function";
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  work: ((body: unknown) => unknown) | undefined,
): Promise<void> {
  try {
    const body: unknown = JSON.parse((await bodyOf(request)).toString("utf8"));
    response.end(JSON.stringify(await work?.(body)));
  } catch (error) {
    response.statusCode = 500;
    response.end(error instanceof Error ? error.message : String(error));
  }
}

/** DynamoDB takes no more than this in one request. */
const MOST_BYTES = 16 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request, MOST_BYTES);
  if (body) return body;
  throw new Error("the request is larger than DynamoDB takes");
}

/** The request once more, since its body can be read only once. */
function replay({ headers, method, url }: IncomingMessage, body: Buffer): IncomingMessage {
  const again = Object.assign(new IncomingMessage(new Socket()), { headers, method, url });
  again.push(body);
  again.push(null);
  return again;
}

function touchedBy(
  operation: string,
  body: Buffer,
  watched: ReadonlyMap<string, Watched>,
): Touched[] {
  const read: unknown = JSON.parse(body.toString("utf8"));
  const written =
    operation === "BatchWriteItem"
      ? Object.entries(BATCH.parse(read).RequestItems).flatMap(([table, requests]) =>
          requests.map(({ PutRequest, DeleteRequest }) => ({
            table,
            from: PutRequest?.Item ?? DeleteRequest?.Key ?? {},
          })),
        )
      : [WRITE.parse(read)].map((one) => ({
          table: one.TableName,
          from: one.Key ?? one.Item ?? {},
        }));
  return written.flatMap(({ table, from }): Touched[] => {
    const of = watched.get(table);
    if (!of) return [];
    const keys = Object.fromEntries(of.keyNames.map((name) => [name, from[name]]));
    const isMeant = of.patterns.some((pattern) => meetsKeys(pattern, keys));
    return isMeant ? [{ table, keys }] : [];
  });
}

const PATTERN = z.object({
  dynamodb: z.object({ Keys: z.record(z.string(), z.unknown()) }).optional(),
});

/** By its keys alone, which is all that is known before the write; the reader's filter sees the rest. */
function meetsKeys(pattern: Readonly<Record<string, unknown>>, keys: Item): boolean {
  const { dynamodb } = PATTERN.parse(pattern);
  return dynamodb === undefined || matchesPattern(dynamodb.Keys, keys);
}

/** Writes of one item take turns, so that its changes are in order. Answers how to let the next one in. */
async function takeTurns(
  turns: Map<string, Promise<void>>,
  touched: readonly Touched[],
): Promise<() => void> {
  const names = [...new Set(touched.map((one) => JSON.stringify(one)))].sort();
  const done = Promise.withResolvers<void>();
  const before = names.map((name) => turns.get(name));
  for (const name of names) turns.set(name, done.promise);
  await Promise.all(before);
  return () => {
    for (const name of names) if (turns.get(name) === done.promise) turns.delete(name);
    done.resolve();
  };
}

/** Does `work` when the answer is ready, and before it is sent. */
function beforeAnswer(response: ServerResponse, work: () => Promise<void>): void {
  const end = response.end.bind(response);
  response.end = (chunk: unknown) => {
    work().then(
      () => end(chunk),
      () => response.destroy(),
    );
    return response;
  };
}
