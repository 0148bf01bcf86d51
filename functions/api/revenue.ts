import * as z from "zod";
import { attribution } from "../../shared/config/attribution.ts";
import { ENTRY_KINDS } from "../../shared/core/ledger/entry.ts";
import { compareModels } from "../../shared/revenue/compare-models.ts";
import { coverageOf } from "../../shared/revenue/coverage-report.ts";
import { describeModels } from "../../shared/revenue/describe-models.ts";
import { drillDown } from "../../shared/revenue/drill-down.ts";
import type { RevenueRefusal } from "../../shared/revenue/refusal.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import { type HttpAnswer, json, refusal } from "../../shared/runtime/http-handler.ts";
import { next, system } from "./answers.ts";
import { moment } from "./moment.ts";
import { NO_QUERY, question } from "./route.ts";

/** Opportunities of one page of a drill-down. */
const MOST_LISTED = 100;

const count = z.int().nonnegative();
const nullable = z.string().nullable();

/** Exact decimals with the currency's digits, such as `12.34`. */
const total = z.object({ currency: z.string(), revenue: z.string(), opportunities: count });
const sums = total.extend({ closedWon: z.string(), corporate: z.string() });

const value = { attributed: z.boolean(), value: nullable, label: z.string() };

const day = z.iso.date("expected a day such as 2026-01-31, in UTC");
const period = { from: day.exactOptional(), to: day.exactOptional() };
const asked = {
  ...period,
  model: z.string().default("first"),
  by: z.string().default("source"),
  asOf: moment.exactOptional(),
};

const share = z.number();

function answered<Report extends object>(report: Report | RevenueRefusal): HttpAnswer {
  return "refused" in report ? refusal(400, report.reason) : json(200, report);
}

export const revenueRoutes = [
  question({
    path: "/api/revenue",
    role: "viewer",
    summary:
      "Closed-won revenue by source, campaign, owner and more, as a model credits it, in exact decimals; what nobody earned included.",
    query: z.strictObject(asked),
    answers: {
      200: z.object({
        ...period,
        model: z.string(),
        modelVersion: z.string(),
        by: z.string(),
        /** Nothing that was posted later is in it. */
        asOf: z.string(),
        lines: z.array(sums.extend(value)),
        totals: z.array(sums),
        /** Opportunities of which something is posted and not credited yet. */
        uncredited: count,
        learned: z
          .object({
            label: z.string(),
            learntAt: z.string(),
            won: count,
            lost: count,
            shares: z.array(
              z.object({
                source: z.string(),
                share,
                low: share,
                high: share,
                removalEffect: share.exactOptional(),
                journeys: count,
              }),
            ),
          })
          .exactOptional(),
      }),
    },
    work: async (world, { query }) => answered(await revenueBy(world.crediting, query)),
  }),
  question({
    path: "/api/revenue/models",
    role: "viewer",
    summary: "Every model with its version and all its weights.",
    query: NO_QUERY,
    answers: {
      200: z.object({
        journey: z.object({
          persons: z.string(),
          windowDays: z.number().nullable(),
          dedupeMinutes: z.number(),
        }),
        models: z.array(
          z.object({
            name: z.string(),
            version: z.string(),
            /** "declared": nothing is credited by it yet. */
            state: z.enum(["in-force", "being-made", "replaced", "declared"]),
            credits: z.string(),
          }),
        ),
      }),
    },
    work: async ({ crediting }) =>
      json(200, {
        journey: attribution.journey,
        models: describeModels(attribution, await crediting.credits.versions()),
      }),
  }),
  question({
    path: "/api/revenue/compare",
    role: "viewer",
    summary: "What several models give of the same money, side by side, with the spread.",
    query: z.strictObject({
      ...period,
      by: asked.by,
      asOf: asked.asOf,
      models: z
        .string({ error: "expected models=first,last,linear" })
        .transform((names) => [...new Set(names.split(",").map((name) => name.trim()))]),
    }),
    answers: {
      200: z.object({
        ...period,
        by: z.string(),
        asOf: z.string(),
        models: z.array(z.object({ name: z.string(), version: z.string() })),
        silent: z.array(z.object({ name: z.string(), reason: z.string() })),
        lines: z.array(
          z.object({
            ...value,
            currency: z.string(),
            revenue: z.array(z.string()),
            spread: z.string(),
          }),
        ),
        totals: z.array(sums),
      }),
    },
    work: async ({ crediting }, { query }) => answered(await compareModels(crediting, query)),
  }),
  question({
    path: "/api/revenue/coverage",
    role: "viewer",
    summary:
      "The share of won revenue that can be credited, and each gap by the money in it, with what would close it.",
    query: z.strictObject(period),
    answers: {
      200: z.object({
        ...period,
        coverage: z.array(
          total.extend({ covered: z.string(), coveredOpportunities: count, share: nullable }),
        ),
        gaps: z.array(
          total.extend({
            gap: z.string(),
            fix: z.string(),
            first: z.array(z.object({ id: z.string(), name: nullable })),
          }),
        ),
        withoutAmount: count,
      }),
    },
    work: async (world, { query }) =>
      json(200, await coverageOf(query, attribution, world.crediting.journeys)),
  }),
  question({
    path: "/api/revenue/credits",
    role: "viewer",
    summary:
      "The opportunities, entries, touches and CRM records that a line of the revenue report is made of, the most credit first, paged.",
    query: z.strictObject({
      ...asked,
      /** A line's label; left out: the unattributed line. */
      of: z.string().exactOptional(),
      currency: z.string().exactOptional(),
      after: z.string().exactOptional(),
    }),
    answers: {
      200: z.object({
        modelVersion: z.string(),
        opportunities: z.array(
          z.object({
            id: z.string(),
            name: nullable,
            closedOn: z.string(),
            currency: z.string(),
            amount: z.string(),
            credit: z.string(),
            entries: z.array(
              z.object({
                kind: z.enum([...ENTRY_KINDS, "journey"]),
                sequence: z.int().nullable(),
                effectiveDay: z.string(),
                postedAt: z.string(),
                amount: z.string(),
                credit: z.string(),
              }),
            ),
            touches: z.array(
              z.object({
                personId: z.string(),
                at: z.string(),
                source: z.string(),
                kind: z.string(),
                campaign: nullable,
                system,
                object: z.string(),
                recordId: z.string(),
                credit: z.string(),
              }),
            ),
          }),
        ),
        next,
      }),
    },
    work: async (world, { query: { of = null, ...query } }) =>
      answered(await drillDown(world.crediting, { ...query, of, most: MOST_LISTED })),
  }),
] as const;
