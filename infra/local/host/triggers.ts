import { randomUUID } from "node:crypto";
import { type AsyncPolicy, invokeAsync } from "./async-invocations.ts";
import { matchesPattern } from "./event-pattern.ts";
import { type EventSource, runEventSource } from "./event-sources.ts";
import type { Functions } from "./functions.ts";
import type { Route } from "./http-routes.ts";
import type { RouteTarget } from "./http-server.ts";
import type { Authorizer } from "./jwt-authorizers.ts";
import { ACCOUNT, arn, nameInArn, REGION, tableOfStream } from "./place.ts";
import type { Queues } from "./queues.ts";
import {
  ASYNC_INVOCATION,
  EVENT_SOURCE,
  INTEGRATION,
  ROUTE,
  RULE,
  SCHEDULE,
} from "./resource-schemas.ts";
import type { Resources } from "./resources.ts";
import { type Repeating, readTiming, repeat } from "./schedules.ts";
import { runStreamSource, type StreamSource } from "./stream-sources.ts";
import { filtersOf, type Streams } from "./streams.ts";

interface TriggersOptions {
  readonly resources: Resources;
  readonly functions: Functions;
  readonly queues: Queues;
  readonly streams: Streams;
  /** By name. */
  readonly authorizers: ReadonlyMap<string, Authorizer>;
  readonly maxThreads: number;
  readonly log: (line: string) => void;
}

/** Everything that calls a function. */
export interface Triggers {
  readonly routes: readonly Route<RouteTarget>[];
  /** Resolves with the number of deliveries, once those to queues are kept there. */
  publish(events: readonly Readonly<Record<string, unknown>>[]): Promise<number>;
  startEventSources(): void;
  startSchedules(): void;
  /** Changes of tables that the functions they feed have not worked off. */
  streamsBehind(): Promise<number>;
  stop(): Promise<void>;
}

/** How long a batch that is being worked on may take to end, once the host is told to stop. */
const GRACE_MS = 2_000;

