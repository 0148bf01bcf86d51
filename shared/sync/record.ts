import type { RawValue } from "../core/codec/codec.ts";
import type { DealState, StageValues } from "../core/lifecycle/machine.ts";
import type { StageEntry } from "../core/lifecycle/stage-history.ts";
import type { Cause } from "../core/parking/cause.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import type { Sent } from "../core/reconcile/sent.ts";
import type { Kind, System } from "../core/reconcile/system.ts";
import type { Ref } from "./ports.ts";

/** One field of a record, as both systems last stood. Times are ISO instants. */
export interface FieldState {
  readonly value: FieldValue;
  /** Who gave the value: the side that moved last, or `both` where they were found to agree. */
  readonly source: System | "both";
  /** When the side that gave it was last modified, as that side tells. */
  readonly at: string;
  /** What both systems last agreed on. */
  readonly baseline: FieldValue;
  /** Our latest writes of it that landed, the earliest first. */
  readonly sent?: readonly Sent[];
  /** The form in which a system keeps the baseline, where it is not what was written (R7). */
  readonly forms?: Readonly<Partial<Record<System, FieldValue>>>;
}

/** The tie between a record and one CRM record, with its reason. Ended ties stay, as history. */
export interface Link extends Ref {
  readonly since: string;
  readonly because: string;
  readonly ended?: { readonly at: string; readonly because: string };
}

/** Both sides moved to different values. Both are kept, whoever won. */
export interface Conflict {
  readonly fields: readonly string[];
  readonly hubspot: readonly FieldValue[];
  readonly salesforce: readonly FieldValue[];
  /** Undefined: nobody has decided yet, and both sides are left as they are. */
  readonly winner?: System;
  readonly because: string;
  readonly at: string;
  /** Of an open question: who gave each side its value, and when, as far as the CRMs tell. */
  readonly edited?: Readonly<Partial<Record<System, Edited>>>;
}

interface Edited {
  /** An ISO instant, by the system's own clock. */
  readonly at: string;
  /** As the system names its users and apps. */
  readonly by?: string;
}

/** What a person decided of some fields, until it is carried out. */
export interface Ruling {
  readonly values: Readonly<Record<string, FieldValue>>;
  readonly by: string;
  readonly at: string;
  /** `decided` or `restored`. */
  readonly because: string;
}

/** The values of a fact on both sides, and since when they are these; an ISO instant. */
export interface Quiet {
  readonly hubspot: readonly FieldValue[];
  readonly salesforce: readonly FieldValue[];
  readonly since: string;
}

/** A value that the far side would not take. It is kept here, and tried again. */
export interface Parked {
  readonly system: System;
  /** `*`: the record as a whole was refused; `value` then is a digest of what was to be written. */
  readonly field: string;
  readonly value: FieldValue;
  /** In the system's own words, or in our codec's. */
  readonly code: string;
  readonly message: string;
  readonly cause: Cause;
  /** What a person can do about it. */
  readonly remedy: string;
  /** Where it was to be written; left out where our codec refused, and no change there would help. */
  readonly object?: string;
  readonly property?: string;
  /** Of what the system said of the property; left out where it had no such property. */
  readonly fingerprint?: string;
  /** Of a relation: our id of the record at its other end. */
  readonly member?: string;
  /** Of an unstable field: what both sides hold, and since when. */
  readonly quiet?: Quiet;
  /** Somebody, or a change elsewhere, asks for another try. */
  readonly due?: true;
  readonly since: string;
  readonly tries: number;
  readonly triedAt: string;
}

/** What a side said of the stage when it was last settled, which tells whether it moved since (L3). */
export interface Said {
  readonly object: string;
  readonly values: StageValues;
  /** What the values meant. */
  readonly stage: FieldValue;
  /** When it came to say each stage last: by its own dates, else when that was seen or written. */
  readonly entered: Readonly<Record<string, string>>;
  /** Of a person: where its opportunities stood, by their ids. */
  readonly deals: Readonly<Record<string, DealState>>;
}

export interface Lifecycle {
  /** The field that holds the stage. */
  readonly field: string;
  readonly said: Partial<Readonly<Record<System, Said>>>;
  /** When each stage was entered first; never moved, and never dropped. */
  readonly firsts: Readonly<Record<string, string>>;
}

