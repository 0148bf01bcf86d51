import { versionAt } from "../core/attribution/version.ts";
import { monthOf } from "../core/ledger/calendar.ts";
import type { Piece, Standing, WriteBackDesk, WriteBackRun, WriteBackTask } from "./ports.ts";
import { FIRST_SHARD } from "./shards.ts";

export interface WriteBackAsked {
  readonly task: WriteBackTask;
  readonly isDry: boolean;
  readonly by: string;
  readonly because: string;
}

export interface NotBegun {
  readonly refused: "off" | "busy" | "model-unknown";
  readonly reason: string;
}

/**
 * What was credited so long before the last run is looked at again: a crediting that stood still for a
 * day puts its steps at the time of their entries, behind what was gathered.
 */
const LATE_MS = 2 * 86_400_000;

/**
 * Begins to write back, or to clear. One at a time: asked again while it goes on, the same run is taken up
 * where it is, whoever died in it. Read-only, it says what it would write.
 */
export async function startWriteBack(
  desk: WriteBackDesk,
  { task, isDry: asksDry, by, because }: WriteBackAsked,
): Promise<WriteBackRun | NotBegun> {
  const isDry = asksDry || desk.mode === "observe";
  const before = await desk.figures.standing();
  const current = before.run === undefined ? undefined : await desk.figures.loadRun(before.run);
  if (current && current.finishedAt === undefined) return takeUp(desk, current, { task, isDry });
  const { settings } = desk;
  if (task === "write" && !isDry && !settings.on) return OFF;
  const startedAt = new Date(desk.now()).toISOString();
  const version = versionAt(await desk.credits.versions(), settings.model, startedAt);
  if (!version)
    return {
      refused: "model-unknown",
      reason: `model '${settings.model}' credits nothing yet: see 'accord revenue models'`,
    };
  const told = JSON.stringify([settings.places, version.model, version.version]);
  const since = sinceOf(before, { settings: told, startedAt });
  const run: WriteBackRun = {
    id: `figures-${startedAt.slice(0, 10)}-${desk.newId()}`,
    ...{ task, isDry, by, because, startedAt, since, settings: told, page: 0 },
    ...{ model: version.model, version: version.version },
    piece:
      task === "clear" ? { phase: "clear", shard: FIRST_SHARD } : await firstPiece(desk, since),
    counts: { opportunities: 0, unchanged: 0, written: 0, refused: 0 },
  };
  if ((await desk.figures.begin(run, before)) === "taken")
    return { refused: "busy", reason: "another write-back was begun this moment" };
  await sendOn(desk, run);
  return run;
}

const OFF: NotBegun = {
  refused: "off",
  reason:
    "nothing is written back: see what would be by --dry-run, and switch it on in shared/config/write-back.ts",
};

/** As the schedule does: nothing where it is off, or was cleared by somebody. */
export async function startAsScheduled(desk: WriteBackDesk): Promise<void> {
  if (!desk.settings.on || (await desk.figures.standing()).isHeld) return;
  await startWriteBack(desk, { task: "write", isDry: false, by: "Accord", because: "once a day" });
}

async function takeUp(
  desk: WriteBackDesk,
  run: WriteBackRun,
  asked: Pick<WriteBackAsked, "task" | "isDry">,
): Promise<WriteBackRun | NotBegun> {
  await sendOn(desk, run);
  if (run.task === asked.task && run.isDry === asked.isDry) return run;
  return { refused: "busy", reason: `${run.id} goes on, and is another: ask when it is done` };
}

/** Where a run is, told again: a piece that is under way is done once, whoever is told of it. */
export async function sendOn(
  { queue }: Pick<WriteBackDesk, "queue">,
  { id: run, page }: Pick<WriteBackRun, "id" | "page">,
): Promise<void> {
  await queue.send([{ step: "figures-piece", run, page, attempt: 0 }], 0);
}

/** What credits do not tell (a person who is in the other CRM since) is seen within so long. */
const WHOLE_EVERY_MS = 7 * 86_400_000;

function sinceOf(
  { gathered }: Standing,
  { settings, startedAt }: Pick<WriteBackRun, "settings" | "startedAt">,
): string {
  if (gathered?.settings !== settings) return "";
  if (Date.parse(startedAt) - Date.parse(gathered.wholeAt) >= WHOLE_EVERY_MS) return "";
  return new Date(Date.parse(gathered.until) - LATE_MS).toISOString();
}

async function firstPiece(desk: WriteBackDesk, since: string): Promise<Piece> {
  return { phase: "gather", shard: FIRST_SHARD, ...(await firstStretch(desk, since)) };
}

/** Where the steps behind a moment begin. */
export async function firstStretch(
  { credits, now }: Pick<WriteBackDesk, "credits" | "now">,
  since: string,
): Promise<{ readonly month: string; readonly after?: string }> {
  if (since !== "") return { month: monthOf(since), after: since };
  return { month: monthOf((await credits.firstStepAfter("")) ?? new Date(now()).toISOString()) };
}
