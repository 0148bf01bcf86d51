import * as z from "zod";
import type { Answer } from "../../shared/runs/control.ts";
import { undoUntil } from "../../shared/runs/kept-until.ts";
import { createdLately } from "../../shared/runs/pace-creates.ts";
import type { Plan } from "../../shared/runs/plan.ts";
import { RUN_KINDS, type Run } from "../../shared/runs/run.ts";
import { type HttpAnswer, json, refusal } from "../../shared/runtime/http-handler.ts";
import { ref, system, value } from "./answers.ts";

/** Parts of the answers about plans and runs. */

const sums = z.record(z.string(), z.number());
const calls = z.object({ hubspot: z.number(), salesforce: z.number() });

export const condition = z.strictObject({
  field: z.string().min(1),
  is: z.enum(["=", "!="]),
  value: z.string(),
});

export const limits = z.strictObject({
  creates: z.int().nonnegative().exactOptional(),
  updates: z.int().nonnegative().exactOptional(),
  archives: z.int().nonnegative().exactOptional(),
});

export const plan = z.looseObject({
  id: z.string(),
  state: z.string(),
  by: z.string(),
  because: z.string(),
  createdAt: z.string(),
  request: z.looseObject({ kinds: z.array(z.string()) }),
  reason: z.string().exactOptional(),
  lacks: z.array(z.string()),
  readings: z.record(z.string(), z.looseObject({ rows: z.number() })),
  calls,
  totals: z
    .looseObject({ items: z.number(), kinds: sums, creates: sums, updates: sums, fields: sums })
    .exactOptional(),
  forecast: z
    .object({
      calls,
      minutes: z.number(),
      /** Exact decimals, US dollars. */
      dynamoDbUsd: z.string(),
      /** Records whose creation may start a workflow, a flow or an e-mail. */
      mayWakeAutomation: z.number(),
    })
    .exactOptional(),
  hash: z.string().exactOptional(),
  /** Nobody asked for it but a change of the mapping. */
  offered: z.literal(true).exactOptional(),
  /** Until when what it wrote can be taken back; its items are deleted a month later. */
  undoUntil: z.string(),
  run: z.string().exactOptional(),
});

export const run = z.looseObject({
  id: z.string(),
  what: z.enum(RUN_KINDS),
  plan: z.string(),
  state: z.string(),
  reason: z.string().exactOptional(),
  by: z.string(),
  because: z.string(),
  startedAt: z.string(),
  endedAt: z.string().exactOptional(),
  items: z.number(),
  counts: sums,
  used: sums,
  limits,
  budget: z.number().exactOptional(),
  createsPerMinute: z.number().nullable().exactOptional(),
  /** Of a run that may create so many a minute: in the last one. */
  createdLately: z.int().nonnegative().exactOptional(),
  calls,
  /** What it was expected to take, when it began. */
  forecast: z.object({ calls, minutes: z.number() }).exactOptional(),
});

const property = z.looseObject({ property: z.string(), from: value, to: value });

export const item = z.looseObject({
  key: z.string(),
  kind: z.string(),
  label: z.string(),
  state: z.string(),
  reason: z.string().exactOptional(),
  /** Its person was forgotten: it holds no value any more. */
  forgotten: z.literal(true).exactOptional(),
  refs: z.array(ref),
  changes: z.array(z.looseObject({ system, object: z.string(), properties: z.array(property) })),
});

/** A plan as people see it. */
export function shownPlan(plan: Plan) {
  return { ...plan, undoUntil: undoUntil(plan) };
}

/** A run as people see it. */
export function shownRun({ creations, turn: _turn, pages: _pages, ...run }: Run) {
  const { createsPerMinute } = run;
  return createsPerMinute ? { ...run, createdLately: createdLately(creations, Date.now()) } : run;
}

/** Records that may be created in any minute. */
export const createsPerMinute = z.int().positive();

const STATUS = { bad: 400, unknown: 404, impossible: 409 } as const;

export function answerOfPlan(answered: Answer<Plan>): HttpAnswer {
  return answerOf("refused" in answered ? answered : shownPlan(answered));
}

export function answerOfRun(answered: Answer<Run>): HttpAnswer {
  return answerOf("refused" in answered ? answered : shownRun(answered));
}

/** 202: it is under way, and goes on by itself. */
function answerOf<Value extends object>(answered: Answer<Value>): HttpAnswer {
  return "refused" in answered
    ? refusal(STATUS[answered.refused], answered.reason)
    : json(202, answered);
}