/** A person said that two records are not one; neither values nor ids bring them together (I9). */
export interface Apart {
  readonly recordId: string;
  /** What the other record was made of when it was said. */
  readonly ref: Ref;
  readonly at: string;
  readonly by: string;
  readonly because: string;
}

/**
 * `linked`: held by both systems. `excluded`: on one side, and no rule takes it to the other.
 * `ambiguous`: several candidates, or a second record of somebody known; nothing is written.
 * `unlinked`: its partner was deleted or taken off it, and is not created again. `merged`: another
 * record goes on for it. `forgotten`: deleted for privacy; its personal values are gone.
 */
export const STATUSES = [
  "linked",
  "excluded",
  "ambiguous",
  "unlinked",
  "merged",
  "forgotten",
] as const;

export type Status = (typeof STATUSES)[number];

/** What a worker that claimed the record means to write, and until when nobody else may. */
interface Lease {
  readonly untilMs: number;
  readonly intends: readonly string[];
}

/** A value on its way to a system. */
export interface Sending {
  readonly system: System;
  readonly value: FieldValue;
  /** What was sent before it and had landed unheard: both sides have agreed on that since the baseline. */
  readonly agreed?: FieldValue;
}

/** The reconciled record of one person, company or opportunity. */
export interface AccordRecord {
  readonly id: string;
  readonly kind: Kind;
  /** Grows by one with each save. 0: not stored yet. */
  readonly version: number;
  readonly mappingVersion: string;
  readonly status: Status;
  readonly statusReason: string;
  readonly fields: Readonly<Record<string, FieldState>>;
  readonly links: readonly Link[];
  /** Of an opportunity: record ids of the persons and companies that both sides agree on. */
  readonly persons: readonly string[];
  readonly companies: readonly string[];
  /** Of an opportunity: which of its persons Salesforce calls the primary one. */
  readonly primaryPerson?: string;
  /** Relations that cannot be written yet, in words. */
  readonly waiting: readonly string[];
  readonly stages: readonly StageEntry[];
  /** Of a kind whose stage a machine decides. */
  readonly lifecycle?: Lifecycle;
  /** What the CRMs last said of touches, by `object.property`; the touches are kept beside the record. */
  readonly touchProperties: Readonly<Record<string, RawValue>>;
  readonly conflicts: readonly Conflict[];
  readonly parked: readonly Parked[];
  readonly rulings?: readonly Ruling[];
  readonly candidates: readonly Ref[];
  /** The record that goes on for this one (I4). */
  readonly mergedInto?: string;
  /** The records that this one goes on for. */
  readonly mergedFrom?: readonly string[];
  /** The record that it is one with, once what it still holds is one with the other's (I5). */
  readonly belongsTo?: string;
  readonly keptApart?: readonly Apart[];
  /** Since when it has lost its personal values (I11). */
  readonly forgotten?: { readonly at: string; readonly because: string };
  /** The run that took back what was done to it: nothing is written to it until that is released. */
  readonly heldBy?: string;
  /** What would be written, where Accord runs read-only. */
  readonly proposed: readonly string[];
  readonly lease: Lease | undefined;
  /**
   * What a claim was about to write of each field. It stays where nobody learnt what became of it: a side
   * that says exactly this has been edited by nobody but us.
   */
  readonly sending?: Readonly<Record<string, Sending>> | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function activeLink(record: AccordRecord, system: System): Link | undefined {
  return record.links.find((link) => link.system === system && link.ended === undefined);
}

export function isLinkedOnBothSides(record: AccordRecord): boolean {
  return (
    activeLink(record, "hubspot") !== undefined && activeLink(record, "salesforce") !== undefined
  );
}

export function newRecord(
  identity: { readonly id: string; readonly kind: Kind },
  at: { readonly now: string; readonly mappingVersion: string },
): AccordRecord {
  return {
    ...identity,
    version: 0,
    mappingVersion: at.mappingVersion,
    status: "excluded",
    statusReason: "",
    fields: {},
    links: [],
    persons: [],
    companies: [],
    waiting: [],
    stages: [],
    touchProperties: {},
    conflicts: [],
    parked: [],
    candidates: [],
    proposed: [],
    lease: undefined,
    createdAt: at.now,
    updatedAt: at.now,
  };
}
