import type { Context } from "hono";
import type { Clock } from "../kit/clock.ts";
import type { BatchOutcome } from "./batch-records.ts";
import { APP_ID } from "./portal.ts";
import { invalid } from "./refusal.ts";
import type { ChangeSource } from "./stored-record.ts";

/** The official client cannot read a body without a content type. */
const JSON_TYPE = { "Content-Type": "application/json;charset=utf-8" } as const;

export function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: JSON_TYPE });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

type FinishBatch = (outcome: BatchOutcome, done?: number) => Response;

/**
 * Notes when a batch begins, and answers it when it is done. One that did all it was asked answers
 * `done`; one that did not answers 207.
 */
export function startBatch(clock: Clock): FinishBatch {
  const startedAtMs = clock.now();
  return ({ results, errors }, done = 200) => {
    const failed = errors.length > 0;
    return answer(failed ? 207 : done, {
      completedAt: new Date(clock.now()).toISOString(),
      status: "COMPLETE",
      startedAt: new Date(startedAtMs).toISOString(),
      results,
      ...(failed ? { numErrors: errors.length, errors } : {}),
    });
  };
}

/**
 * Who makes this change. An app, unless the request plays a person at work in HubSpot by
 * `X-Simulator-Source: CRM_UI` and `X-Simulator-Source-Id: userId:7`.
 */
export function sourceOf(context: Context): ChangeSource {
  const sourceType = context.req.header("X-Simulator-Source");
  if (sourceType === undefined) return { sourceType: "INTEGRATION", sourceId: String(APP_ID) };
  return { sourceType, sourceId: context.req.header("X-Simulator-Source-Id") ?? "userId:1" };
}

/** Values of a list parameter, whether repeated (`a&a`) or joined by commas. */
export function listQuery(context: Context, name: string): string[] {
  return (context.req.queries(name) ?? []).flatMap((part) => part.split(",")).filter(Boolean);
}

export function limitQuery(context: Context, bounds: { usual: number; most: number }): number {
  const text = context.req.query("limit");
  if (text === undefined || text === "") return bounds.usual;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > bounds.most)
    throw invalid(`limit must be a whole number from 1 to ${bounds.most}, not '${text}'`);
  return limit;
}

export function afterQuery(context: Context): number {
  const after = Number(context.req.query("after") || 0);
  if (!Number.isFinite(after))
    throw invalid(`after is not a paging cursor: '${context.req.query("after")}'`);
  return after;
}

/** A parameter of the path. Routes name theirs, so that a missing one is a fault of the route. */
export function pathParameter(context: Context, name: string): string {
  const value = context.req.param(name);
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}
