import type { Kind, System } from "../core/reconcile/system.ts";
import type { AccordRecord } from "../sync/record.ts";
import type { Calls } from "./calls.ts";
import type { Creation } from "./pace-creates.ts";
import type { PlanItem, PlannedChange, PlannedRelation, PropertyChange } from "./plan.ts";

export const RUN_STATES = ["running", "paused", "stopped", "cancelled", "done"] as const;

export type RunState = (typeof RUN_STATES)[number];

/** How many CRM records a run may create, update and archive at the most; none: as many as it plans. */
export interface Limits {
  readonly creates?: number;
  readonly updates?: number;
  readonly archives?: number;
}

/** CRM records that a run was cleared to create, update and archive. */
export type Used = Readonly<Record<keyof Limits, number>>;

interface CountedPage {
  /** Where the page begins. */
  readonly from: string;
  readonly used: Used;
}

/**
 * Items of a run by what became of them. Sums over the items, so that they can be taken again; those that it has
 * not come to are `planned`, so that they add up to all.
 */
export type RunCounts = Readonly<Record<ItemState, number>>;

export const RUN_KINDS = ["apply", "undo", "release"] as const;

/** A plan that is carried out; a run that is taken back; what that held, let go. */
export interface Run {
  readonly id: string;
  readonly what: (typeof RUN_KINDS)[number];
  readonly plan: string;
  /** The run that is taken back, or the undo whose records are released. */
  readonly of?: string;
  readonly kinds: readonly Kind[];
  readonly by: string;
  readonly because: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly state: RunState;
  /** Why it stopped. */
  readonly reason?: string;
  readonly limits: Limits;
  /** Above 0 to 1: the share of the CRMs' limits that it may take; undefined: as much as any bulk work. */
  readonly budget?: number;
  /** So many records may be created in any minute; null or undefined: as fast as it goes. */
  readonly createsPerMinute?: number | null;
  readonly used: Used;
  /** By piece of the run: what `used` holds for the page that it is at, so that a page that comes again counts once. */
  readonly pages: Readonly<Record<string, CountedPage>>;
  /** What was created lately, of a run that may create so many a minute. */
  readonly creations: readonly Creation[];
  /** How often `used`, `pages` and `creations` were changed: by one worker at a time. */
  readonly turn: number;
  /** How often it was started or resumed. */
  readonly epoch: number;
  readonly items: number;
  readonly counts: RunCounts;
  /** Calls made for it so far. */
  readonly calls: Calls;
  /** What it was expected to take, when it began. */
  readonly forecast?: { readonly calls: Calls; readonly minutes: number };
  /** The run that takes it back. */
  readonly undoneBy?: string;
}

/**
 * `planned`: nothing was done yet. `applying`: it was cleared to be written, and may be half done. `done`.
 * `refused`: what would be done now is not what was planned. `failed`: a CRM refused the record. `undone`.
 * `left`: it was to be taken back, and something of it was changed since, and stays.
 */
export const ITEM_STATES = [
  "planned",
  "applying",
  "done",
  "refused",
  "failed",
  "undone",
  "left",
] as const;

export type ItemState = (typeof ITEM_STATES)[number];

/** What was done to one CRM record. */
export interface Done extends Omit<PlannedChange, "id"> {
  readonly id: string;
  readonly created: boolean;
}

/** What taking an item back needs: who wrote it, what was there before, and what was done. */
export interface Journal {
  readonly recordId: string;
  /** Our record before anything was written. */
  readonly before: AccordRecord;
  readonly cleared: readonly PlannedChange[];
  readonly relations: readonly PlannedRelation[];
  /** Missing until it is known. */
  readonly done?: readonly Done[];
  /** By system: the opportunity's id, of an item with relations. */
  readonly opportunity?: Readonly<Partial<Record<System, string>>>;
}

/** A value that an undo left as it is, since it is not the one that the run wrote. */
export interface Left extends PropertyChange {
  readonly system: System;
  readonly object: string;
  readonly id: string;
  /** What stands there now; undefined: the record is gone. */
  readonly now?: string | null;
}

/** An item as it is kept, with what became of it. */
export interface KeptItem extends PlanItem {
  /** `digestOf` the item when it was planned. */
  readonly digest: string;
  readonly state: ItemState;
  /** Why it was refused or failed, in words. */
  readonly reason?: string;
  /** Its person was forgotten: it holds no value any more, neither planned nor in its journal. */
  readonly forgotten?: true;
  readonly journal?: Journal;
  readonly left?: readonly Left[];
  /** Relations that the run gave an opportunity which it created and somebody has edited: they stay with it. */
  readonly keptRelations?: readonly PlannedRelation[];
}

export const NO_COUNTS: RunCounts = {
  planned: 0,
  applying: 0,
  done: 0,
  refused: 0,
  failed: 0,
  undone: 0,
  left: 0,
};

/** Where a chain of a run's items goes on after all that is closed. */
export interface Place {
  readonly parts: string;
  readonly after?: string;
  /** Of the items before it. */
  readonly counts: RunCounts;
}

export function addCounts(one: RunCounts, other: RunCounts): RunCounts {
  const sums: Record<ItemState, number> = { ...one };
  for (const state of ITEM_STATES) sums[state] += other[state];
  return sums;
}

/** The counts of a run of so many items, from those of its chains. */
export function countsOfAll(items: number, chains: readonly RunCounts[]): RunCounts {
  const sums = chains.reduce(addCounts, NO_COUNTS);
  const seen = Object.values(sums).reduce((sum, count) => sum + count, 0);
  return { ...sums, planned: sums.planned + Math.max(0, items - seen) };
}
