import { randomUUID } from "node:crypto";
import * as z from "zod";
import { progressOf, reattribute } from "../../shared/revenue/reattribute.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { action, because, NO_QUERY, question } from "./route.ts";

export const reattributionRoutes = [
  action({
    path: "/api/revenue/models/{model}/reattribute",
    role: "modeller",
    summary:
      "Credits all that was ever posted by the model as it is declared last, or by what it learns now; then its name stands for that version.",
    body: z.strictObject({ because }),
    answers: { 202: z.object({ run: z.string(), version: z.string().exactOptional() }) },
    async work({ crediting, ledgerDesk: { queue } }, { params, body: { because: why }, by }) {
      const run = `reattribution-${randomUUID().slice(0, 6)}`;
      const asked = { model: params["model"] ?? "", run, by, because: why };
      const begun = await reattribute({ ...crediting, queue }, asked);
      return "refused" in begun ? refusal(400, begun.reason) : json(202, { run, ...begun });
    },
  }),
  question({
    path: "/api/revenue/reattributions/{run}",
    role: "viewer",
    summary:
      "What a model that learns has learnt, by the name of its version, or why it says nothing.",
    query: NO_QUERY,
    answers: {
      200: z.object({ version: z.string().exactOptional(), refused: z.string().exactOptional() }),
    },
    work: async ({ crediting }, { params }) =>
      json(200, (await crediting.credits.runOutcome(params["run"] ?? "")) ?? {}),
  }),
  question({
    path: "/api/revenue/models/{model}/versions/{version}",
    role: "viewer",
    summary:
      "How far a version of a model is: what it credits so far, and until when that is summed.",
    query: NO_QUERY,
    answers: {
      200: z.object({
        model: z.string(),
        version: z.string(),
        state: z.enum(["being-made", "in-force", "replaced"]),
        credited: z.int().nonnegative(),
        parts: z.int().nonnegative(),
        sums: z.string(),
      }),
    },
    async work({ crediting }, { params }) {
      const { model = "", version = "" } = params;
      return json(200, await progressOf(crediting, { model, version }));
    },
  }),
] as const;
