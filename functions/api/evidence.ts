import * as z from "zod";
import {
  chainsBehind,
  creditsBehind,
  type EvidenceWorld,
  evidenceOf,
} from "../../shared/revenue/evidence.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { next } from "./answers.ts";
import { moment } from "./moment.ts";
import { NO_QUERY, question } from "./route.ts";
import type { World } from "./world.ts";

const after = z
  .string()
  .regex(/^[0-9a-f]:/, "expected what the answer before gave as next")
  .exactOptional();

/** As the answer with the files gave it. */
const asOf = moment;

const lines = z.object({ lines: z.array(z.string()), next });

const worldOf = ({ ledger, crediting: { credits, blocks } }: World): EvidenceWorld => ({
  ...ledger,
  credits,
  blocks,
});

export const evidenceRoutes = [
  question({
    path: "/api/revenue/evidence/{period}",
    role: "viewer",
    summary:
      "Of a closed month: its report, close, restatements since, rates and models, as the files of an evidence pack.",
    query: NO_QUERY,
    answers: {
      200: z.object({
        period: z.string(),
        asOf: z.string(),
        /** The text of each file by its name. */
        files: z.record(z.string(), z.string()),
        /** Whose credits belong to it, and the file of each. */
        credits: z.array(z.object({ model: z.string(), file: z.string() })),
      }),
    },
    async work(world, { params }) {
      const period = params["period"] ?? "";
      const found = await evidenceOf(worldOf(world), period);
      return "refused" in found
        ? refusal(409, `${found.refused}: ${found.reason}`)
        : json(200, { period, ...found });
    },
  }),
  question({
    path: "/api/revenue/evidence/{period}/entries",
    role: "viewer",
    summary:
      "The whole chains of the opportunities that a closed month says anything of, an entry a line; paged.",
    query: z.strictObject({ asOf, after }),
    answers: { 200: lines },
    async work({ ledger }, { params, query }) {
      const period = params["period"] ?? "";
      const page = await chainsBehind(ledger, { after: undefined, ...query, period });
      return "refused" in page ? refusal(409, `${page.refused}: ${page.reason}`) : json(200, page);
    },
  }),
  question({
    path: "/api/revenue/evidence/{period}/credits",
    role: "viewer",
    summary:
      "What a version that was in force at the close credits of the same opportunities up to it, a step a line; paged.",
    query: z.strictObject({ asOf, after, model: z.string() }),
    answers: { 200: lines },
    async work(world, { params, query }) {
      const period = params["period"] ?? "";
      const page = await creditsBehind(worldOf(world), { after: undefined, ...query, period });
      return "refused" in page ? refusal(409, `${page.refused}: ${page.reason}`) : json(200, page);
    },
  }),
] as const;
