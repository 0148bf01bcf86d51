import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoTroubleIndex } from "../../shared/dynamodb/trouble-index.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  json,
  refusal,
} from "../../shared/runtime/http-handler.ts";
import type { HintQueue } from "../../shared/sync/ports.ts";
import {
  conflictName,
  type Ruled,
  resolveConflict,
  restoreValue,
  type Target,
} from "../../shared/sync/rule-on.ts";
import type { Trouble } from "../../shared/sync/trouble.ts";
import { kindNamed } from "./kinds.ts";
import type { ReadTables } from "./tables.ts";

/** A list shows this many records; the next page is asked for by `after`. */
const MOST_LISTED = 100;

/** `GET /api/conflicts?open&after=…`: open questions, with both values, and who gave them when. */
export async function readConflicts(at: ReadTables, { query }: HttpRequest): Promise<HttpAnswer> {
  if (query["open"] === undefined)
    return refusal(400, "say which: ?open; decided ones are in each record's own conflicts");
  const listed: Trouble[] = [];
  let next: string | undefined;
  for await (const { troubles, place } of dynamoTroubleIndex(at.db, at.records).pages(
    query["after"],
  )) {
    listed.push(...troubles.filter(({ open }) => open.length > 0));
    next = place;
    if (listed.length >= MOST_LISTED) break;
    next = undefined;
  }
  const records = await dynamoRecordStore(at.db, at).load(listed);
  const conflicts = listed.flatMap(({ kind, id }) =>
    (records.get(id)?.conflicts ?? [])
      .filter(({ winner }) => winner === undefined)
      .map((one) => ({ kind, id, conflict: conflictName(one), ...one })),
  );
  return json(200, { conflicts, ...(next === undefined ? {} : { next }) });
}

const by = z.string().min(1).max(200);
const value = z.string().nullable();

const resolution = z.strictObject({
  pick: z.union([z.enum(["hubspot", "salesforce"]), z.strictObject({ value })]),
  by,
});

const restoration = z.union([
  z.strictObject({ value, by }),
  z.strictObject({
    conflict: z.string(),
    system: z.enum(["hubspot", "salesforce"]).exactOptional(),
    by,
  }),
]);

/** `POST /api/records/{kind}/{id}/conflicts/{field}/resolve` with `{pick, by}`. */
export async function resolveOne(
  at: ReadTables,
  queue: HintQueue,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const body = resolution.safeParse(parseJson(request.rawBody));
  if (!body.success)
    return refusal(400, 'expected {"pick": "hubspot", "salesforce" or {"value": …}, "by": …}');
  const target = targetOf(request, body.data.by);
  if (!target) return refusal(404, "there are no records of this kind");
  return answerOf(await resolveConflict(worldOf(at, queue), target, body.data.pick));
}

/** `POST /api/records/{kind}/{id}/fields/{field}/restore` with `{value, by}` or `{conflict, by}`. */
export async function restoreOne(
  at: ReadTables,
  queue: HintQueue,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const body = restoration.safeParse(parseJson(request.rawBody));
  if (!body.success)
    return refusal(400, 'expected {"value": …, "by": …} or {"conflict": …, "by": …}');
  const target = targetOf(request, body.data.by);
  if (!target) return refusal(404, "there are no records of this kind");
  return answerOf(await restoreValue(worldOf(at, queue), target, body.data));
}

function targetOf({ params }: HttpRequest, who: string): Target | undefined {
  const kind = kindNamed(params["kind"]);
  if (kind === undefined) return undefined;
  return { kind, id: params["id"] ?? "", field: params["field"] ?? "", by: who };
}

function worldOf(at: ReadTables, queue: HintQueue) {
  return { mapping, store: dynamoRecordStore(at.db, at), queue, now: Date.now, wait };
}

const STATUS = { unknown: 404, impossible: 409, busy: 503 } as const;

/** 202: kept, and carried out within moments; 200: there is nothing to do. */
function answerOf(ruled: Ruled): HttpAnswer {
  if ("refused" in ruled) return refusal(STATUS[ruled.refused], ruled.reason);
  return json(ruled.done ? 202 : 200, ruled);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
