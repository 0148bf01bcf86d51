import * as z from "zod";
import { lifecycle } from "../../shared/config/lifecycle.ts";
import { dynamoStageIndex } from "../../shared/dynamodb/stage-index.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  json,
  refusal,
} from "../../shared/runtime/http-handler.ts";
import { lifecycleReport } from "../../shared/sync/stage-accounts.ts";
import type { ReadTables } from "./tables.ts";

/** A list shows this many differences; the next page is asked for by `after`. */
const MOST_LISTED = 100;

const moment = z.union([z.iso.date(), z.iso.datetime()]);
const asked = z.strictObject({
  from: moment,
  to: moment,
  after: z
    .string()
    .regex(/^[0-9a-f]:./)
    .exactOptional(),
});

const EXPECTED =
  "expected from and to, as 2026-01-31 or 2026-01-31T08:00:00Z in UTC, from before to; and after as the answer before gave it";

/**
 * `GET /api/lifecycle?from=…&to=…&after=…`: how many persons entered each stage from the one day on and
 * before the other, by HubSpot's account, Salesforce's and ours; and over whom they differ, with the reason.
 */
export async function readLifecycle(at: ReadTables, { query }: HttpRequest): Promise<HttpAnswer> {
  const meant = asked.safeParse(query);
  if (!meant.success) return refusal(400, EXPECTED);
  const [from, to] = [meant.data.from, meant.data.to].map((day) => new Date(day).toISOString());
  if (from === undefined || to === undefined || from >= to) return refusal(400, EXPECTED);
  const report = await lifecycleReport(dynamoStageIndex(at.db, at.records), lifecycle, {
    period: { from, to },
    after: meant.data.after,
    most: MOST_LISTED,
  });
  return json(200, report);
}
