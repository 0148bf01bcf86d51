import { Fault } from "../sync/fault.ts";
import { type Done, gatherPage } from "./gather.ts";
import type { Counts, Piece, WriteBackMessage, WriteBackRun, WriteBackWorld } from "./ports.ts";
import { sendOn, startAsScheduled } from "./start.ts";
import { clearPage, writePage } from "./write-page.ts";

/** A piece comes back this often before it is left to the queue and its dead letters. */
const MOST_ATTEMPTS = 60;

/** Does one piece of writing back. A CRM that asks for patience gets it: the piece is sent again. */
export async function workOffWriteBack(
  world: WriteBackWorld,
  message: WriteBackMessage,
): Promise<void> {
  try {
    if (message.step === "figures-start") await startAsScheduled(world);
    else await workPiece(world, message);
  } catch (error) {
    const isPassing = error instanceof Fault && error.disposition !== "give-up";
    if (!isPassing || message.attempt >= MOST_ATTEMPTS) throw error;
    const delaySeconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
    await world.queue.send([{ ...message, attempt: message.attempt + 1 }], delaySeconds);
  }
}

/**
 * Does the piece that a run is at, moves the run on, and tells the queue of the next. A message of a piece
 * that is done tells of the next once more, since its worker may have died before it did.
 */
async function workPiece(
  world: WriteBackWorld,
  message: Extract<WriteBackMessage, { step: "figures-piece" }>,
): Promise<void> {
  const run = await world.figures.loadRun(message.run);
  if (!run?.piece) return;
  if (run.page === message.page + 1) return sendOn(world, run);
  if (run.page !== message.page) return;
  const { next, counted } = await doneUntilSome(world, run, run.piece);
  const { piece: _, ...rest } = run;
  const moved: WriteBackRun = {
    ...{ ...rest, page: run.page + 1, counts: sumOf(run.counts, counted) },
    ...(next ? { piece: next } : { finishedAt: new Date(world.now()).toISOString() }),
  };
  if ((await world.figures.moveOn(moved, run.page)) === "moved" && next) await sendOn(world, moved);
}

/** Stretches that hold nothing cost no message each. */
const MOST_EMPTY = 32;

async function doneUntilSome(
  world: WriteBackWorld,
  run: WriteBackRun,
  piece: Piece,
): Promise<Done> {
  let last = await done(world, run, piece);
  for (let empty = 1; empty < MOST_EMPTY && last.next; empty += 1) {
    if (Object.values(last.counted).some((count) => count > 0)) break;
    last = await done(world, run, last.next);
  }
  return last;
}

function done(world: WriteBackWorld, run: WriteBackRun, piece: Piece): Promise<Done> {
  switch (piece.phase) {
    case "gather":
      return gatherPage(world, run, piece);
    case "write":
      return writePage(world, run, piece);
    case "clear":
      return clearPage(world, run, piece);
  }
}

function sumOf(before: Counts, counted: Partial<Counts>): Counts {
  return {
    opportunities: before.opportunities + (counted.opportunities ?? 0),
    unchanged: before.unchanged + (counted.unchanged ?? 0),
    written: before.written + (counted.written ?? 0),
    refused: before.refused + (counted.refused ?? 0),
  };
}
