import * as z from "zod";
import { ledgerFields } from "../../shared/config/ledger.ts";
import { retryRefused } from "../../shared/revenue/retry-refused.ts";
import { verifyChains, verifyCloses } from "../../shared/revenue/verify-ledger.ts";
import { json } from "../../shared/runtime/http-handler.ts";
import { action, because, NO_QUERY, question } from "./route.ts";

export const ledgerCheckRoutes = [
  question({
    path: "/api/ledger/verify",
    role: "viewer",
    summary:
      "Checks the chains of a sixteenth of all opportunities from their beginning; names the first wrong entry of each.",
    query: z.strictObject({
      /** The first digit of the opportunities' ids. */
      shard: z.string().regex(/^[0-9a-f]$/, "expected one of 0 to f"),
    }),
    answers: {
      200: z.object({
        chains: z.int(),
        entries: z.int(),
        broken: z.array(
          z.object({ opportunityId: z.string(), sequence: z.int(), says: z.string() }),
        ),
      }),
    },
    async work({ ledger, ledgerDesk: { opportunities } }, { query }) {
      const books = { opportunities, fields: ledgerFields };
      return json(200, await verifyChains(ledger, books, query.shard));
    },
  }),
  question({
    path: "/api/ledger/verify/periods",
    role: "viewer",
    summary:
      "Makes the reports of all closed months again, and names those that are not what they were.",
    query: NO_QUERY,
    answers: {
      200: z.object({
        periods: z.int(),
        broken: z.array(z.object({ period: z.string(), says: z.string() })),
      }),
    },
    async work({ ledger }) {
      const [closes, broken] = await Promise.all([ledger.ledger.closes(), verifyCloses(ledger)]);
      return json(200, { periods: closes.length, broken });
    },
  }),
  action({
    path: "/api/ledger/retry",
    role: "finance",
    summary: "Judges once more what the ledger refused: a rate or a value may be right by now.",
    body: z.strictObject({ because }),
    answers: { 200: z.object({ tried: z.int(), posted: z.int(), left: z.int() }) },
    async work({ ledger, ledgerDesk: { opportunities } }) {
      return json(200, await retryRefused(ledger, opportunities, ledgerFields));
    },
  }),
  action({
    path: "/api/ledger/catch-up",
    role: "finance",
    summary: "Judges every opportunity by its record, as is done once a day; takes a while.",
    body: z.strictObject({ because }),
    answers: { 202: z.object({ started: z.literal(true) }) },
    async work({ ledgerDesk: { queue } }) {
      await queue.send([{ step: "ledger-catch-up", attempt: 0 }], 0);
      return json(202, { started: true });
    },
  }),
] as const;
