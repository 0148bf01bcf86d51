import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { Context } from "aws-lambda";
import type * as z from "zod";
import { describeError } from "./queue-handler.ts";

const logger = new Logger();

/** A Lambda that a schedule or a person calls. What throws fails the call, and is logged by its code. */
export function jobHandler<Schema extends z.ZodType, Answer>(
  message: Schema,
  work: (input: z.infer<Schema>, remainingMs: () => number) => Promise<Answer>,
) {
  return middy<unknown, Answer>()
    .use(injectLambdaContext(logger, { clearState: true }))
    .handler(async (event: unknown, context: Context) => {
      try {
        return await work(message.parse(event), () => context.getRemainingTimeInMillis());
      } catch (error) {
        logger.error("the job failed", describeError(error));
        throw error;
      }
    });
}
