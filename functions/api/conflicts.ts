import { setTimeout as wait } from "node:timers/promises";
import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { dynamoTroubleIndex } from "../../shared/dynamodb/trouble-index.ts";
import { type HttpAnswer, json, refusal } from "../../shared/runtime/http-handler.ts";
import {
  conflictName,
  type Ruled,
  resolveConflict,
  restoreValue,
  type Target,
} from "../../shared/sync/rule-on.ts";
import type { Trouble } from "../../shared/sync/trouble.ts";
import { conflict, next, ruled, system, value } from "./answers.ts";
import { kindNamed } from "./kinds.ts";
import { type Asked, action, because, question } from "./route.ts";
import type { World } from "./world.ts";

/** A list shows this many records; the next page is asked for by `after`. */
const MOST_LISTED = 100;

/** Open questions, with both values, and who gave them when. */
async function readConflicts({ at }: World, after: string | undefined): Promise<HttpAnswer> {
  const listed: Trouble[] = [];
  let next: string | undefined;
  for await (const { troubles, place } of dynamoTroubleIndex(at.db, at.records).pages(after)) {
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

async function resolveOne(
  world: World,
  { body, ...asked }: Asked<z.infer<typeof resolution>>,
): Promise<HttpAnswer> {
  const target = targetOf(asked, body.because);
  if (!target) return refusal(404, "there are no records of this kind");
  return answerOf(await resolveConflict(rulingWorld(world), target, body.pick));
}

async function restoreOne(
  world: World,
  { body, ...asked }: Asked<z.infer<typeof restoration>>,
): Promise<HttpAnswer> {
  const target = targetOf(asked, body.because);
  if (!target) return refusal(404, "there are no records of this kind");
  return answerOf(await restoreValue(rulingWorld(world), target, body));
}

function targetOf(
  { params, by }: Omit<Asked<unknown>, "body">,
  because: string,
): Target | undefined {
  const kind = kindNamed(params["kind"]);
  if (kind === undefined) return undefined;
  return { kind, id: params["id"] ?? "", field: params["field"] ?? "", by, because };
}

function rulingWorld({ at, queue }: World) {
  return { mapping, store: dynamoRecordStore(at.db, at), queue, now: Date.now, wait };
}

const STATUS = { unknown: 404, impossible: 409, busy: 503 } as const;

/** 202: kept, and carried out within moments; 200: there is nothing to do. */
function answerOf(ruled: Ruled): HttpAnswer {
  if ("refused" in ruled) return refusal(STATUS[ruled.refused], ruled.reason);
  return json(ruled.done ? 202 : 200, ruled);
}

const resolution = z.strictObject({
  pick: z.union([z.enum(["hubspot", "salesforce"]), z.strictObject({ value })], {
    error: 'expected "hubspot", "salesforce" or {"value": …}',
  }),
  because,
});

const restoration = z.union(
  [
    z.strictObject({ value, because }),
    z.strictObject({ conflict: z.string(), system: system.exactOptional(), because }),
  ],
  { error: 'expected {"value": …, "because": …} or {"conflict": …, "because": …}' },
);

export const conflictRoutes = [
  question({
    path: "/api/conflicts",
    role: "viewer",
    summary: "Questions that wait for a person, with both values, their authors and times, paged.",
    query: z.strictObject({
      open: z.string({
        error: "say which: ?open; decided ones are in each record's own conflicts",
      }),
      after: z.string().exactOptional(),
    }),
    answers: {
      200: z.object({
        conflicts: z.array(
          conflict.extend({ kind: z.string(), id: z.string(), conflict: z.string() }),
        ),
        next,
      }),
    },
    work: (world, { query }) => readConflicts(world, query.after),
  }),
  action({
    path: "/api/records/{kind}/{id}/conflicts/{field}/resolve",
    role: "admin",
    summary: "Decides an open question: one side's value, or another that is written to both.",
    body: resolution,
    answers: { 200: ruled, 202: ruled },
    work: resolveOne,
  }),
  action({
    path: "/api/records/{kind}/{id}/fields/{field}/restore",
    role: "admin",
    summary: "Brings a value back to both sides: any, or the one that lost a conflict.",
    body: restoration,
    answers: { 200: ruled, 202: ruled },
    work: restoreOne,
  }),
] as const;
