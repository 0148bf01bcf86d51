import type { CreditRow, VersionName } from "../core/attribution/credit-row.ts";
import type { CreditStep } from "../core/attribution/credit-step.ts";
import type { InForce, ModelVersion, Versions } from "../core/attribution/version.ts";

/** Instants; what is at `from` itself does not count, what is at `to` does. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** Credits as they are read, by reports and exports. Pages come in no set order, and hold no row twice. */
export interface CreditReader {
  /** Every version there is or was of any model, and when each came into force. */
  versions(): Promise<Versions>;
  /** What a version credits of one opportunity, step by step. */
  creditsOf(opportunityId: string, version: VersionName): Promise<readonly CreditRow[]>;
  /** What a version credits of entries that were posted, and journeys that were taken, in a month. */
  creditsPosted(version: VersionName, month: string): AsyncIterable<readonly CreditRow[]>;
  /** The same, of a span of time. */
  creditsBetween(version: VersionName, span: Span): AsyncIterable<readonly CreditRow[]>;
  /** What a version credits that counts in a month, by its effective day. */
  creditsIn(version: VersionName, month: string): AsyncIterable<readonly CreditRow[]>;
}

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
  keepVersion(version: ModelVersion): Promise<void>;
  putInForce(one: InForce): Promise<void>;
}
