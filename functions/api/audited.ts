import { Logger } from "@aws-lambda-powertools/logger";
import type { Action } from "../../shared/dynamodb/audit-log.ts";
import type { HttpAnswer } from "../../shared/runtime/http-handler.ts";
import { describeError } from "../../shared/runtime/queue-handler.ts";
import type { World } from "./world.ts";

const logger = new Logger();

/**
 * Keeps that an action was asked for, does it, and keeps what came of it. What cannot be kept is not
 * done. An outcome that cannot be kept is logged, since by then the action is done: the audit then shows
 * it without one, as it does where the function died in the middle.
 */
export async function audited(
  { audit }: Pick<World, "audit">,
  action: Action,
  work: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const key = await audit.asked(action);
  const answer = await work();
  try {
    await audit.ended(key, answer.statusCode ?? 200);
  } catch (error) {
    logger.error("the outcome of an action could not be kept", describeError(error));
  }
  return answer;
}
