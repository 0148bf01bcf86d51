import { Fault } from "../sync/fault.ts";
import { nowText } from "../sync/subject.ts";
import { comparePart } from "./compare-part.ts";
import type { SweepMessage, SweepWorld } from "./ports.ts";
import { readPage, readRelations } from "./read-objects.ts";
import { startSweep } from "./start-sweep.ts";

/** A piece of work comes back this often before it is left to the queue and its dead letters. */
const MOST_ATTEMPTS = 60;

/**
 * Does one piece of a sweep. A CRM that asks for patience gets it: the piece is sent again, later.
 *
 * @throws whatever a person has to look at; the queue then gives the message out again.
 */
export async function workOffSweep(at: SweepWorld, message: SweepMessage): Promise<void> {
  try {
    await work(at, message);
  } catch (error) {
    const isPassing = error instanceof Fault && error.disposition !== "give-up";
    if (!isPassing || message.attempt >= MOST_ATTEMPTS) throw error;
    const delaySeconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
    await at.queue.send([{ ...message, attempt: message.attempt + 1 }], delaySeconds);
  }
}

async function work(at: SweepWorld, message: SweepMessage): Promise<void> {
  switch (message.step) {
    case "parity-start":
      return await startOfDay(at, message.because);
    case "parity-read":
      return await readPage(at, message);
    case "parity-relations":
      return await readRelations(at, message);
    case "parity-compare":
      return await comparePart(at, message);
  }
}

/** The sweep of a day is named by it, so that two schedules that ring at once start one. */
async function startOfDay(at: SweepWorld, because: string): Promise<void> {
  const id = `parity-${nowText(at.world).slice(0, 10)}-daily`;
  const repair = at.world.mode === "sync";
  await startSweep(at, { id, repair, by: "accord", because });
}
