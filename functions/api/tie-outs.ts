import { randomUUID } from "node:crypto";
import * as z from "zod";
import { TIE_OUT_CAUSES } from "../../shared/core/ledger/tie-out.ts";
import { daysOf } from "../../shared/revenue/tie-out.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { system } from "./answers.ts";
import { action, because, NO_QUERY, question } from "./route.ts";

const asked = z.object({
  id: z.string(),
  period: z.string(),
  by: z.string(),
  because: z.string(),
  askedAt: z.string(),
});

const line = z.object({
  currency: z.string(),
  sumsIn: z.string(),
  crm: z.string(),
  ledger: z.string(),
  difference: z.string(),
});

const result = z.object({
  days: z.object({ from: z.string(), to: z.string() }),
  meets: z.boolean(),
  salesforce: z.array(line),
  hubspot: z.array(line),
  differences: z.array(
    z.object({
      system,
      opportunity: z.string().exactOptional(),
      deal: z.string().exactOptional(),
      crm: z.string().exactOptional(),
      ledger: z.string().exactOptional(),
      difference: z.string(),
      cause: z.enum(TIE_OUT_CAUSES),
      says: z.string(),
    }),
  ),
});

export const tieOutRoutes = [
  action({
    path: "/api/revenue/tieouts",
    role: "finance",
    summary:
      "Starts to hold the ledger against Salesforce's own sum of what is won, and HubSpot's deals.",
    body: z.strictObject({ period: z.string(), because }),
    answers: { 202: asked },
    async work({ ledgerDesk: { tieOuts, queue, now } }, { body: { period, because: why }, by }) {
      if (!daysOf(period))
        return refusal(400, `'${period}' is no period; expected 2026-10, 2026-Q3 or 2026`);
      const askedAt = new Date(now()).toISOString();
      const id = `tieout-${period}-${randomUUID().slice(0, 6)}`;
      const kept = { id, period, by, because: why, askedAt };
      await tieOuts.ask(kept);
      await queue.send([{ step: "ledger-tie-out", id, period, attempt: 0 }], 0);
      return json(202, kept);
    },
  }),
  question({
    path: "/api/revenue/tieouts/{id}",
    role: "viewer",
    summary:
      "A tie-out: the sums side by side, and every opportunity that differs, with its cause.",
    query: NO_QUERY,
    answers: { 200: asked.extend({ result: result.exactOptional() }) },
    async work({ ledgerDesk: { tieOuts } }, { params }) {
      const found = await tieOuts.load(params["id"] ?? "");
      if (!found) return refusal(404, "there is no such tie-out");
      return json(200, { ...found.asked, ...(found.result ? { result: found.result } : {}) });
    },
  }),
] as const;
