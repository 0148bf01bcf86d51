import { randomUUID } from "node:crypto";
import * as z from "zod";
import { mapping } from "../../shared/config/mapping.ts";
import { dynamoRecordStore } from "../../shared/dynamodb/record-store.ts";
import { type HttpAnswer, json, refusal } from "../../shared/runtime/http-handler.ts";
import { link, type Tied, unlink } from "../../shared/sync/tie-by-hand.ts";
import { record, ref } from "./answers.ts";
import { UNKNOWN_KIND } from "./kinds.ts";
import { type Asked, action, because } from "./route.ts";
import type { World } from "./world.ts";

const unlinkBody = z.strictObject({ because });
const linkBody = z.strictObject({ ref, because });

function tieWorld({ at, queue }: World) {
  return { mapping, queue, store: dynamoRecordStore(at.db, at), now: Date.now, newId: randomUUID };
}

type KindMapping = (typeof mapping.kinds)[number];

async function answerTo(
  { params }: Asked<unknown>,
  work: (kind: KindMapping, id: string) => Promise<Tied>,
): Promise<HttpAnswer> {
  const kind = mapping.kinds.find((one) => one.kind === params["kind"]);
  if (!kind) return refusal(404, UNKNOWN_KIND);
  const tied = await work(kind, params["id"] ?? "");
  if ("record" in tied) return json(200, { answer: tied.answer, record: tied.record });
  return refusal({ unknown: 404, impossible: 409, busy: 409 }[tied.answer], tied.reason);
}

const tied = z.object({ answer: z.enum(["done", "was-so"]), record });

export const tieRoutes = [
  action({
    path: "/api/records/{kind}/{id}/unlink",
    role: "admin",
    summary: "Keeps a record's two CRM records apart from here on. Safe to repeat.",
    body: unlinkBody,
    answers: { 200: tied },
    work: (world, asked) =>
      answerTo(asked, (kind, id) =>
        unlink(tieWorld(world), kind, { ...asked.body, by: asked.by, id }),
      ),
  }),
  action({
    path: "/api/records/{kind}/{id}/link",
    role: "admin",
    summary: "Ties a record to a CRM record of the other side. Safe to repeat.",
    body: linkBody,
    answers: { 200: tied },
    work: (world, asked) =>
      answerTo(asked, (kind, id) =>
        link(tieWorld(world), kind, { ...asked.body, by: asked.by, id }),
      ),
  }),
] as const;
