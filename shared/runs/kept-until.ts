import type { Plan } from "./plan.ts";
import type { Run } from "./run.ts";

const DAY_MS = 24 * 3_600_000;

/**
 * For so many days from its making a plan may be carried out, and a run of it taken back: as long as the slowest
 * run that an operator would wait for, with weeks left to think better of it.
 */
const UNDO_DAYS = 90;

/** And so many days longer what it holds is kept: an undo that begins on the last day can end, and let go of its records. */
const GRACE_DAYS = 30;

type Made = Pick<Plan, "id" | "createdAt">;

/** Until when a run of a plan can be taken back; an ISO instant. */
export function undoUntil({ createdAt }: Pick<Plan, "createdAt">): string {
  return new Date(Date.parse(createdAt) + UNDO_DAYS * DAY_MS).toISOString();
}

/** When the items of a plan, with all values in them, are deleted; epoch milliseconds. */
export function keptUntilMs({ createdAt }: Pick<Plan, "createdAt">): number {
  return Date.parse(createdAt) + (UNDO_DAYS + GRACE_DAYS) * DAY_MS;
}

/** Why nothing more can be taken back of a plan; undefined: it can. */
export function tooOldToUndo(plan: Made, nowMs: number): string | undefined {
  const until = undoUntil(plan);
  return nowMs < Date.parse(until)
    ? undefined
    : `what ${plan.id} wrote could be taken back until ${until.slice(0, 10)}`;
}

/**
 * Why a run works no further; undefined: it does. Nothing is written that could not be taken back, and nothing is
 * taken for done because its items are gone.
 */
export function tooOldToWork(plan: Made, what: Run["what"], nowMs: number): string | undefined {
  if (what === "apply") return tooOldToUndo(plan, nowMs);
  const keptMs = keptUntilMs(plan);
  if (nowMs < keptMs) return undefined;
  return `what ${plan.id} holds was kept until ${new Date(keptMs).toISOString().slice(0, 10)}`;
}
