import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import * as z from "zod";
import { describeError } from "./queue-handler.ts";

export type HttpAnswer = APIGatewayProxyStructuredResultV2;

const authorized = z.object({
  authorizer: z
    .object({
      jwt: z.object({ claims: z.record(z.string(), z.unknown()) }).optional(),
      iam: z.object({ userArn: z.string() }).optional(),
    })
    .optional(),
});

/** Whom the gateway found to be calling: by a token's claims, or by an AWS identity. */
export interface Identity {
  readonly claims: Readonly<Record<string, unknown>> | undefined;
  readonly userArn: string | undefined;
}

/** A request as a use case needs it: the body's bytes as they came, and the address as it was called. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** What the route's placeholders stand for. */
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly url: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Header names are lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: string;
  /** Left out where the route asks nobody who they are. */
  readonly identity?: Identity;
}

const logger = new Logger();

/** A Lambda behind an HTTP API. A fault becomes a 500 that says nothing of its inside. */
export function httpHandler(work: (request: HttpRequest) => Promise<HttpAnswer>) {
  return middy<APIGatewayProxyEventV2, HttpAnswer>()
    .use(injectLambdaContext(logger, { clearState: true }))
    .handler(async (event: APIGatewayProxyEventV2) => {
      try {
        return await work(requestOf(event));
      } catch (error) {
        logger.error("a request failed", describeError(error));
        return refusal(500, "the request failed; its cause is in the function's log");
      }
    });
}

/** One clear line for whoever asked; logged, since a sender that is a machine reads nothing. */
export function refusal(statusCode: number, error: string): HttpAnswer {
  logger.warn("a request was refused", { statusCode, reason: error });
  return json(statusCode, { error });
}

export function json(statusCode: number, body: unknown): HttpAnswer {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { statusCode, headers, body: JSON.stringify(body) };
}

function requestOf(event: APIGatewayProxyEventV2): HttpRequest {
  const { rawPath, rawQueryString, headers, queryStringParameters = {}, requestContext } = event;
  const scheme = headers["x-forwarded-proto"] ?? "https";
  const host = headers["host"] ?? requestContext.domainName;
  const query = rawQueryString === "" ? "" : `?${rawQueryString}`;
  const { body = "", isBase64Encoded } = event;
  const { authorizer } = authorized.parse(requestContext);
  return {
    method: requestContext.http.method,
    path: rawPath,
    params: event.pathParameters ?? {},
    url: `${scheme}://${host}${rawPath}${query}`,
    query: queryStringParameters,
    headers,
    rawBody: isBase64Encoded ? Buffer.from(body, "base64").toString("utf8") : body,
    identity: { claims: authorizer?.jwt?.claims, userArn: authorizer?.iam?.userArn },
  };
}
