import type { RawValue } from "../core/codec/codec.ts";
import type { Cause } from "../core/parking/cause.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import type { Kind, System } from "../core/reconcile/system.ts";
import type { Ref } from "../sync/ports.ts";
import type { Calls } from "./calls.ts";

/** What a person asked to be planned. Times are ISO instants. */
export interface PlanRequest {
  /** In the order in which they are carried out. */
  readonly kinds: readonly Kind[];
  /** Only what was changed at or after this moment, in either CRM. */
  readonly since?: string;
  /** Only records that meet all of these, by their reconciled values. */
  readonly where: readonly Condition[];
  /** Of records that exist on both sides, only these fields; creations are whole. */
  readonly fields?: readonly string[];
}

export interface Condition {
  readonly field: string;
  readonly is: "=" | "!=";
  /** Empty: blank. */
  readonly value: string;
}

/** One property of one CRM record, from what to what, as the vendor spells both. */
export interface PropertyChange {
  readonly property: string;
  /** Accord's name of the field; undefined where the property is Accord's own id, or set on creation. */
  readonly field?: string;
  readonly from: RawValue;
  readonly to: RawValue;
}

/** What is to be done to one CRM record. */
export interface PlannedChange {
  readonly system: System;
  readonly object: string;
  /** Undefined: it is to be created. */
  readonly id?: string;
  readonly properties: readonly PropertyChange[];
}

export interface PlannedRelation {
  readonly system: System;
  readonly relation: "person" | "company";
  readonly action: "add" | "remove";
  readonly otherId: string;
}

/** What a plan would do to one record, and what it would leave, and why. */
export interface PlanItem {
  /** Our record's id; of a record that is not kept yet, the first of its CRM records. */
  readonly key: string;
  readonly kind: Kind;
  /** What it is known by, for people: an address, a host, a name. */
  readonly label: string;
  readonly refs: readonly Ref[];
  readonly changes: readonly PlannedChange[];
  readonly relations: readonly PlannedRelation[];
  /** CRM records that have no place on the other side yet; it is related to them once they have (`refKey`). */
  readonly awaits: readonly string[];
  /** CRM records that are found to be one with it. */
  readonly links: readonly Ref[];
  /** Questions that are left to a person: both sides stay as they are. */
  readonly conflicts: readonly {
    readonly fields: readonly string[];
    readonly hubspot: readonly FieldValue[];
    readonly salesforce: readonly FieldValue[];
    readonly because: string;
  }[];
  readonly parked: readonly {
    readonly system: System;
    readonly field: string;
    readonly code: string;
    readonly message: string;
    readonly cause?: Cause;
  }[];
  /** Why nothing can be written to it, where several records claim to be it. */
  readonly ambiguous?: string;
}

/** Numbers of a plan. All of them are sums over its items, so that they can be taken again. */
export interface PlanTotals {
  readonly items: number;
  /** By kind. */
  readonly kinds: Readonly<Record<Kind, number>>;
  /** By system and object, such as `salesforce Lead`. */
  readonly creates: Readonly<Record<string, number>>;
  readonly updates: Readonly<Record<string, number>>;
  /** Values that become blank. */
  readonly clears: number;
  readonly relations: number;
  readonly links: number;
  readonly conflicts: number;
  readonly parked: number;
  readonly ambiguous: number;
  /** By system and field: how many records it changes in. */
  readonly fields: Readonly<Record<string, number>>;
}

export const PLAN_STATES = ["reading", "sealing", "ready", "cancelled", "failed"] as const;

type PlanState = (typeof PLAN_STATES)[number];

/** How far an object is read. */
export interface Reading {
  readonly kind: Kind;
  readonly rows: number;
}

/** What one chain of items of a kind takes, found by looking at some of its pages as a run does. */
export interface Rehearsal {
  readonly kind: Kind;
  readonly pages: number;
  /** Pages that were looked at. */
  readonly looks: number;
  /** Calls and milliseconds that these looks took; what the CRMs were asked of their own set-up is left out. */
  readonly lookCalls: Calls;
  readonly lookMs: number;
  /** Calls that write all of its pages, and that take all of them back. */
  readonly applyCalls: Calls;
  readonly undoCalls: Calls;
}

export interface Plan {
  readonly id: string;
  readonly request: PlanRequest;
  readonly by: string;
  readonly because: string;
  readonly createdAt: string;
  readonly mappingVersion: string;
  readonly state: PlanState;
  /** Why it failed. */
  readonly reason?: string;
  /** What the CRMs lack for it to be applied: Accord's own id, by system and object. */
  readonly lacks: readonly string[];
  /** What was read so far, by piece: `read salesforce Lead`. */
  readonly readings: Readonly<Record<string, Reading>>;
  /** Calls that reading it has made. */
  readonly calls: Calls;
  readonly totals?: PlanTotals;
  /** By kind: what carrying it out takes; with the totals, what is forecast. */
  readonly rehearsals?: readonly Rehearsal[];
  /** Of all its items: a plan that was changed has another. */
  readonly hash?: string;
  /** Nobody asked for it but a change of the mapping. */
  readonly offered?: true;
  /** The run that applies it, or did. */
  readonly run?: string;
}
