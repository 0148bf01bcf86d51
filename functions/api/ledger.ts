import * as z from "zod";
import { monthsOf } from "../../shared/core/ledger/calendar.ts";
import { ENTRY_KINDS } from "../../shared/core/ledger/entry.ts";
import { REMEDIES } from "../../shared/core/ledger/refusal.ts";
import { byPosting, linesOf, shown } from "../../shared/core/ledger/report.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { next } from "./answers.ts";
import { question } from "./route.ts";

/** An exact decimal with its currency's digits, such as `12.34`; with a minus where it takes back. */
const decimal = z.string().regex(/^-?\d+(?:\.\d+)?$/);

export const shownEntry = z.object({
  opportunity: z.string(),
  sequence: z.int().positive(),
  kind: z.enum(ENTRY_KINDS),
  effectiveDay: z.string(),
  postedAt: z.string(),
  currency: z.string(),
  amount: decimal,
  corporate: decimal,
  actor: z.string(),
  because: z.string(),
});

const kept = shownEntry.extend({
  /** Frozen when the deal closed: units of the currency to one of the corporate one. */
  rate: z.object({ rate: z.string(), source: z.string(), day: z.string() }),
  owner: z.string().nullable(),
  recordVersion: z.int(),
  reference: z.string().exactOptional(),
  hash: z.string(),
});

const line = z.object({
  currency: z.string(),
  kinds: z.partialRecord(z.enum(ENTRY_KINDS), decimal),
  closedWon: decimal,
  opportunities: z.int(),
  entries: z.int(),
});

/** A year of entries fits into no answer of a function: it is asked for by quarters. */
const MOST_MONTHS = 3;

/** Of an answer's 6 MB, which is the most that Lambda sends. */
const MOST_ENTRIES = 5000;

export const ledgerRoutes = [
  question({
    path: "/api/ledger",
    role: "viewer",
    summary:
      "The ledger's entries of a month or quarter by their effective day, or of one opportunity, oldest first.",
    query: z.union([
      z.strictObject({ period: z.string() }),
      z.strictObject({ opportunity: z.string().min(1) }),
    ]),
    answers: {
      200: z.object({
        entries: z.array(kept),
        /** By currency of the deals, and all of it in the corporate one. */
        lines: z.array(line),
        corporate: z.array(line),
        /** Set where there were more entries than an answer holds; the sums are of all. */
        shortened: z.literal(true).exactOptional(),
      }),
    },
    async work({ ledger: { ledger } }, { query }) {
      const months = "period" in query ? monthsOf(query.period) : [];
      if (months === undefined || months.length > MOST_MONTHS)
        return refusal(400, "the period: expected a month such as 2026-10, or a quarter: 2026-Q3");
      const found =
        "opportunity" in query
          ? (await ledger.load(query.opportunity)).entries
          : (await Promise.all(months.map((month) => ledger.ofMonth(month)))).flat();
      const entries = [...found].sort(byPosting);
      return json(200, {
        entries: entries.slice(0, MOST_ENTRIES).map((entry) => ({
          ...shown(entry),
          rate: entry.rate,
          owner: entry.owner,
          recordVersion: entry.recordVersion,
          ...(entry.reference === undefined ? {} : { reference: entry.reference }),
          hash: entry.hash,
        })),
        lines: linesOf(entries, ({ amount }) => amount),
        corporate: linesOf(entries, ({ corporate }) => corporate),
        ...(entries.length > MOST_ENTRIES ? { shortened: true } : {}),
      });
    },
  }),
  question({
    path: "/api/ledger/refused",
    role: "viewer",
    summary: "What the ledger did not post, by opportunity, with its cause and a remedy; paged.",
    query: z.strictObject({ after: z.string().exactOptional() }),
    answers: {
      200: z.object({
        items: z.array(
          z.object({
            opportunity: z.string(),
            recordVersion: z.int(),
            at: z.string(),
            refusals: z.array(z.object({ name: z.string(), says: z.string(), remedy: z.string() })),
          }),
        ),
        next,
      }),
    },
    async work({ ledger: { ledger } }, { query }) {
      const page = await ledger.refused(query.after);
      const items = page.items.map(({ opportunityId: opportunity, refusals, ...one }) => ({
        opportunity,
        ...one,
        refusals: refusals.map((each) => ({ ...each, remedy: REMEDIES[each.name] })),
      }));
      return json(200, { ...page, items });
    },
  }),
] as const;
