import { randomUUID } from "node:crypto";
import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { SYSTEMS } from "../../shared/core/reconcile/system.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  json,
  refusal,
} from "../../shared/runtime/http-handler.ts";
import type { HintQueue } from "../../shared/sync/ports.ts";
import { link, type Tied, unlink } from "../../shared/sync/tie-by-hand.ts";
import type { ReadTables } from "./tables.ts";

const word = { by: z.string().trim().min(1), because: z.string().trim().min(1) };

const unlinkBody = z.strictObject(word);

const linkBody = z.strictObject({
  ...word,
  ref: z.strictObject({
    system: z.enum(SYSTEMS),
    object: z.string().min(1),
    id: z.string().min(1),
  }),
});

/** `POST /api/records/{kind}/{id}/unlink` with `{by, because}`. Safe to repeat. */
export async function unlinkRecord(
  at: ReadTables,
  queue: HintQueue,
  request: HttpRequest,
): Promise<HttpAnswer> {
  return answerTo(request, unlinkBody, (kind, said) => unlink(worldOf(at, queue), kind, said));
}

/** `POST /api/records/{kind}/{id}/link` with `{ref: {system, object, id}, by, because}`. Safe to repeat. */
export async function linkRecord(
  at: ReadTables,
  queue: HintQueue,
  request: HttpRequest,
): Promise<HttpAnswer> {
  return answerTo(request, linkBody, (kind, said) => link(worldOf(at, queue), kind, said));
}

function worldOf(at: ReadTables, queue: HintQueue) {
  return { mapping, queue, store: dynamoRecordStore(at.db, at), now: Date.now, newId: randomUUID };
}

type KindMapping = (typeof mapping.kinds)[number];

async function answerTo<Body extends object>(
  { params, rawBody }: HttpRequest,
  schema: z.ZodType<Body>,
  work: (kind: KindMapping, said: Body & { readonly id: string }) => Promise<Tied>,
): Promise<HttpAnswer> {
  const kind = mapping.kinds.find((one) => one.kind === params["kind"]);
  if (!kind)
    return refusal(
      404,
      `records are of these kinds: ${mapping.kinds.map((one) => one.kind).join(", ")}`,
    );
  const body = schema.safeParse(jsonOf(rawBody));
  if (!body.success) return refusal(400, `the body is not understood: ${problemsOf(body.error)}`);
  const tied = await work(kind, { ...body.data, id: params["id"] ?? "" });
  if ("record" in tied) return json(200, { answer: tied.answer, record: tied.record });
  return refusal({ unknown: 404, impossible: 409, busy: 409 }[tied.answer], tied.reason);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`).join("; ");
}
