import * as z from "zod";
import {
  cancelPlan,
  type Desk,
  paceOf,
  SMALL_BLAST,
  startApply,
  startPlan,
} from "../../shared/runs/control.ts";
import { forecastOf } from "../../shared/runs/forecast.ts";
import { keptUntilMs } from "../../shared/runs/kept-until.ts";
import { pageOfItems } from "../../shared/runs/list-items.ts";
import type { Plan } from "../../shared/runs/plan.ts";
import { ITEM_STATES } from "../../shared/runs/run.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { next } from "./answers.ts";
import { action, because, NO_QUERY, question } from "./route.ts";
import {
  answerOfPlan,
  answerOfRun,
  condition,
  createsPerMinute,
  item,
  limits,
  plan,
  run,
  shownPlan,
} from "./run-answers.ts";

/** Plans that a list shows: the latest ones. */
const MOST_LISTED = 20;

async function withForecast(desk: Desk, found: Plan, speed: Parameters<typeof paceOf>[1] = {}) {
  const forecast = forecastOf(found, await paceOf(desk, speed));
  const shown = shownPlan(found);
  return forecast ? { ...shown, forecast } : shown;
}

export const planRoutes = [
  action({
    path: "/api/plans",
    role: "admin",
    summary: "Starts a plan of what would be written to which records; writes nothing to a CRM.",
    body: z.strictObject({
      kinds: z.array(z.string()).min(1),
      since: z.iso.datetime({ offset: true }).or(z.iso.date()).exactOptional(),
      where: z.array(condition).default([]),
      fields: z.array(z.string().min(1)).min(1).exactOptional(),
      because,
    }),
    answers: { 202: plan },
    work: async ({ desk }, { body, by }) => answerOfPlan(await startPlan(desk, { ...body, by })),
  }),
  question({
    path: "/api/plans",
    role: "viewer",
    summary: "The latest plans.",
    query: NO_QUERY,
    answers: { 200: z.object({ plans: z.array(plan) }) },
    async work({ desk }) {
      const ids = await desk.runs.list("plan", MOST_LISTED);
      const found = await Promise.all(ids.map((id) => desk.runs.loadPlan(id)));
      const known = found.flatMap((one) => one ?? []);
      return json(200, { plans: await Promise.all(known.map((one) => withForecast(desk, one))) });
    },
  }),
  question({
    path: "/api/plans/{plan}",
    role: "viewer",
    summary: "A plan: how far it is; once ready, its totals, its hash, and what it would cost.",
    query: z.strictObject({
      budget: z.coerce.number().gt(0).max(1).exactOptional(),
      createsPerMinute: z.coerce.number().int().positive().exactOptional(),
    }),
    answers: { 200: plan },
    async work({ desk }, { params, query: speed }) {
      const found = await desk.runs.loadPlan(params["plan"] ?? "");
      if (!found) return refusal(404, "there is no such plan");
      return json(200, await withForecast(desk, found, speed));
    },
  }),
  question({
    path: "/api/plans/{plan}/items",
    role: "viewer",
    summary: "What a plan does to each record, from what to what, and what became of it, paged.",
    query: z.strictObject({
      state: z.enum(ITEM_STATES).exactOptional(),
      after: z.string().exactOptional(),
    }),
    answers: { 200: z.object({ items: z.array(item), next }) },
    async work({ desk: { runs, world } }, { params, query }) {
      const found = await runs.loadPlan(params["plan"] ?? "");
      if (!found) return refusal(404, "there is no such plan");
      // DynamoDB deletes within some days of the time that it is told.
      if (world.now() >= keptUntilMs(found)) return json(200, { items: [] });
      return json(200, await pageOfItems(runs, found, query));
    },
  }),
  action({
    path: "/api/plans/{plan}/cancel",
    role: "admin",
    summary: "Ends a plan: it is read no further, and cannot be applied.",
    body: z.strictObject({ because }),
    answers: { 202: plan },
    work: async ({ desk }, { params }) =>
      answerOfPlan(await cancelPlan(desk, params["plan"] ?? "")),
  }),
  action({
    path: "/api/plans/{plan}/apply",
    role: "admin",
    summary: `Starts to do what a plan says. Without limits, it stops at ${SMALL_BLAST.creates} creates and ${SMALL_BLAST.updates} updates.`,
    body: z.strictObject({
      hash: z.string().exactOptional(),
      limits: limits.default(SMALL_BLAST),
      /** The share of the CRMs' limits that the run may take. */
      budget: z.number().gt(0).max(1).exactOptional(),
      /** So many records may be created in any minute, whoever works on the run; else as fast as it goes. */
      createsPerMinute: createsPerMinute.exactOptional(),
      because,
    }),
    answers: { 202: run },
    async work({ desk }, { params, body, by }) {
      return answerOfRun(await startApply(desk, { ...body, by, plan: params["plan"] ?? "" }));
    },
  }),
] as const;
