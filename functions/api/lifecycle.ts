import * as z from "zod";
import { lifecycle } from "../../shared/config/lifecycle.ts";
import { dynamoStageIndex } from "../../shared/dynamodb/stage-index.ts";
import { type HttpAnswer, json, refusal } from "../../shared/runtime/http-handler.ts";
import { lifecycleReport } from "../../shared/sync/stage-accounts.ts";
import { next } from "./answers.ts";
import { question } from "./route.ts";
import type { World } from "./world.ts";

/** A list shows this many differences; the next page is asked for by `after`. */
const MOST_LISTED = 100;

const EXPECTED =
  "expected from and to, as 2026-01-31 or 2026-01-31T08:00:00Z in UTC, from before to";

const moment = z.union([z.iso.date(), z.iso.datetime()], { error: EXPECTED });
const asked = z.strictObject({
  from: moment,
  to: moment,
  after: z
    .string()
    .regex(/^[0-9a-f]:./, "expected what the answer before gave as next")
    .exactOptional(),
});

async function readLifecycle({ at }: World, query: z.infer<typeof asked>): Promise<HttpAnswer> {
  const [from, to] = [query.from, query.to].map((day) => new Date(day).toISOString());
  if (from === undefined || to === undefined || from >= to) return refusal(400, EXPECTED);
  const report = await lifecycleReport(dynamoStageIndex(at.db, at.records), lifecycle, {
    period: { from, to },
    after: query.after,
    most: MOST_LISTED,
  });
  return json(200, report);
}

const count = z.int().nonnegative();

export const lifecycleRoutes = [
  question({
    path: "/api/lifecycle",
    role: "viewer",
    summary:
      "How many persons entered each stage in a period by each system's account and by ours, and over whom they differ, with the reason, paged.",
    query: asked,
    answers: {
      200: z.object({
        from: z.string(),
        to: z.string(),
        stages: z
          .array(z.object({ stage: z.string(), ours: count, hubspot: count, salesforce: count }))
          .exactOptional(),
        differing: z.array(
          z.object({
            id: z.string(),
            stage: z.string(),
            system: z.string(),
            ours: z.string().nullable(),
            theirs: z.string().nullable(),
            reason: z.string(),
            because: z.string(),
          }),
        ),
        next,
      }),
    },
    work: (world, { query }) => readLifecycle(world, query),
  }),
] as const;
