import type { Codec } from "../codec/codec.ts";
import type { Classes, FieldType } from "../codec/field-type.ts";
import type { LifecycleMachine } from "../lifecycle/machine.ts";
import type { Direction, Policy } from "../reconcile/decide-fact.ts";
import type { Kind, System } from "../reconcile/system.ts";
import type { TouchSource } from "../touches/touch-source.ts";

/** Where one system keeps a field of ours: its properties, and the codec that reads and writes them. */
export interface FieldPlace {
  readonly properties: readonly string[];
  readonly codec: Codec;
  /** Never written, such as what the system calculates itself. */
  readonly readOnly?: boolean;
}

/** One field of ours. */
export interface MappedField {
  readonly name: string;
  readonly type: FieldType;
  readonly classes?: Classes;
  /** By object: `contacts`, `Lead`, `Contact`. An object that lacks the field is not asked for it. */
  readonly places: Readonly<Record<string, FieldPlace>>;
  readonly direction: Direction;
  readonly policy: Policy;
  readonly policyByStage?: Readonly<Record<string, Policy>>;
  readonly tieBreaker: System;
  readonly finer: System;
  /** From the first to the last, for inclusion rules that ask for a rank. */
  readonly ranking?: readonly string[];
  /** Of the person, and to be forgotten with the person. */
  readonly personal?: boolean;
  /** Fields of one fact share its name, and are decided together. */
  readonly fact?: string;
}

/** One object of a system that can hold a record of a kind. */
export interface MappedObject {
  readonly system: System;
  readonly object: string;
  /** HubSpot's type id, such as `2-123`, where its webhooks name the object by that alone. */
  readonly typeId?: string;
  /** The unique property that holds our record id. */
  readonly idProperty: string;
  /** Written once, when a record is created there, such as a deal's pipeline. */
  readonly onCreate: Readonly<Record<string, string>>;
  /** A property whose values, parted by `;`, identify the record too, such as secondary addresses. */
  readonly alsoKnownBy?: string;
  /** A property in which another connector wrote the other system's id of the record; a portal may lack it. */
  readonly partnerIdIn?: string;
  /** What becomes of the other side's record when one of this object is deleted; `unlink` if not said. */
  readonly whenGone?: "unlink" | "recreate";
}

/** How a record of one kind is matched, and where it may be created. */
export interface KindMapping {
  readonly kind: Kind;
  readonly objects: readonly MappedObject[];
  readonly fields: readonly MappedField[];
  /** The field whose values identify a record across systems, such as `email`. */
  readonly matchField?: string;
  /** The system that lets no two records have one such value. */
  readonly uniqueIn?: System;
  /** Several records of one system with one such value: the `first` stands for all, or all are listed. */
  readonly whenSeveral?: "first" | "list";
  /** What becomes of the Salesforce record of a person deleted for privacy; it is listed if not said. */
  readonly whenForgotten?: "list" | "erase";
  /** The field whose changes make the record's stage history. */
  readonly stageField?: string;
  /** Of a person: the machine that decides its stage field, and the field that tells more of it. */
  readonly lifecycle?: { readonly machine: LifecycleMachine; readonly statusField: string };
  /** Of an opportunity: the fields that say `true` once it is won, and once it is won or lost. */
  readonly wonField?: string;
  readonly closedField?: string;
  readonly inclusion: readonly InclusionRule[];
  /** Of a person: the properties that tell of touches. */
  readonly touchSources?: readonly TouchSource[];
}

/**
 * A record that stands on one side only is created on the other when a rule says so. The first rule
 * that names its object and whose conditions all hold decides.
 */
export interface InclusionRule {
  readonly name: string;
  readonly from: { readonly system: System; readonly object: string };
  readonly create: { readonly system: System; readonly object: string };
  /** At least this rank of the field's ranking. */
  readonly atLeast?: { readonly field: string; readonly value: string };
  /** The record has a part in an opportunity. */
  readonly hasOpportunity?: boolean;
  /** This field is not blank. */
  readonly hasValue?: string;
}

export interface Mapping {
  /** Changes of the mapping change it, and are seen on every record decided by it. */
  readonly version: string;
  readonly kinds: readonly KindMapping[];
  /** How far the two CRMs' clocks may be apart, in milliseconds. */
  readonly clockSkewMs: number;
}
