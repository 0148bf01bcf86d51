import { dynamoRevenueStore } from "../../shared/dynamodb/revenue-store.ts";
import { revenueBy } from "../../shared/revenue/revenue-report.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  json,
  refusal,
} from "../../shared/runtime/http-handler.ts";
import type { ReadTables } from "./tables.ts";

/** `GET /api/revenue?model=first-touch&by=source`: exact decimals, what nobody earned included. */
export async function readRevenue(at: ReadTables, { query }: HttpRequest): Promise<HttpAnswer> {
  const request = { model: query["model"] ?? "first-touch", by: query["by"] ?? "source" };
  const report = await revenueBy(request, dynamoRevenueStore(at.db, at.records));
  if ("refused" in report)
    return refusal(400, `${report.reason}; there is: ${report.available.join(", ")}`);
  return json(200, report);
}
