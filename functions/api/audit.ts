import * as z from "zod";
import { json } from "../../shared/runtime/http-handler.ts";
import { next } from "./answers.ts";
import { moment } from "./moment.ts";
import { question } from "./route.ts";

/** A list shows this many actions; the next page is asked for by `after`. */
const MOST_LISTED = 100;

export const auditRoutes = [
  question({
    path: "/api/audit",
    role: "viewer",
    summary:
      "What administrators did: who, when, why, and what came of it, the latest first, paged.",
    query: z.strictObject({
      since: moment.exactOptional(),
      until: moment.exactOptional(),
      after: z
        .string()
        .regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z#./, "expected what the answer before gave as next")
        .exactOptional(),
    }),
    answers: {
      200: z.object({
        actions: z.array(
          z.object({
            id: z.string(),
            at: z.string(),
            actor: z.string(),
            because: z.string(),
            route: z.string(),
            path: z.string(),
            /** The answer's; null: it is not known what came of it. */
            status: z.int().nullable(),
          }),
        ),
        next,
      }),
    },
    async work({ audit }, { query: { since = "0", until = "9999", after } }) {
      const { entries: actions, next } = await audit.page({
        since,
        until: until < now() ? until : now(),
        after,
        most: MOST_LISTED,
      });
      return json(200, { actions, ...(next === undefined ? {} : { next }) });
    },
  }),
] as const;

/** A little ahead: what was asked for in this very millisecond is in the list. */
function now(): string {
  return new Date(Date.now() + 1).toISOString();
}
