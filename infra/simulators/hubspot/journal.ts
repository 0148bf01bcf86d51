import type { DurableRows } from "../kit/durable-rows.ts";
import { Refusal } from "./refusal.ts";

interface Step {
  readonly table: string;
  readonly id: string;
  readonly value: unknown;
  readonly undo: () => void;
}

/** Makes a request's changes durable together, or takes all of them back. */
export interface Journal {
  /** Notes a change already made in memory. `value` undefined forgets the row. */
  note(step: Step): void;
  /** Notes a change in memory that needs no row. */
  noteUndo(undo: () => void): void;
  /** Commits what `work` noted when it returns; undoes it when it throws. */
  transact<Result>(work: () => Result): Result;
  /** Inside `transact`: undoes only what `work` noted, where it is refused. */
  attempt<Result>(work: () => Result): Result | Refusal;
}

export function openJournal(rows: DurableRows): Journal {
  const steps: Step[] = [];
  const undoTo = (length: number) => {
    for (const step of steps.splice(length).reverse()) step.undo();
  };
  return {
    note: (step) => {
      steps.push(step);
    },
    noteUndo: (undo) => {
      steps.push({ table: "", id: "", value: undefined, undo });
    },
    transact(work) {
      try {
        const result = work();
        rows.commit(lastOfEach(steps));
        steps.length = 0;
        return result;
      } catch (error) {
        undoTo(0);
        throw error;
      }
    },
    attempt(work) {
      const before = steps.length;
      try {
        return work();
      } catch (error) {
        undoTo(before);
        if (error instanceof Refusal) return error;
        throw error;
      }
    },
  };
}

function lastOfEach(steps: readonly Step[]) {
  const last = new Map<string, Step>();
  for (const step of steps) if (step.table !== "") last.set(`${step.table}\n${step.id}`, step);
  return [...last.values()].map(({ table, id, value }) => ({
    table,
    id,
    json: value === undefined ? null : JSON.stringify(value),
  }));
}
