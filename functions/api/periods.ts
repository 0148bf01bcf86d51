import * as z from "zod";
import { closePeriod } from "../../shared/revenue/close-period.ts";
import type { StoredClose } from "../../shared/revenue/ledger-ports.ts";
import { periodReport, restatementsBetween } from "../../shared/revenue/period-report.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { shownEntry } from "./ledger.ts";
import { moment } from "./moment.ts";
import { action, because, NO_QUERY, question } from "./route.ts";

const closed = z.object({
  period: z.string(),
  /** Entries that were posted until then are in the report; later ones are restatements. */
  cutoff: z.string(),
  closedAt: z.string(),
  by: z.string(),
  because: z.string(),
  reportHash: z.string(),
});

const reportText = z.object({
  period: z.string(),
  /** JSON as text, byte for byte what its hash was made of. */
  report: z.string(),
  /** SHA-256 of the text, in hexadecimal. */
  reportHash: z.string(),
  closed: z.boolean(),
});

const shownClose = ({ report: _, ...close }: StoredClose) => close;

export const periodRoutes = [
  action({
    path: "/api/revenue/periods/{period}/close",
    role: "finance",
    summary: "Closes a month: keeps its report with its hash; what changes later is restated.",
    body: z.strictObject({ because }),
    answers: { 200: closed.extend({ report: z.string() }) },
    async work({ ledger }, { params, body, by }) {
      const period = params["period"] ?? "";
      const done = await closePeriod(ledger, { period, by, because: body.because });
      return "refused" in done ? refusal(409, `${done.refused}: ${done.reason}`) : json(200, done);
    },
  }),
  question({
    path: "/api/revenue/periods",
    role: "viewer",
    summary: "The months that are closed, by whom, why, and the hash of each one's report.",
    query: NO_QUERY,
    answers: { 200: z.object({ periods: z.array(closed) }) },
    async work({ ledger: { ledger } }) {
      return json(200, { periods: (await ledger.closes()).map(shownClose) });
    },
  }),
  question({
    path: "/api/revenue/periods/{period}",
    role: "viewer",
    summary: "A month's report as of any moment, byte for byte what it was then.",
    query: z.strictObject({ asOf: moment.exactOptional() }),
    answers: { 200: reportText },
    async work({ ledger }, { params, query }) {
      const period = params["period"] ?? "";
      const made = await periodReport(ledger, { period, asOf: query.asOf });
      return "refused" in made
        ? refusal(400, `${made.refused}: ${made.reason}`)
        : json(200, { period, ...made });
    },
  }),
  question({
    path: "/api/revenue/restatements",
    role: "viewer",
    summary:
      "What months said at one moment and at another, and every entry that the difference is made of.",
    query: z.strictObject({ from: moment, to: moment }),
    answers: {
      200: z.object({
        months: z.array(
          z.object({
            month: z.string(),
            currency: z.string(),
            before: z.string(),
            after: z.string(),
            difference: z.string(),
          }),
        ),
        entries: z.array(
          shownEntry.extend({
            month: z.string(),
            reportedIn: z.string(),
            /** The month was closed by then. */
            restates: z.boolean(),
          }),
        ),
      }),
    },
    async work({ ledger }, { query }) {
      const told = await restatementsBetween(ledger, query);
      return "refused" in told ? refusal(400, `${told.refused}: ${told.reason}`) : json(200, told);
    },
  }),
] as const;
