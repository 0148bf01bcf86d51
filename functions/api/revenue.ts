import * as z from "zod";
import { dynamoRevenueStore } from "../../shared/dynamodb/revenue-store.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { question } from "./route.ts";

/** An exact decimal with the currency's digits, such as `12.34`. */
const total = z.object({
  currency: z.string(),
  revenue: z.string(),
  opportunities: z.int().nonnegative(),
});

export const revenueRoutes = [
  question({
    path: "/api/revenue",
    role: "viewer",
    summary:
      "Closed-won revenue by first-touch source, in exact decimals; what nobody earned included.",
    query: z.strictObject({
      model: z.string().default("first-touch"),
      by: z.string().default("source"),
    }),
    answers: {
      200: z.object({
        model: z.string(),
        modelVersion: z.string(),
        by: z.string(),
        lines: z.array(total.extend({ source: z.string().nullable(), label: z.string() })),
        totals: z.array(total),
        withoutAmount: z.int().nonnegative(),
      }),
    },
    async work({ at }, { query }) {
      const report = await revenueBy(query, dynamoRevenueStore(at.db, at.records));
      if ("refused" in report)
        return refusal(400, `${report.reason}; there is: ${report.available.join(", ")}`);
      return json(200, report);
    },
  }),
] as const;
