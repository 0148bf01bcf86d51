import * as z from "zod";
import { monthOf } from "../../shared/core/ledger/calendar.ts";
import { ENTRY_KINDS } from "../../shared/core/ledger/entry.ts";
import { exportCredits } from "../../shared/revenue/export-credits.ts";
import { exportEntries } from "../../shared/revenue/export-entries.ts";
import type { StoredClose } from "../../shared/revenue/ledger-ports.ts";
import { REPORT_COLUMNS, reportRows } from "../../shared/revenue/report-table.ts";
import { json, refusal } from "../../shared/runtime/http-handler.ts";
import { COLUMN_TYPES } from "../../shared/tabular/column.ts";
import { CREDIT_COLUMNS } from "../../shared/tabular/credit-columns.ts";
import { ENTRY_COLUMNS } from "../../shared/tabular/entry-columns.ts";
import { next } from "./answers.ts";
import { moment } from "./moment.ts";
import { question } from "./route.ts";

const day = z.iso.date("expected a day such as 2026-01-31").exactOptional();

/** Days on which what is told counts: the first that does, and the first that does not any more. */
const days = { from: day, to: day };

const after = z
  .string()
  .regex(/^\d{4}-\d\d\|/, "expected what the answer before gave as next")
  .exactOptional();

const table = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.enum(COLUMN_TYPES) })),
  /** A cell for each column, as text; null where there is nothing. */
  rows: z.array(z.array(z.string().nullable())),
});

const line = z.object({
  currency: z.string(),
  kinds: z.partialRecord(z.enum(ENTRY_KINDS), z.string()),
  closedWon: z.string(),
  opportunities: z.int(),
  entries: z.int(),
});

const storedReport = z.object({
  period: z.string(),
  asOf: z.string(),
  lines: z.array(line),
  corporate: z.array(line),
  restatements: z.array(z.unknown()),
});

const rowsOf = ({ report, reportHash }: StoredClose) =>
  reportRows(storedReport.parse(JSON.parse(report)), reportHash);

export const revenueExportRoutes = [
  question({
    path: "/api/revenue/export/entries",
    role: "viewer",
    summary:
      "The ledger's entries as a table, in the order of their posting; go on until there is no next.",
    query: z.strictObject({ ...days, asOf: moment.exactOptional(), after }),
    answers: { 200: table.extend({ asOf: z.string(), next }) },
    work: async ({ ledger }, { query }) =>
      json(200, { columns: ENTRY_COLUMNS, ...(await exportEntries(ledger, query)) }),
  }),
  question({
    path: "/api/revenue/export/credits",
    role: "viewer",
    summary:
      "What a model credits as a table, each touch and what nobody earned, in the order of posting; go on until there is no next.",
    query: z.strictObject({
      ...days,
      /** Of a page behind another, as the answer before gave it. */
      model: z.string().default("first"),
      asOf: moment.exactOptional(),
      after,
    }),
    answers: { 200: table.extend({ asOf: z.string(), model: z.string(), next }) },
    async work({ crediting }, { query }) {
      const page = await exportCredits(crediting, query);
      return "refused" in page
        ? refusal(400, page.reason)
        : json(200, { columns: CREDIT_COLUMNS, ...page });
    },
  }),
  question({
    path: "/api/revenue/export/report",
    role: "viewer",
    summary: "What the reports of closed months say, as a table.",
    query: z.strictObject(days),
    answers: { 200: table },
    async work({ ledger: { ledger } }, { query: { from, to } }) {
      const closes = (await ledger.closes()).filter(
        ({ period }) =>
          (from === undefined || period >= monthOf(from)) &&
          (to === undefined || `${period}-01` < to),
      );
      return json(200, { columns: REPORT_COLUMNS, rows: closes.flatMap(rowsOf) });
    },
  }),
] as const;
