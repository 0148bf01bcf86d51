import * as z from "zod";
import { BEGINNINGS, COHORT_KINDS } from "../../shared/core/cohorts/beginning.ts";
import { formatMoney } from "../../shared/core/money/money.ts";
import { cohortPage } from "../../shared/revenue/cohort-page.ts";
import { json } from "../../shared/runtime/http-handler.ts";
import { next } from "./answers.ts";
import { moment } from "./moment.ts";
import { question } from "./route.ts";

const day = z.iso.date("expected a day such as 2026-01-01, in UTC").exactOptional();

const count = z.int();

export const cohortRoutes = [
  question({
    path: "/api/revenue/cohorts",
    role: "viewer",
    summary:
      "What came of persons by the month in which they began, month by month since; a page of it: lines of all pages add up.",
    query: z.strictObject({
      by: z.enum(BEGINNINGS),
      kind: z.enum(COHORT_KINDS).exactOptional(),
      from: day,
      to: day,
      asOf: moment.exactOptional(),
      after: z
        .string()
        .regex(/^(?:\d{4}-\d\d|persons)\|/, "expected what the answer before gave as next")
        .exactOptional(),
    }),
    answers: {
      200: z.object({
        asOf: z.string(),
        lines: z.array(
          z.object({
            /** In a cohort, in one that is not asked for, or with nobody who began. */
            where: z.enum(["cohort", "outside", "nobody"]),
            cohort: z.string().nullable(),
            value: z.string().nullable(),
            /** Null where persons are counted, and where there is no cohort. */
            monthsSince: count.nullable(),
            currency: z.string(),
            persons: count,
            customers: count,
            won: count,
            revenue: z.string().regex(/^-?\d+(?:\.\d+)?$/),
          }),
        ),
        next,
      }),
    },
    async work({ ledger, crediting, people }, { query }) {
      const { credits, journeys } = crediting;
      const { ledger: store, corporateCurrency, now } = ledger;
      const world = { ledger: store, credits, journeys, people, corporateCurrency, now };
      const { lines, ...page } = await cohortPage(world, query);
      const shown = lines.map(({ revenue: minor, ...line }) => ({
        ...line,
        revenue: formatMoney({ minor, currency: line.currency }),
      }));
      return json(200, { ...page, lines: shown });
    },
  }),
] as const;
