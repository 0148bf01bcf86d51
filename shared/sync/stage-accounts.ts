import {
  countOf,
  differencesOf,
  type Period,
  type SideAccount,
  type StageAccount,
  type StageCount,
  type StageDifference,
} from "../core/lifecycle/accounts.ts";
import { type LifecycleMachine, stageNamed } from "../core/lifecycle/machine.ts";
import { SYSTEMS } from "../core/reconcile/system.ts";
import { type AccordRecord, activeLink } from "./record.ts";

/** Where every person is found that entered a stage since an instant, and no other. */
export interface StageIndex {
  /** From the place that `after` names, in an order that stays. Never many in one page. */
  pages(since: string, after?: string): AsyncIterable<StagePage>;
}

/** Persons with their places in the index, to go on behind. */
export type StagePage = readonly { readonly account: StageAccount; readonly place: string }[];

/** The last instant at which any account has the record enter a stage, and the accounts. */
export interface DatedAccount {
  readonly account: StageAccount;
  readonly lastAt: string;
}

/** What the index of stages shows of a record; undefined where no stage is known of it. */
export function datedAccountOf(record: AccordRecord): DatedAccount | undefined {
  const { id, lifecycle, stages, status, statusReason, parked, fields } = record;
  // The record that goes on for it tells its stages.
  if (!lifecycle || status === "merged") return undefined;
  const ours = stages.flatMap(({ stage, at }) => (stage === null ? [] : [{ stage, at }]));
  const sides = Object.fromEntries(
    SYSTEMS.flatMap((system): [string, SideAccount][] => {
      const link = activeLink(record, system);
      const said = lifecycle.said[system];
      if (!link || !said) return [];
      const { stage, entered } = said;
      return [[system, { record: `${link.object} ${link.id}`, stage, entered }]];
    }),
  );
  const dates = [
    ...ours.map(({ at }) => at),
    ...Object.values(sides).flatMap(({ entered }) => Object.values(entered)),
  ];
  const lastAt = dates.sort().at(-1);
  if (lastAt === undefined) return undefined;
  const stage = fields[lifecycle.field]?.value ?? null;
  const account = {
    id,
    stage,
    ours,
    sides,
    status,
    statusReason,
    parked: Object.fromEntries(
      parked
        .filter(({ field }) => field === lifecycle.field || field === "*")
        .map(({ system, message }) => [system, message]),
    ),
  };
  return { account, lastAt };
}

export interface LifecycleReport extends Period {
  /** Left out of every page but the first. */
  readonly stages?: readonly StageCount[];
  readonly differing: readonly StageDifference[];
  /** Where the list goes on, if it does. */
  readonly next?: string;
}

/** How many persons entered each stage in a period, by each account, and over whom they differ (L12). */
export async function lifecycleReport(
  index: StageIndex,
  machine: LifecycleMachine,
  {
    period,
    after,
    most,
  }: { readonly period: Period; readonly after: string | undefined; readonly most: number },
): Promise<LifecycleReport> {
  const { stages } = machine;
  const counts = new Map(stages.map((stage) => [stage, noCount(stage)]));
  const differing: StageDifference[] = [];
  let full: string | undefined;
  for await (const page of index.pages(period.from, after)) {
    for (const { account: stored, place } of page) {
      const account = named(machine, stored);
      for (const [stage, count] of counts)
        counts.set(stage, sum(count, countOf(account, stage, period)));
      if (full !== undefined) continue;
      differing.push(...differencesOf(account, stages, period));
      if (differing.length >= most) full = place;
    }
    if (full !== undefined && after !== undefined) break;
  }
  return {
    ...period,
    ...(after === undefined ? { stages: [...counts.values()] } : {}),
    differing,
    ...(full === undefined ? {} : { next: full }),
  };
}

/** Stages that an earlier release stored under HubSpot's names, as ours. */
function named(machine: LifecycleMachine, account: StageAccount): StageAccount {
  const ours = account.ours.map(({ stage, at }) => ({
    stage: stageNamed(machine, stage) ?? stage,
    at,
  }));
  return { ...account, stage: stageNamed(machine, account.stage), ours };
}

function noCount(stage: string): StageCount {
  return { stage, ours: 0, hubspot: 0, salesforce: 0 };
}

function sum(one: StageCount, other: StageCount): StageCount {
  return {
    stage: one.stage,
    ours: one.ours + other.ours,
    hubspot: one.hubspot + other.hubspot,
    salesforce: one.salesforce + other.salesforce,
  };
}
