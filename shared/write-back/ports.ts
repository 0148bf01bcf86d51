import type { System } from "../core/reconcile/system.ts";
import type { WrittenRecord } from "../core/write-back/changes.ts";
import type { Share } from "../core/write-back/figures.ts";
import type { Problem } from "../core/write-back/values.ts";
import type { Target, WriteBack } from "../core/write-back/write-back.ts";
import type { CreditStore } from "../revenue/credit-ports.ts";
import type { Crm } from "../sync/ports.ts";
import type { RecordStore } from "../sync/record-store.ts";

/** `clear` blanks what was written. */
export type WriteBackTask = "write" | "clear";

/**
 * A stretch of a run. `gather`: which opportunities were credited, and what they give to whom. `write`:
 * the records whose figures may differ. `clear`: the records that anything was written to.
 */
export type Piece =
  | {
      readonly phase: "gather";
      readonly shard: string;
      readonly month: string;
      readonly after?: string;
    }
  | { readonly phase: "write" | "clear"; readonly shard: string; readonly after?: string };

/** Targets are counted; a target may be several CRM records. */
export interface Counts {
  /** Opportunities that were credited since they were looked at last. */
  readonly opportunities: number;
  /** Whose figures stand in the CRMs as they are. */
  readonly unchanged: number;
  /** Written, or would be. */
  readonly written: number;
  /** Of which a CRM, or we, refused something. */
  readonly refused: number;
}

export interface WriteBackRun {
  readonly id: string;
  readonly task: WriteBackTask;
  /** Says what it would write, and writes nothing. */
  readonly isDry: boolean;
  readonly by: string;
  readonly because: string;
  readonly startedAt: string;
  readonly model: string;
  readonly version: string;
  /** Of the settings: when they are others, all is looked at again. */
  readonly settings: string;
  /** Credited before this instant and looked at already; the empty text: nothing is. */
  readonly since: string;
  /** Its pieces are done one after the other: how many are done. */
  readonly page: number;
  /** Left out once all is done. */
  readonly piece?: Piece;
  readonly counts: Counts;
  readonly finishedAt?: string;
}

/** Where write-backs stand. */
export interface Standing {
  /** The run that was begun last. */
  readonly run?: string;
  /** What was gathered up to when, by which settings, and when all of it was gathered last. */
  readonly gathered?: {
    readonly settings: string;
    readonly until: string;
    readonly wholeAt: string;
  };
  /** Cleared by somebody: the schedule leaves it at that until somebody asks. */
  readonly isHeld?: boolean;
}

/** What a CRM, or we, refused of a record, and what was to be written. */
export interface Refusal extends Problem {
  readonly system: WrittenRecord["system"];
  readonly object: string;
  readonly id: string;
}

/** A target that has to be looked at. One of which something was refused stays, with the cause. */
export interface Due {
  readonly target: Target;
  readonly refusals: readonly Refusal[];
}

/** What writing would do to one record. */
export interface WriteLine {
  readonly target: Target;
  readonly system: WrittenRecord["system"];
  readonly object: string;
  readonly id: string;
  readonly property: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** Everything here but the runs can be made anew from the ledger, and is kept so that little has to be. */
export interface WriteBackStore {
  standing(): Promise<Standing>;
  /** Makes `run` the one that was begun last, if it was `before`. "taken": another was begun meanwhile. */
  begin(run: WriteBackRun, before: Standing): Promise<"begun" | "taken">;
  loadRun(id: string): Promise<WriteBackRun | undefined>;
  /** Moves a run on, from the page that it is at. "taken": somebody did. */
  moveOn(run: WriteBackRun, from: number): Promise<"moved" | "taken">;
  keepGathered(gathered: NonNullable<Standing["gathered"]>): Promise<void>;
  /** To whom an opportunity ever gave a share. */
  givenBy(opportunityId: string): Promise<readonly Target[]>;
  keepGiven(opportunityId: string, targets: readonly Target[]): Promise<void>;
  /** What an opportunity gives now, in the place of what it gave. */
  keepShares(opportunityId: string, shares: readonly Share[]): Promise<void>;
  /** Of all opportunities. */
  sharesOf(target: Target): Promise<readonly Share["sums"][number][]>;
  /** Adds targets to those that have to be looked at; keeps what is known of those that are there. */
  addDue(targets: readonly Target[]): Promise<void>;
  /** Whose id begins with the shard. */
  duePage(shard: string, after: string | undefined): Promise<PageOf<Due>>;
  /** Keeps what was refused of a target; one without refusals is done with. */
  settle(due: Due): Promise<void>;
  /** What was written, by `targetText`. */
  written(targets: readonly Target[]): Promise<ReadonlyMap<string, readonly WrittenRecord[]>>;
  /** Of no records: it is forgotten. */
  keepWritten(target: Target, records: readonly WrittenRecord[]): Promise<void>;
  writtenPage(
    shard: string,
    after: string | undefined,
  ): Promise<PageOf<{ readonly target: Target; readonly records: readonly WrittenRecord[] }>>;
  keepLines(run: string, page: number, lines: readonly WriteLine[]): Promise<void>;
  lines(run: string, after: string | undefined): Promise<PageOf<WriteLine>>;
}

/** Do the next piece of a run; or begin one, as the schedule does. */
export type WriteBackMessage =
  | {
      readonly step: "figures-piece";
      readonly run: string;
      readonly page: number;
      readonly attempt: number;
    }
  | { readonly step: "figures-start"; readonly attempt: number };

export interface WriteBackQueue {
  send(messages: readonly WriteBackMessage[], delaySeconds: number): Promise<void>;
}

/** What beginning a run takes. */
export interface WriteBackDesk {
  readonly figures: WriteBackStore;
  readonly credits: Pick<CreditStore, "firstStepAfter" | "versions">;
  readonly settings: WriteBack;
  readonly queue: WriteBackQueue;
  readonly mode: "sync" | "observe";
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newId: () => string;
}

/** What doing its pieces takes. */
export interface WriteBackWorld extends Omit<WriteBackDesk, "credits"> {
  readonly credits: Pick<CreditStore, "firstStepAfter" | "stepsPage" | "creditsOf" | "versions">;
  readonly crms: Readonly<Record<System, Pick<Crm, "write">>>;
  readonly records: Pick<RecordStore, "load" | "holders">;
}
