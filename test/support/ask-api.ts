import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEventV2, Context } from "aws-lambda";
import { z } from "zod";
import { openRoutes } from "../../functions/api/open-routes.ts";
import { ROUTES } from "../../functions/api/routes.ts";
import type { World } from "../../functions/api/world.ts";
import { mapping } from "../../shared/config/mapping.ts";
import { writeBack } from "../../shared/config/write-back.ts";
import type { MeterName } from "../../shared/core/quota/meters.ts";
import { dynamoAuditLog } from "../../shared/dynamodb/audit-log.ts";
import { dynamoCohortPersons } from "../../shared/dynamodb/cohort-persons.ts";
import { dynamoCostStore } from "../../shared/dynamodb/cost-store.ts";
import { dynamoCreditStore } from "../../shared/dynamodb/credit-store.ts";
import { dynamoCreditWorld } from "../../shared/dynamodb/credit-world.ts";
import { dynamoFigureStore } from "../../shared/dynamodb/figure-store.ts";
import { dynamoLedgerWorld } from "../../shared/dynamodb/ledger-world.ts";
import { dynamoOpportunities } from "../../shared/dynamodb/opportunities.ts";
import { loadMeter } from "../../shared/dynamodb/quota-store.ts";
import { dynamoRunStore } from "../../shared/dynamodb/run-store.ts";
import { dynamoSweepStore } from "../../shared/dynamodb/sweep-store.ts";
import { dynamoTieOutStore } from "../../shared/dynamodb/tie-out-store.ts";
import type { openDynamoTables } from "./dynamo-tables.ts";
import { memoryHintQueue } from "./memory-hint-queue.ts";

type Tables = Awaited<ReturnType<typeof openDynamoTables>>;

/** The claims of whoever asks; `null`: the gateway lets a request through and says nothing of whom. */
type Claims = Readonly<Record<string, unknown>> | null;

export interface Question {
  readonly as?: Claims;
  readonly query?: Readonly<Record<string, string>>;
  /** Text goes as it is, everything else as JSON. */
  readonly body?: unknown;
}

export const ADMIN = { sub: "olga", accord_role: "admin" };

/** The world of the API on real tables, with a queue that can be looked into. */
export function apiWorld({ db, tables }: Tables, more: Partial<World> = {}) {
  const queue = memoryHintQueue(Date.now);
  const noDeadLetters = {
    names: [],
    list: async () => [],
    retry: async () => ({ retried: 0, left: 0 }),
  };
  const world = {
    at: { db, records: tables.records, history: tables.history },
    audit: dynamoAuditLog(db, tables.history),
    ledger: dynamoLedgerWorld(db, tables.ledger),
    crediting: dynamoCreditWorld(db, tables),
    people: dynamoCohortPersons(db, tables.records),
    costs: dynamoCostStore(db, tables.ledger),
    ledgerDesk: {
      opportunities: dynamoOpportunities(db, tables.records),
      tieOuts: dynamoTieOutStore(db, tables.ledger),
      queue: { send: async () => undefined },
      now: Date.now,
    },
    deadLetters: noDeadLetters,
    queues: { of: async () => ({ waiting: 0, inHand: 0, delayed: 0 }) },
    desk: {
      runs: dynamoRunStore(db, tables.records),
      queue: { send: async () => undefined },
      world: { mapping, now: Date.now },
      newId: () => randomUUID().slice(0, 6),
      meterOf: (name: MeterName) => loadMeter(db, tables.records, name),
    },
    writeBack: {
      figures: dynamoFigureStore(db, tables.records),
      credits: dynamoCreditStore(db, tables.ledger),
      settings: writeBack,
      queue: { send: async () => undefined },
      mode: "sync" as const,
      now: Date.now,
      newId: () => randomUUID().slice(0, 6),
    },
    parity: {
      sweeps: dynamoSweepStore(db, tables.records),
      queue: { send: async () => undefined },
      world: { mapping, now: Date.now },
    },
    ...more,
    queue,
  };
  return { world, queue };
}

/**
 * Asks the API as the gateway does, `ask("GET /api/records/person", …)`. What is answered has to be what
 * the route says that it answers.
 */
export function askApi(world: World) {
  const handle = openRoutes(ROUTES, world);
  return async (target: string, question: Question = {}) => {
    const { statusCode = 0, body = "" } = await handle(eventOf(target, question), CONTEXT);
    const answer = { status: statusCode, body: JSON.parse(body) };
    expectAnswer(target, answer);
    return answer;
  };
}

export type Ask = ReturnType<typeof askApi>;

const ERROR = z.strictObject({ error: z.string().regex(/^[^\n]{10,}$/) });

function expectAnswer(
  target: string,
  { status, body }: { readonly status: number; readonly body: unknown },
): void {
  const [method, path = ""] = target.split(" ");
  const route = ROUTES.find(
    (one) => one.method === method && matches(one.path, path) && status in one.answers,
  );
  (route?.answers[status] ?? ERROR).parse(body);
}

function matches(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);
}

function eventOf(
  target: string,
  { as = ADMIN, query = {}, body }: Question,
): APIGatewayProxyEventV2 {
  const [method = "", rawPath = ""] = target.split(" ");
  const http = { method, path: rawPath, protocol: "HTTP/1.1", sourceIp: "", userAgent: "" };
  const authorizer = as === null ? {} : { authorizer: { jwt: { claims: as, scopes: null } } };
  return {
    version: "2.0",
    routeKey: `${method} /api/{proxy+}`,
    rawPath,
    rawQueryString: new URLSearchParams(query).toString(),
    queryStringParameters: query,
    headers: { host: "accord.example" },
    requestContext: {
      accountId: "",
      apiId: "",
      domainName: "accord.example",
      domainPrefix: "",
      requestId: "",
      routeKey: "",
      stage: "$default",
      time: "",
      timeEpoch: 0,
      http,
      ...authorizer,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    isBase64Encoded: false,
  };
}

export const CONTEXT = {
  functionName: "api",
  awsRequestId: "1",
  getRemainingTimeInMillis: () => 10_000,
} as Context;
