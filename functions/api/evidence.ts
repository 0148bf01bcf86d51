import * as z from "zod";
import { attribution } from "../../shared/config/attribution.ts";
import { chainsBehind, evidenceOf } from "../../shared/revenue/evidence.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { next } from "./answers.ts";
import { moment } from "./moment.ts";
import { NO_QUERY, question } from "./route.ts";

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
      }),
    },
    async work({ ledger }, { params }) {
      const period = params["period"] ?? "";
      const found = await evidenceOf(ledger, { period, attribution });
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
    query: z.strictObject({
      /** As the answer with the files gave it. */
      asOf: moment,
      after: z
        .string()
        .regex(/^[0-9a-f]:/, "expected what the answer before gave as next")
        .exactOptional(),
    }),
    answers: { 200: z.object({ lines: z.array(z.string()), next }) },
    async work({ ledger }, { params, query: { asOf, after } }) {
      const period = params["period"] ?? "";
      const page = await chainsBehind(ledger, { period, asOf, after });
      return "refused" in page ? refusal(409, `${page.refused}: ${page.reason}`) : json(200, page);
    },
  }),
] as const;
