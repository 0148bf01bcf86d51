import * as z from "zod";
import { targetText } from "../../shared/core/write-back/write-back.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { listRefused } from "../../shared/write-back/list-refused.ts";
import type { WriteBackRun } from "../../shared/write-back/ports.ts";
import { startWriteBack } from "../../shared/write-back/start.ts";
import { next, system } from "./answers.ts";
import { action, because, NO_QUERY, question } from "./route.ts";

const count = z.int().nonnegative();

const run = z.object({
  id: z.string(),
  task: z.enum(["write", "clear"]),
  /** Nothing is written; what would be is at `lines`. */
  isDry: z.boolean(),
  by: z.string(),
  because: z.string(),
  startedAt: z.string(),
  /** Such as `u-shaped@4b922bbb`: what stands beside each figure on both sides. */
  version: z.string(),
  doing: z.enum(["gather", "write", "clear", "done"]),
  counts: z.object({ opportunities: count, unchanged: count, written: count, refused: count }),
  finishedAt: z.string().exactOptional(),
});

const line = z.object({
  /** Such as `opportunity#` and our id; of a campaign, Salesforce's. */
  target: z.string(),
  system,
  object: z.string(),
  id: z.string(),
  property: z.string(),
});

const page = { after: z.string().exactOptional() };

const shown = (one: WriteBackRun): z.infer<typeof run> => {
  const { id, task, isDry, by, because: why, startedAt, counts, finishedAt, piece } = one;
  return {
    ...{ id, task, isDry, by, because: why, startedAt, counts },
    version: `${one.model}@${one.version}`,
    doing: piece?.phase ?? "done",
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
};

export const writeBackRoutes = [
  action({
    path: "/api/revenue/write-backs",
    role: "finance",
    summary:
      "Writes attributed revenue back to both CRMs, says what it would write, or blanks what it wrote.",
    body: z.strictObject({
      task: z.enum(["write", "clear"]),
      isDry: z.boolean().exactOptional(),
      because,
    }),
    answers: { 202: run },
    async work({ writeBack }, { body: { task, isDry = false, because: why }, by }) {
      const begun = await startWriteBack(writeBack, { task, isDry, by, because: why });
      return "refused" in begun ? refusal(409, begun.reason) : json(202, shown(begun));
    },
  }),
  question({
    path: "/api/revenue/write-backs/refused",
    role: "viewer",
    summary: "What a CRM, or Accord, refused to be written back, and why. It is tried each time.",
    query: z.strictObject(page),
    answers: {
      200: z.object({
        items: z.array(line.extend({ code: z.string(), message: z.string() })),
        next,
      }),
    },
    async work({ writeBack: { figures } }, { query }) {
      const { items, ...rest } = await listRefused(figures, query.after);
      const lines = items.map(({ target, ...one }) => ({ target: targetText(target), ...one }));
      return json(200, { items: lines, ...rest });
    },
  }),
  question({
    path: "/api/revenue/write-backs/{run}",
    role: "viewer",
    summary: "How far a write-back is.",
    query: NO_QUERY,
    answers: { 200: run },
    async work({ writeBack: { figures } }, { params }) {
      const found = await figures.loadRun(params["run"] ?? "");
      return found ? json(200, shown(found)) : refusal(404, "there is no such write-back");
    },
  }),
  question({
    path: "/api/revenue/write-backs/{run}/lines",
    role: "viewer",
    summary: "What a write-back that writes nothing would write.",
    query: z.strictObject(page),
    answers: {
      200: z.object({
        items: z.array(line.extend({ from: z.string().nullable(), to: z.string().nullable() })),
        next,
      }),
    },
    async work({ writeBack: { figures } }, { params, query }) {
      const { items, ...rest } = await figures.lines(params["run"] ?? "", query.after);
      const lines = items.map(({ target, ...one }) => ({ target: targetText(target), ...one }));
      return json(200, { items: lines, ...rest });
    },
  }),
] as const;
