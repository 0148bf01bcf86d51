import middy from "@middy/core";
import httpRouter from "@middy/http-router";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { documentClient } from "../../shared/dynamodb/document-client.ts";
import { type HttpAnswer, httpHandler, refusal } from "../../shared/runtime/http-handler.ts";
import { sqsHintQueue } from "../../shared/sqs/hint-queue.ts";
import { readConflicts, resolveOne, restoreOne } from "./conflicts.ts";
import { apiEnv } from "./env.ts";
import { readExplanation } from "./explain.ts";
import { readLifecycle } from "./lifecycle.ts";
import { readParked, retryThem } from "./parked.ts";
import { readHistory, readRecord, readRecords } from "./records.ts";
import { readRevenue } from "./revenue.ts";
import { readProgress, readStatus } from "./status.ts";
import { linkRecord, unlinkRecord } from "./ties.ts";

const env = apiEnv.parse(process.env);
const queue = sqsHintQueue({ live: env.LIVE_QUEUE_URL, bulk: env.BULK_QUEUE_URL });
const at = { db: documentClient(), records: env.RECORDS_TABLE, history: env.HISTORY_TABLE };

export const handler = middy<APIGatewayProxyEventV2, HttpAnswer>().handler(
  httpRouter<APIGatewayProxyEventV2, HttpAnswer>([
    { method: "GET", path: "/api/status", handler: httpHandler(() => readStatus(at)) },
    { method: "GET", path: "/api/progress", handler: httpHandler(() => readProgress(at)) },
    {
      method: "GET",
      path: "/api/revenue",
      handler: httpHandler((request) => readRevenue(at, request)),
    },
    {
      method: "GET",
      path: "/api/lifecycle",
      handler: httpHandler((request) => readLifecycle(at, request)),
    },
    {
      method: "GET",
      path: "/api/explain",
      handler: httpHandler((request) => readExplanation(at, request)),
    },
    {
      method: "GET",
      path: "/api/conflicts",
      handler: httpHandler((request) => readConflicts(at, request)),
    },
    {
      method: "POST",
      path: "/api/records/{kind}/{id}/conflicts/{field}/resolve",
      handler: httpHandler((request) => resolveOne(at, queue, request)),
    },
    {
      method: "POST",
      path: "/api/records/{kind}/{id}/fields/{field}/restore",
      handler: httpHandler((request) => restoreOne(at, queue, request)),
    },
    {
      method: "GET",
      path: "/api/parked",
      handler: httpHandler((request) => readParked(at, request)),
    },
    {
      method: "POST",
      path: "/api/parked/retry",
      handler: httpHandler((request) => retryThem(at, queue, request)),
    },
    {
      method: "POST",
      path: "/api/records/{kind}/{id}/unlink",
      handler: httpHandler((request) => unlinkRecord(at, queue, request)),
    },
    {
      method: "POST",
      path: "/api/records/{kind}/{id}/link",
      handler: httpHandler((request) => linkRecord(at, queue, request)),
    },
    {
      method: "GET",
      path: "/api/records/{kind}/{id}/history",
      handler: httpHandler((request) => readHistory(at, request)),
    },
    {
      method: "GET",
      path: "/api/records/{kind}/{id}",
      handler: httpHandler((request) => readRecord(at, request)),
    },
    {
      method: "GET",
      path: "/api/records/{kind}",
      handler: httpHandler((request) => readRecords(at, request)),
    },
    {
      method: "ANY",
      path: "/{proxy+}",
      handler: httpHandler(async ({ path }) => refusal(404, `there is nothing at ${path}`)),
    },
  ]),
);
