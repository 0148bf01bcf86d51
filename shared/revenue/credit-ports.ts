import type { CreditRow, VersionName } from "../core/attribution/credit-row.ts";
import type { CreditStep } from "../core/attribution/credit-step.ts";
import type { EndedJourney } from "../core/attribution/learn.ts";
import type { InForce, ModelVersion, Versions } from "../core/attribution/version.ts";

/** Instants; what is at `from` itself does not count, what is at `to` does. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** Credits as they are read, by reports and exports. No row is given twice; where nothing else is said, in no set order. */
interface CreditReader {
  /** Every version there is or was of any model, and when each came into force. */
  versions(): Promise<Versions>;
  /** What a version credits of one opportunity, step by step. */
  creditsOf(opportunityId: string, version: VersionName): Promise<readonly CreditRow[]>;
  /**
   * A page of what a version credits of entries that were posted, and journeys that were taken, in a month,
   * in that order; `after` is the `next` of the one before.
   */
  page(version: VersionName, month: string, after: string | undefined): Promise<CreditsPage>;
  /** The same, of a span of time. */
  creditsBetween(version: VersionName, span: Span): AsyncIterable<readonly CreditRow[]>;
  /** What a version credits that counts in a month, by its effective day. */
  creditsIn(version: VersionName, month: string): AsyncIterable<readonly CreditRow[]>;
}

export interface CreditsPage {
  readonly items: readonly CreditRow[];
  /** Where the list goes on; left out at its end. */
  readonly next?: string;
}

export interface StepsPage {
  readonly steps: readonly Omit<CreditStep, "taken">[];
  /** Where the list goes on; left out at its end. */
  readonly next?: string;
}

/** A page of what a version that is being made credits. */
export interface CreditedPage {
  readonly shard: string;
  readonly page: number;
  /** Opportunities. */
  readonly credited: number;
  /** The shard's last page. */
  readonly done: boolean;
}

/** What a model learnt, by the name of its version, or why it says nothing. */
export type RunOutcome = { readonly version: string } | { readonly refused: string };

/** Steps and credits of opportunities. Both are added, and never edited or taken out. */
export interface CreditStore extends CreditReader {
  /** Of one opportunity, by their number. */
  stepsOf(opportunityId: string): Promise<readonly CreditStep[]>;
  /** Adds a step at its place. "taken": another one was there first. */
  addStep(step: CreditStep): Promise<"added" | "taken">;
  /** Adds rows; of one that is there already, nothing happens. They follow from the steps. */
  keepCredits(rows: readonly CreditRow[]): Promise<void>;
  /** Steps of a span of time, without what was taken. */
  stepsBetween(span: Span): AsyncIterable<readonly Omit<CreditStep, "taken">[]>;
  /** The moment of the first step behind another moment; undefined: there is none. */
  firstStepAfter(moment: string): Promise<string | undefined>;
  /** Steps of a month and a sixteenth of the opportunities, in the order of their moments. */
  stepsPage(
    of: { readonly month: string; readonly shard: string },
    after: string | undefined,
    most: number,
  ): Promise<StepsPage>;
  /** Journeys that a run learns from, by the number of the page that they were read in; kept once. */
  keepEnded(run: string, page: number, journeys: readonly EndedJourney[]): Promise<void>;
  ended(run: string): AsyncIterable<readonly EndedJourney[]>;
  /** What came of a run that learns; the first answer stays. */
  endRun(run: string, outcome: RunOutcome): Promise<void>;
  runOutcome(run: string): Promise<RunOutcome | undefined>;
  /** Keeps that a page is credited, once. */
  keepProgress(version: VersionName, page: CreditedPage): Promise<void>;
  progress(version: VersionName): Promise<readonly CreditedPage[]>;
  /** Keeps since when there is anything, once. */
  keepBeginning(moment: string): Promise<void>;
  keepVersion(version: ModelVersion): Promise<void>;
  putInForce(one: InForce): Promise<void>;
}
