import type { FieldValue } from "../reconcile/field-value.ts";
import { SYSTEMS, type System } from "../reconcile/system.ts";

/** What one system says of a person's stages. */
export interface SideAccount {
  /** The record there, such as `contacts 101`. */
  readonly record: string;
  /** The stage that it said when it was last looked at. */
  readonly stage: FieldValue;
  /** By stage: when it was entered last, as an ISO instant. */
  readonly entered: Readonly<Record<string, string>>;
}

/** All that is known of when a person entered which stage: by each system's account, and by ours. */
export interface StageAccount {
  readonly id: string;
  /** The stage that both sides are to say. */
  readonly stage: FieldValue;
  readonly ours: readonly { readonly stage: string; readonly at: string }[];
  readonly sides: Partial<Readonly<Record<System, SideAccount>>>;
  readonly status: string;
  readonly statusReason: string;
  /** By system: the rule or the refusal that keeps the stage from it. */
  readonly parked: Partial<Readonly<Record<System, string>>>;
}

/** From an instant on, and before another one; both ISO instants in UTC. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** Why a system counts a person otherwise than we do. */
type DifferenceReason =
  | "excluded"
  | "ambiguous"
  | "unlinked"
  | "parked"
  | "not-synced"
  | "dated-otherwise"
  | "not-followed"
  | "passed";

/** A person whom a system counts in a stage and period where we do not, or the other way round. */
export interface StageDifference {
  readonly id: string;
  readonly stage: string;
  readonly system: System;
  /** When it was entered within the period; null: not within it. */
  readonly ours: string | null;
  readonly theirs: string | null;
  readonly reason: DifferenceReason;
  readonly because: string;
}

/** The first day in the period on which we say that the stage was entered. */
function ourDate({ ours }: StageAccount, stage: string, period: Period): string | null {
  const days = ours.filter((entry) => entry.stage === stage && isWithin(entry.at, period));
  return days.map(({ at }) => at).sort()[0] ?? null;
}

function theirDate(side: SideAccount | undefined, stage: string, period: Period): string | null {
  const at = side?.entered[stage];
  return at !== undefined && isWithin(at, period) ? at : null;
}

function isWithin(at: string, { from, to }: Period): boolean {
  return from <= at && at < to;
}

export interface StageCount {
  readonly stage: string;
  readonly ours: number;
  readonly hubspot: number;
  readonly salesforce: number;
}

/** By stage: whether each account counts the person in the period. Sums of them are the counts. */
export function countOf(account: StageAccount, stage: string, period: Period): StageCount {
  const count = (at: string | null) => (at === null ? 0 : 1);
  return {
    stage,
    ours: count(ourDate(account, stage, period)),
    hubspot: count(theirDate(account.sides.hubspot, stage, period)),
    salesforce: count(theirDate(account.sides.salesforce, stage, period)),
  };
}

/** Where a system's count and ours differ over a person, with the reason (L12). */
export function differencesOf(
  account: StageAccount,
  stages: readonly string[],
  period: Period,
): StageDifference[] {
  return stages.flatMap((stage) =>
    SYSTEMS.flatMap((system) => {
      const ours = ourDate(account, stage, period);
      const theirs = theirDate(account.sides[system], stage, period);
      if ((ours === null) === (theirs === null)) return [];
      const why = reasonOf(account, { stage, system, ours });
      return [{ id: account.id, stage, system, ours, theirs, ...why }];
    }),
  );
}

interface Asked {
  readonly stage: string;
  readonly system: System;
  readonly ours: string | null;
}

function reasonOf(
  account: StageAccount,
  { stage, system, ours }: Asked,
): Pick<StageDifference, "reason" | "because"> {
  const side = account.sides[system];
  const parked = account.parked[system];
  if (!side) return { reason: absence(account), because: account.statusReason };
  if (parked !== undefined) return { reason: "parked", because: parked };
  if (ours === null)
    return { reason: "not-followed", because: "its move gave way to one of the other side" };
  if (account.stage === stage && side.stage !== stage)
    return { reason: "not-synced", because: "it has not been told yet" };
  const at = side.entered[stage];
  if (at !== undefined) return { reason: "dated-otherwise", because: `it says ${at}` };
  return { reason: "passed", because: "the person had gone on before it was told" };
}

function absence({ status }: StageAccount): DifferenceReason {
  return status === "ambiguous" || status === "unlinked" ? status : "excluded";
}
