import * as z from "zod";
import { ledgerFields } from "../../shared/config/ledger.ts";
import { importFacts } from "../../shared/revenue/import-facts.ts";
import { json } from "../../shared/runtime/http-handler.ts";
import { action, because } from "./route.ts";

/** Each is a few calls of the table, and all of them fit into the ten seconds of an answer. */
const MOST_FACTS = 200;

/** What an answer tells of a list that is refused; the rest shows once these are right. */
const MOST_TOLD = 20;

export const ledgerImportRoutes = [
  action({
    path: "/api/ledger/import",
    role: "finance",
    summary:
      "Posts refunds, churn and renewals, each reference once; of a list with a wrong line, none.",
    body: z.strictObject({
      facts: z
        .array(
          z.strictObject({
            opportunity: z.string().min(1),
            kind: z.enum(["refunded", "churned", "renewed"]),
            amount: z.string(),
            currency: z.string(),
            day: z.string(),
            reference: z.string().min(1).max(200),
          }),
        )
        .min(1)
        .max(MOST_FACTS),
      because,
    }),
    answers: { 200: z.object({ posted: z.int(), known: z.int() }) },
    async work({ ledger, ledgerDesk: { opportunities } }, { body, by }) {
      const office = { world: ledger, opportunities, fields: ledgerFields };
      const done = await importFacts(office, { lines: body.facts, by, because: body.because });
      if (!("refused" in done)) return json(200, done);
      const told = done.refused
        .slice(0, MOST_TOLD)
        .map(({ line, name, says }) => `line ${line}: ${name}: ${says}`);
      // Not logged, as other refusals are: it repeats amounts and references.
      return json(400, { error: `nothing was posted; ${told.join("; ")}` });
    },
  }),
] as const;
