import middy from "@middy/core";
import httpRouter from "@middy/http-router";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { type HttpAnswer, httpHandler, refusal } from "../../shared/runtime/http-handler.ts";
import { callerOf } from "./caller.ts";
import { answerBy, type Route } from "./route.ts";
import type { World } from "./world.ts";

/** The table of routes as a handler: who asks is found out first, then what for, then it is done. */
export function openRoutes(routes: readonly Route[], world: World) {
  return middy<APIGatewayProxyEventV2, HttpAnswer>().handler(
    httpRouter<APIGatewayProxyEventV2, HttpAnswer>([
      ...routes.map((route) => ({
        method: route.method,
        path: route.path,
        handler: httpHandler((request) =>
          answerBy(route, world, { request, caller: callerOf(request.identity) }),
        ),
      })),
      {
        method: "ANY",
        path: "/{proxy+}",
        handler: httpHandler(async ({ path }) =>
          refusal(404, `there is nothing at ${path}; see /api/openapi.json`),
        ),
      },
    ]),
  );
}
