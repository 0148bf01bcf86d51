import * as z from "zod";
import { byName, type CostFact, standingCosts } from "../../shared/core/costs/cost-fact.ts";
import { monthsOf } from "../../shared/core/ledger/calendar.ts";
import { formatMoney } from "../../shared/core/money/money.ts";
import { importCosts } from "../../shared/revenue/import-costs.ts";
import { returnByCampaign } from "../../shared/revenue/return-report.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { moment } from "./moment.ts";
import { action, because, question } from "./route.ts";

/** Each is a call of the table, and all of them fit into the ten seconds of an answer. */
const MOST_COSTS = 500;

/** What an answer tells of a list that is refused; the rest shows once these are right. */
const MOST_TOLD = 20;

/** Of an answer's 6 MB, which is the most that Lambda sends. */
const MOST_LISTED = 5000;

const decimal = z.string().regex(/^-?\d+(?:\.\d+)?$/);

const sums = z.object({
  currency: z.string(),
  revenue: decimal,
  cost: decimal,
  return: decimal,
  /** Four decimals, rounded half away from zero; null where nothing was spent. */
  returnOnCost: decimal.nullable(),
  opportunities: z.int(),
});

const day = z.iso.date("expected a day such as 2026-01-01, in UTC").exactOptional();

export const costRoutes = [
  action({
    path: "/api/revenue/costs/import",
    role: "finance",
    summary:
      "Posts what campaigns cost, each once; a correction says so by its number. Of a list with a wrong line, none.",
    body: z.strictObject({
      costs: z
        .array(
          z.strictObject({
            campaign: z.string(),
            period: z.string(),
            amount: z.string(),
            currency: z.string(),
            reference: z.string().exactOptional(),
            correction: z.string().exactOptional(),
          }),
        )
        .min(1)
        .max(MOST_COSTS),
      because,
    }),
    answers: { 200: z.object({ posted: z.int(), known: z.int() }) },
    async work({ ledger, costs }, { body, by }) {
      const asked = { lines: body.costs, by, because: body.because };
      const done = await importCosts({ ...ledger, costs }, asked);
      if (!("refused" in done)) return json(200, done);
      const told = done.refused
        .slice(0, MOST_TOLD)
        .map(({ line, name, says }) => `line ${line}: ${name}: ${says}`);
      const outcome = done.posted === 0 ? "nothing was posted" : `${done.posted} were posted`;
      // Not logged, as other refusals are: it repeats amounts and references.
      return json(400, { error: `${outcome}; ${told.join("; ")}` });
    },
  }),
  question({
    path: "/api/revenue/costs",
    role: "viewer",
    summary: "What campaigns cost, month by month, with every correction and the frozen rates.",
    query: z.strictObject({ period: z.string().exactOptional() }),
    answers: {
      200: z.object({
        costs: z.array(
          z.object({
            campaign: z.string(),
            period: z.string(),
            reference: z.string(),
            correction: z.int(),
            /** False: a correction took its place. */
            stands: z.boolean(),
            currency: z.string(),
            amount: decimal,
            corporateCurrency: z.string(),
            corporate: decimal,
            rate: z.object({ rate: z.string(), source: z.string(), day: z.string() }),
            postedAt: z.string(),
            actor: z.string(),
            because: z.string(),
          }),
        ),
        /** Set where there are more than an answer holds: ask for one period. */
        shortened: z.literal(true).exactOptional(),
      }),
    },
    async work({ costs }, { query: { period } }) {
      const months = period === undefined ? [] : monthsOf(period);
      if (months === undefined)
        return refusal(
          400,
          "the period: expected a month, quarter or year: 2026-10, 2026-Q3, 2026",
        );
      const facts = await costs.costsOf({ first: months[0], last: months.at(-1) });
      const standing = new Set(standingCosts(facts, FOR_EVER));
      const listed = facts.toSorted(byName).slice(0, MOST_LISTED);
      return json(200, {
        costs: listed.map((fact) => ({ ...shownCost(fact), stands: standing.has(fact) })),
        ...(facts.length > MOST_LISTED ? { shortened: true } : {}),
      });
    },
  }),
  question({
    path: "/api/revenue/roi",
    role: "viewer",
    summary:
      "What campaigns earned by a model beside what they cost, in the corporate currency, as of any moment.",
    query: z.strictObject({
      from: day,
      to: day,
      asOf: moment.exactOptional(),
      model: z.string().default("first"),
      by: z.literal("campaign", { error: "costs are known by campaign" }).default("campaign"),
    }),
    answers: {
      200: z.object({
        from: day,
        to: day,
        model: z.string(),
        modelVersion: z.string(),
        by: z.literal("campaign"),
        asOf: z.string(),
        lines: z.array(
          sums.extend({
            attributed: z.boolean(),
            campaign: z.string().nullable(),
            label: z.string(),
            /** Whether it has a cost and revenue, or one of them alone. */
            has: z.enum(["both", "cost", "revenue"]),
          }),
        ),
        totals: z.array(sums),
        /** Opportunities of which something is posted and not credited yet. */
        uncredited: z.int(),
      }),
    },
    async work({ crediting, costs }, { query: { by: _, ...query } }) {
      const report = await returnByCampaign({ ...crediting, costs }, query);
      return "refused" in report ? refusal(400, report.reason) : json(200, report);
    },
  }),
] as const;

/** Behind every instant. */
const FOR_EVER = "~";

function shownCost({ amount, corporate, ...fact }: CostFact) {
  return {
    ...fact,
    ...{ currency: amount.currency, amount: formatMoney(amount) },
    ...{ corporateCurrency: corporate.currency, corporate: formatMoney(corporate) },
  };
}
