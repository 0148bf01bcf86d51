import type { Kind } from "../core/reconcile/system.ts";
import type { Ref } from "./ports.ts";
import type { AccordRecord } from "./record.ts";
import type { TouchStore } from "./touch-store.ts";

/** A value that identifies a record across systems, such as a folded e-mail address. */
export interface MatchKey {
  readonly kind: Kind;
  readonly field: string;
  readonly value: string;
}

export function matchKeyText({ kind, field, value }: MatchKey): string {
  return `${kind}#${field}#${value}`;
}

/** What only one record may hold at a time: a CRM record, or an identifying value. */
export type Holding = { readonly ref: Ref } | { readonly key: MatchKey };

/** One line of a record's audit. */
export interface HistoryEntry {
  readonly recordId: string;
  readonly kind: Kind;
  readonly at: string;
  /** Orders entries of one instant, and makes the writing of one repeatable. */
  readonly version: number;
  readonly events: readonly HistoryEvent[];
}

export interface HistoryEvent {
  readonly what: string;
  readonly field?: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly system?: string;
  /** When it happened in the CRM, where that is known. */
  readonly at?: string;
  readonly because?: string;
  /** Who decided it, where a person did. */
  readonly by?: string;
}

/** The events without the values of these fields, wherever one is told. */
export function withoutValues(
  events: readonly HistoryEvent[],
  fields: readonly string[],
): HistoryEvent[] {
  return events.map(({ from, to, ...event }) =>
    event.field?.split(" ").some((name) => fields.includes(name))
      ? event
      : {
          ...event,
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
        },
  );
}

export interface RecordStore extends TouchStore {
  /** The records that hold these CRM records and values. Keys: `refKey` and `matchKeyText`. */
  holders(refs: readonly Ref[], keys: readonly MatchKey[]): Promise<ReadonlyMap<string, string>>;
  load(ids: readonly { kind: Kind; id: string }[]): Promise<ReadonlyMap<string, AccordRecord>>;
  /** Answers the id of the record that holds it now: `recordId`, or whoever was first. */
  hold(holding: Holding, recordId: string): Promise<string>;
  /** Gives a value back, if this record holds it. */
  letGo(holding: Holding, recordId: string): Promise<void>;
  /** Saves `next` over version `next.version`, as version + 1. "stale": someone else saved meanwhile. */
  save(next: AccordRecord): Promise<"saved" | "stale">;
  /** Appends to the audit; an entry written twice is one entry. */
  log(entries: readonly HistoryEntry[]): Promise<void>;
  /** Takes the values of these fields out of a record's audit; what happened, and when, stays. */
  forgetHistory(kind: Kind, recordId: string, fields: readonly string[]): Promise<void>;
  /** Takes the values out of what sweeps of parity found of these CRM records. */
  forgetFindings(refs: readonly Ref[]): Promise<void>;
  /** Takes the values out of what was planned for these CRM records, and of what runs found and wrote there. */
  forgetPlanned(refs: readonly Ref[], nowMs: number): Promise<void>;
  /** `waiter` is to be looked at again when `awaited` is linked. */
  await(awaited: Ref, waiter: Ref): Promise<void>;
  waitersFor(awaited: readonly Ref[]): Promise<readonly Waiter[]>;
  /** Once its waiters are hinted, for certain. */
  forgetWaiters(waiters: readonly Waiter[]): Promise<void>;
}

export interface Waiter {
  readonly awaited: Ref;
  readonly waiter: Ref;
}
