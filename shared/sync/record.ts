import type { RawValue } from "../core/codec/codec.ts";
import type { DealState, StageValues } from "../core/lifecycle/machine.ts";
import type { StageEntry } from "../core/lifecycle/stage-history.ts";
import type { Cause } from "../core/parking/cause.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
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
}

/** A value that the far side would not take. It is kept here, and tried again. */
export interface Parked {
  readonly system: System;
  /** `*`: the record as a whole was refused. */
  readonly field: string;
  readonly value: FieldValue;
  readonly code: string;
  readonly message: string;
  readonly since: string;
  readonly tries: number;
  readonly triedAt: string;
}

export interface StageEntry {
  readonly stage: FieldValue;
  readonly at: string;
  readonly source: System | "both";
}

/**
 * `linked`: held by both systems. `excluded`: on one side, and no rule takes it to the other.
 * `ambiguous`: several candidates, or a second record of somebody known; nothing is written.
 * `unlinked`: its partner was deleted, and is not created again.
 */
export const STATUSES = ["linked", "excluded", "ambiguous", "unlinked"] as const;

export type Status = (typeof STATUSES)[number];

/** What a worker that claimed the record means to write, and until when nobody else may. */
interface Lease {
  readonly untilMs: number;
  readonly intends: readonly string[];
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
  /** Relations that cannot be written yet, in words. */
  readonly waiting: readonly string[];
  readonly stages: readonly StageEntry[];
  readonly conflicts: readonly Conflict[];
  readonly parked: readonly Parked[];
  readonly candidates: readonly Ref[];
  /** What would be written, where Accord runs read-only. */
  readonly proposed: readonly string[];
  readonly lease: Lease | undefined;
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
    conflicts: [],
    parked: [],
    candidates: [],
  /** Of a kind whose stage a machine decides. */
  readonly lifecycle?: Lifecycle;
  /** What the CRMs last said of touches, by `object.property`; the touches are kept beside the record. */
  readonly touchProperties: Readonly<Record<string, RawValue>>;
    proposed: [],
    lease: undefined,
    createdAt: at.now,
    updatedAt: at.now,
  };
}
    touchProperties: {},
