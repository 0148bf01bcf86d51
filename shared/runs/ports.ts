import type { Kind, System } from "../core/reconcile/system.ts";
import type { PollCursor } from "../sync/ports.ts";
import type { World } from "../sync/subject.ts";
import type { Calls } from "./calls.ts";
import type { Plan, PlanTotals, Reading, Rehearsal } from "./plan.ts";
import type { KeptItem, Place, Run, RunCounts } from "./run.ts";

/** Items are spread over this many parts, which are worked off side by side. */
export const PARTS = [..."0123456789abcdef"];

/** Items of one kind and part. */
export interface ItemsOf {
  readonly plan: string;
  readonly kind: Kind;
  readonly part: string;
}

/** A plan, as far as its items need it. */
export type PlanOf = Pick<Plan, "id" | "createdAt">;

export interface ItemPage {
  readonly items: readonly KeptItem[];
  /** The last key read, where there is more. */
  readonly next: string | undefined;
}

/** What one part of a plan holds, once it is complete. */
export interface Seal {
  readonly totals: PlanTotals;
  readonly hash: string;
}

/**
 * Plans, runs and their items. Whatever is told twice changes nothing: messages come twice.
 */
export interface RunStore {
  /** `open` names the pieces of work that it is made of. */
  addPlan(plan: Plan, open: readonly string[]): Promise<void>;
  loadPlan(id: string): Promise<Plan | undefined>;
  changePlan(id: string, change: Partial<Plan>): Promise<void>;
  /** Says how far one piece of a plan is. */
  keepReading(id: string, piece: string, reading: Reading): Promise<void>;
  /** Says that a CRM lacks something without which the plan cannot be applied. */
  noteLack(id: string, lack: string): Promise<void>;
  /** Names the run that applies the plan; false: another does already. */
  giveRun(plan: string, run: string): Promise<boolean>;
  keepSeal(plan: string, part: string, seal: Seal): Promise<void>;
  sealsOf(plan: string): Promise<readonly Seal[]>;
  keepRehearsal(plan: string, piece: string, rehearsal: Rehearsal): Promise<void>;
  rehearsalsOf(plan: string): Promise<readonly Rehearsal[]>;
  addRun(run: Run, open: readonly string[]): Promise<void>;
  loadRun(id: string): Promise<Run | undefined>;
  /** Changes a run that is in one of these states; false: it is in none of them. */
  changeRun(id: string, change: Partial<Run>, from: readonly Run["state"][]): Promise<boolean>;
  /** Names the run that takes this one back; false: another does already. */
  giveUndo(run: string, undo: string): Promise<boolean>;
  /** Says what a run has used, if nobody has since it was seen at `turn`; false: somebody has. */
  use(run: string, turn: number, next: Pick<Run, "used" | "pages" | "creations">): Promise<boolean>;
  /** Says what became of the items of a chain that it came to, and where it goes on. */
  countItems(run: string, piece: string, counts: RunCounts, place: Place): Promise<void>;
  /** Where the chains of a run go on, by piece. */
  placesOf(run: string): Promise<ReadonlyMap<string, Place>>;
  countCalls(job: Job, calls: Calls): Promise<void>;
  openOf(job: Job): Promise<readonly string[]>;
  /** A piece of work is done. Answers those that are not. */
  close(job: Job, piece: string): Promise<readonly string[]>;
  /** Makes items be found by their CRM records, when a person is forgotten. To be done before they are kept. */
  traceItems(plan: PlanOf, items: readonly KeptItem[]): Promise<void>;
  /** Keeps items as long as their plan; none of a person who is forgotten meanwhile keeps a value. */
  keepItems(plan: PlanOf, items: readonly KeptItem[]): Promise<void>;
  itemsOf(of: ItemsOf, after: string | undefined, most: number): Promise<ItemPage>;
  /** The latest plans and runs first. */
  list(what: Job["job"], most: number): Promise<readonly string[]>;
}

export interface Job {
  readonly job: "plan" | "run";
  readonly id: string;
}

/** One piece of the work of a plan or a run. */
export type RunMessage =
  | {
      readonly step: "read";
      readonly plan: string;
      readonly system: System;
      readonly object: string;
      readonly cursor?: PollCursor;
      /** How far the object is read. */
      readonly reading: Reading;
      readonly attempt: number;
    }
  | {
      readonly step: "seal";
      readonly plan: string;
      readonly part: string;
      readonly attempt: number;
    }
  | {
      readonly step: "rehearse";
      readonly plan: string;
      readonly kind: Kind;
      /** The parts of a run's chain. */
      readonly chain: string;
      readonly attempt: number;
    }
  | {
      readonly step: Run["what"];
      readonly run: string;
      readonly stage: number;
      /** The parts of which this is the work, one letter each, as they were given out together. */
      readonly chain: string;
      /** Those of them that are not done. */
      readonly parts: string;
      /** Where the first of them goes on. */
      readonly after?: string;
      readonly counts: RunCounts;
      /** Of the run, when it was sent; a run that was resumed takes no older ones. */
      readonly epoch: number;
      readonly attempt: number;
    };

export interface RunQueue {
  send(messages: readonly RunMessage[], delaySeconds: number): Promise<void>;
}

/** What the work of plans and runs needs of the outside. */
export interface RunWorld {
  readonly world: World;
  readonly runs: RunStore;
  readonly queue: RunQueue;
  /** CRM calls since it was last asked. */
  readonly callsSinceLast: () => Calls;
  /** Takes no more than this share of the CRMs' limits; undefined: as much as any bulk work. */
  readonly holdTo?: (share: number | undefined) => void;
}
