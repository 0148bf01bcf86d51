import { Fault } from "../sync/fault.ts";
import type { RunMessage, RunWorld } from "./ports.ts";
import { readPage } from "./read-plan.ts";
import { rehearseChain } from "./rehearse.ts";
import { sealPart } from "./seal-plan.ts";
import { workPage } from "./work-run.ts";

/** A piece of work comes back this often before it is left to the queue and its dead letters. */
const MOST_ATTEMPTS = 60;

/**
 * Does one piece of a plan or a run. A CRM that asks for patience gets it: the piece is sent again, later.
 * What only a person can end, such as a permission that is missing, ends the plan, or stops the run.
 *
 * @throws whatever is nobody's to foresee; the queue then gives the message out again.
 */
export async function workOffRun(at: RunWorld, message: RunMessage): Promise<void> {
  try {
    await (message.step === "read"
      ? readPage(at, message)
      : message.step === "seal"
        ? sealPart(at, message)
        : message.step === "rehearse"
          ? rehearseChain(at, message)
          : workPage(at, message));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (error.disposition === "give-up" || message.attempt >= MOST_ATTEMPTS)
      return await giveUp(at, message, error.message);
    const delaySeconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
    await at.queue.send([{ ...message, attempt: message.attempt + 1 }], delaySeconds);
  }
}

async function giveUp({ runs }: RunWorld, message: RunMessage, reason: string): Promise<void> {
  if ("plan" in message) await runs.changePlan(message.plan, { state: "failed", reason });
  else await runs.changeRun(message.run, { state: "stopped", reason }, ["running"]);
}