export function openTriggers(options: TriggersOptions): Triggers {
  const { queues, streams, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const running: Promise<void>[] = [];
  const endings: (() => void)[] = [];
  const policies = asyncPolicies(options.resources);
  const invoke = (target: string, payload: unknown) => {
    const pool = options.functions.named(target);
    const policy = policies.get(pool.name) ?? { retries: 2, failureQueue: undefined };
    return invokeAsync(pool, payload, { ...policy, queues, signal, log });
  };
  const rules = rulesOf(options.resources);
  const deliver = (target: string, payload: unknown) =>
    isQueue(target)
      ? queues
          .send(nameInArn(target), JSON.stringify(payload))
          .catch((error: unknown) => log(`${nameInArn(target)} does not take a schedule: ${error}`))
      : invoke(target, payload);
  const repeating = schedulesOf(options.resources, deliver);
  const streamSources = streamSourcesOf(options);
  return {
    routes: routesOf(options),
    async publish(events) {
      const targets = events.flatMap((event) => {
        const whole = completed(event);
        return rules
          .filter(({ pattern }) => matchesPattern(pattern, whole))
          .flatMap((rule) => rule.targets.map((target) => ({ target, whole })));
      });
      const deliveries = targets.map(async ({ target, whole }) => {
        if (isQueue(target)) await queues.send(nameInArn(target), JSON.stringify(whole));
        else void invoke(target, whole);
      });
      await Promise.all(deliveries);
      return targets.length;
    },
    startEventSources() {
      for (const source of eventSourcesOf(options))
        running.push(runEventSource(source, queues, { signal, log }));
      for (const source of streamSources)
        running.push(runStreamSource(source, { streams, queues, signal, log }));
    },
    async streamsBehind() {
      const behind = await Promise.all(streamSources.map((source) => streams.behind(source)));
      return behind.reduce((sum, one) => sum + one, 0);
    },
    startSchedules() {
      for (const one of repeating) endings.push(repeat(one));
    },
    async stop() {
      stopping.abort();
      for (const end of endings.splice(0)) end();
      const grace = Promise.withResolvers<void>();
      const timer = setTimeout(grace.resolve, GRACE_MS);
      await Promise.race([Promise.all(running), grace.promise]);
      clearTimeout(timer);
    },
  };
}

function routesOf({ resources, functions, authorizers }: TriggersOptions): Route<RouteTarget>[] {
  const integrations = new Map(
    resources
      .ofType("AWS::ApiGatewayV2::Integration", INTEGRATION)
      .map(({ is, properties }) => [`integrations/${is.name}`, properties.IntegrationUri]),
  );
  return resources.ofType("AWS::ApiGatewayV2::Route", ROUTE).map(({ properties }) => ({
    routeKey: properties.RouteKey,
    target: {
      pool: functions.named(integrations.get(properties.Target) ?? properties.Target),
      guarded: properties.AuthorizationType === "AWS_IAM",
      authorizer: authorizers.get(properties.AuthorizerId ?? ""),
    },
  }));
}

/**
 * A function fed by several queues leaves at least one thread to each of the others, so that live
 * changes never wait behind a backfill (P8). The source with the highest limit may use all of them.
 */
function eventSourcesOf({ resources, functions, maxThreads }: TriggersOptions): EventSource[] {
  const found = resources
    .ofType("AWS::Lambda::EventSourceMapping", EVENT_SOURCE)
    .filter(({ properties }) => tableOfStream(properties.EventSourceArn) === undefined)
    .map(({ properties }) => ({
      queue: nameInArn(properties.EventSourceArn),
      pool: functions.named(properties.FunctionName),
      batchSize: properties.BatchSize,
      windowMs: properties.MaximumBatchingWindowInSeconds * 1000,
      concurrency: Math.min(properties.ScalingConfig?.MaximumConcurrency ?? maxThreads, maxThreads),
      limit: properties.ScalingConfig?.MaximumConcurrency ?? Number.POSITIVE_INFINITY,
      partial: properties.FunctionResponseTypes.includes("ReportBatchItemFailures"),
    }));
  return found.map(({ limit, ...source }) => {
    const outranked = found.some((other) => other.pool === source.pool && other.limit > limit);
    const concurrency = outranked
      ? Math.min(source.concurrency, maxThreads - 1)
      : source.concurrency;
    return { ...source, concurrency: Math.max(1, concurrency) };
  });
}

function streamSourcesOf({ resources, functions }: TriggersOptions): StreamSource[] {
  return resources
    .ofType("AWS::Lambda::EventSourceMapping", EVENT_SOURCE)
    .flatMap(({ is, properties }): StreamSource[] => {
      const table = tableOfStream(properties.EventSourceArn);
      if (table === undefined) return [];
      const destination = properties.DestinationConfig?.OnFailure.Destination;
      return [
        {
          table,
          reader: is.name,
          pool: functions.named(properties.FunctionName),
          batchSize: properties.BatchSize,
          windowMs: properties.MaximumBatchingWindowInSeconds * 1000,
          partial: properties.FunctionResponseTypes.includes("ReportBatchItemFailures"),
          patterns: filtersOf(properties),
          retries: properties.MaximumRetryAttempts,
          failureQueue: destination === undefined ? undefined : nameInArn(destination),
        },
      ];
    });
}

function asyncPolicies(resources: Resources): ReadonlyMap<string, AsyncPolicy> {
  return new Map(
    resources
      .ofType("AWS::Lambda::EventInvokeConfig", ASYNC_INVOCATION)
      .map(({ properties }): [string, AsyncPolicy] => {
        const destination = properties.DestinationConfig?.OnFailure.Destination;
        return [
          properties.FunctionName,
          {
            retries: properties.MaximumRetryAttempts,
            failureQueue: destination === undefined ? undefined : nameInArn(destination),
          },
        ];
      }),
  );
}

function isQueue(target: string): boolean {
  return target.startsWith(arn("sqs", ""));
}

function rulesOf(resources: Resources) {
  return resources
    .ofType("AWS::Events::Rule", RULE)
    .filter(({ properties }) => properties.State === "ENABLED")
    .map(({ properties }) => ({
      pattern: properties.EventPattern,
      targets: properties.Targets.map(({ Arn }) => Arn),
    }));
}

function schedulesOf(
  resources: Resources,
  deliver: (target: string, payload: unknown) => Promise<unknown>,
): Repeating[] {
  return resources
    .ofType("AWS::Scheduler::Schedule", SCHEDULE)
    .filter(({ properties }) => properties.State === "ENABLED")
    .map(({ properties: { ScheduleExpression, ScheduleExpressionTimezone, Target } }) => ({
      timing: readTiming(ScheduleExpression),
      timezone: ScheduleExpressionTimezone,
      run: async () => {
        await deliver(Target.Arn, JSON.parse(Target.Input));
      },
    }));
}

/** What EventBridge adds to an event that does not have it. */
function completed(event: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    version: "0",
    id: randomUUID(),
    account: ACCOUNT,
    region: REGION,
    time: new Date().toISOString(),
    resources: [],
    ...event,
  };
}
