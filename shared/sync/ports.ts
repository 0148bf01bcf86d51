import type { RawValue } from "../core/codec/codec.ts";
import type { ObjectDescription } from "../core/mapping/crm-description.ts";
import type { Cause, PropertyFacts } from "../core/parking/cause.ts";
import type { ParkedFilter } from "../core/parking/release.ts";
import type { System } from "../core/reconcile/system.ts";
import type { Touch } from "../core/touches/touch.ts";

/** One record of one CRM. Ids are compared as given; Salesforce's are of 18 characters. */
export interface Ref {
  readonly system: System;
  readonly object: string;
  readonly id: string;
}

export function refKey({ system, object, id }: Ref): string {
  return `${system}#${object}#${id}`;
}

/** As people call it. */
export function systemName(system: System): string {
  return system === "hubspot" ? "HubSpot" : "Salesforce";
}

/** A record as a person would look it up: `HubSpot contacts 12`. */
export function nameOf({ system, object, id }: Ref): string {
  return `${systemName(system)} ${object} ${id}`;
}

/** What a CRM says about one of its records right now. */
export interface Observation {
  readonly ref: Ref;
  /** Deleted or archived: only `ref` means anything. */
  readonly gone: boolean;
  /** Gone, and not in a recycle bin either, where the system has one that can be read. */
  readonly goneForGood?: boolean;
  /** The record that lives on in its place, such as the contact a lead was converted to. */
  readonly continuedAs: Ref | undefined;
  /** The records that it goes on for, where the system tells: those that were merged into it. */
  readonly continues?: readonly Ref[];
  /** Our record id, where it is written on the record. */
  readonly accordId: string | undefined;
  /** By the vendor's property names, as text; owners as their e-mail address. */
  readonly properties: Readonly<Record<string, RawValue>>;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  /** Nobody but Accord has edited the record since Accord last did; left out where it is not known. */
  readonly editedByUs?: boolean;
  readonly relations: Relations;
}

/** Other records that an observed one points at. Ids are of the same system. */
export interface Relations {
  /** Of an opportunity: its persons. Of Salesforce's, contact roles; of HubSpot's, associations. */
  readonly persons: readonly string[];
  /** Of an opportunity, in Salesforce alone: the primary one of its persons. */
  readonly primaryPerson?: string;
  /** Of an opportunity: its company. Of several in HubSpot, the primary one. */
  readonly companies: readonly string[];
  /** Of a person or company, in Salesforce alone: the opportunities it has a part in. */
  readonly opportunities: readonly OpportunityPart[];
}

export interface OpportunityPart {
  readonly id: string;
  readonly won: boolean;
  /** Won or lost. */
  readonly closed: boolean;
  /** When it last entered a stage, in epoch milliseconds; undefined where the system does not say. */
  readonly changedAtMs: number | undefined;
}

export const NO_RELATIONS: Relations = { persons: [], companies: [], opportunities: [] };

/** A row that a poll came upon. `evidence` holds the mapped properties that it read on the way. */
export interface ChangedRow {
  readonly id: string;
  readonly modifiedAtMs: number;
  readonly evidence: Readonly<Record<string, RawValue>>;
  /** Our record id, where it is written on the row. */
  readonly accordId?: string;
  /** Set where the row only relates two records: the hint is of the opportunity, not of the row. */
  readonly relates: { readonly opportunity: Ref; readonly seen: SeenRelation } | undefined;
  /** Relations that the row itself holds, such as an opportunity's account. */
  readonly related?: Related;
  /** Set where the row is a touch: the hint is of its person, not of the row. */
  readonly touches?: { readonly person: Ref; readonly seen: SeenTouch };
}

/** Where a poll stands: every row up to this stamp, and among those of this very stamp up to this id. */
export interface PollCursor {
  readonly modifiedAtMs: number;
  readonly id: string;
  /** And rows beyond, in no order, up to this place of a read that the system does as a whole. */
  readonly bulk?: string;
}

export interface ChangedPage {
  readonly rows: readonly ChangedRow[];
  /** Where the next page starts, be this one without rows; undefined when this one reached the present. */
  readonly next: PollCursor | undefined;
  /** Rows from the given cursor on, where the system counts them at no further call. */
  readonly total: number | undefined;
}

/** One record to create (no `id`) or to change (`id`). Only these properties are touched. */
export interface RecordWrite {
  /** Our record id; written into the object's id property when the record is created. */
  readonly recordId: string;
  readonly object: string;
  readonly id: string | undefined;
  readonly properties: Readonly<Record<string, RawValue>>;
}

export interface RefusedProperty {
  readonly property: string;
  /** The CRM's own code, also where its metadata told us before the call. */
  readonly code: string;
  readonly message: string;
  /** The code, translated; left out where it is not known what the code means. */
  readonly cause?: Cause;
  /** What the CRM says of the property; left out where it has no such property. */
  readonly facts?: PropertyFacts;
}

/** A record or a relation that was not written, for a reason that no property stands for. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** Another attempt may get past it, soon and by itself. */
  readonly retryable: boolean;
  readonly cause?: Cause;
}

export interface WriteResult {
  readonly recordId: string;
  /** The CRM record that now holds the values; undefined where nothing was written. */
  readonly id: string | undefined;
  readonly created: boolean;
  /**
   * What the CRM's answer says that it now holds of the written properties; left out where it does not
   * tell.
   */
  readonly stored?: Readonly<Record<string, RawValue>>;
  /** Properties the CRM would not take. The others were written. */
  readonly refused: readonly RefusedProperty[];
  /** Set where the record as a whole was not written, for a reason that no property stands for. */
  readonly failed: Failure | undefined;
}

/** A person put on, or taken off, an opportunity; or the company of one set. */
export interface RelationWrite {
  readonly recordId: string;
  readonly relation: "person" | "company";
  readonly action: "add" | "remove";
  /** The opportunity's and the other record's id, in this system. */
  readonly opportunityId: string;
  readonly otherId: string;
}

export interface RelationResult {
  readonly write: RelationWrite;
  readonly failed: Failure | undefined;
}

export interface ArchiveResult {
  readonly ref: Ref;
  readonly failed: Failure | undefined;
}

/** What a set-up still has to create in a CRM. */
export interface MissingField {
  readonly system: System;
  readonly object: string;
  readonly property: string;
  readonly label: string;
  readonly type: "text" | "datetime" | "date" | "number";
  /** Of a number, as far as the system asks. */
  readonly decimals?: number;
  readonly unique: boolean;
}

export interface LastEdit {
  readonly atMs: number;
  /** As the system names its users and apps; left out where it does not tell. */
  readonly by?: string;
}

/** A value that a person gave a property. */
export interface PersonsEdit {
  readonly property: string;
  readonly value: RawValue;
}

/**
 * By what records are found: our record id, an e-mail address (folded), a company's host, whatever their
 * kind is known by (`value`, folded), their own id, or the other system's id of them (`partner-id`),
 * where the mapping names a property that holds it.
 */
export type FindBy = "accord-id" | "email" | "domain" | "value" | "id" | "partner-id";

/** One of the two CRMs. Throws `Fault` where the system as a whole did not cooperate. */
export interface Crm {
  readonly system: System;
  /**
   * Reads records as they are now, in as few calls as the API allows. Records that do not exist (any
   * more) are answered as gone. Every given ref is a key (`refKey`) of the answer.
   */
  observe(refs: readonly Ref[]): Promise<ReadonlyMap<string, Observation>>;
  /**
   * Live records of `objects`. What cannot be a value of that sort finds nothing.
   * The answer may hold several for one value, and records that only nearly match; compare again.
   */
  find(
    objects: readonly string[],
    by: FindBy,
    values: readonly string[],
  ): Promise<readonly Observation[]>;
  /** One page of rows changed since the cursor, oldest first, deleted ones included where the API tells. */
  changedSince(object: string, cursor: PollCursor | undefined): Promise<ChangedPage>;
  /**
   * All opportunities with their relations, page by page, after an id. Missing where polls tell when
   * relations change.
   */
  relationsAfter?(object: string, id: string | undefined): Promise<RelationsPage>;
  /** One result per write, in the order given. A batch with a bad record does not fail its neighbours. */
  write(writes: readonly RecordWrite[]): Promise<readonly WriteResult[]>;
  relate(writes: readonly RelationWrite[]): Promise<readonly RelationResult[]>;
  /** Moves records into the system's recycle bin; none is purged. In the order given, or any. */
  archive(refs: readonly Ref[]): Promise<readonly ArchiveResult[]>;
  /**
   * The touches that the system keeps as records of their own, such as a person's campaign members,
   * ended ones included, by `refKey`. Missing where it keeps none.
   */
  touchesOf?(persons: readonly Ref[]): Promise<ReadonlyMap<string, readonly Touch[]>>;
  /** When and by whom properties were last edited, where the system knows; by `refKey`, then property. */
  lastEdits(
    refs: readonly Ref[],
    properties: readonly string[],
  ): Promise<ReadonlyMap<string, Readonly<Record<string, LastEdit>>>>;
  /**
   * What people gave records that Accord created, mapped or not, by `refKey`; what Accord gave them is left out. A
   * system that keeps no history of values tells who edited the record last, if that is not Accord.
   */
  editsByPeople(refs: readonly Ref[]): Promise<ReadonlyMap<string, readonly PersonsEdit[]>>;
  /** What the system says of an object's properties now; undefined where it has no such object. */
  describeObject(object: string): Promise<ObjectDescription | undefined>;
  /** The custom fields that the mapping needs and the system lacks. */
  missingFields(wanted: readonly MissingField[]): Promise<readonly MissingField[]>;
  /** Creates them; answers those it was not permitted to create, with the system's words. */
  createFields(
    missing: readonly MissingField[],
  ): Promise<readonly { readonly field: MissingField; readonly message: string }[]>;
  /**
   * What the system says of properties right now, by name; those it does not have are left out. Read
   * anew, so that a change of a minute ago is seen.
   */
  propertyFacts(
    object: string,
    properties: readonly string[],
  ): Promise<ReadonlyMap<string, PropertyFacts>>;
  /** Forgets what was kept of the system's properties, so that the next write reads them anew. */
  forgetProperties(): void;
  /** Requests sent since this object was made. */
  callsMade(): number;
  /** Of these, those that ask for the system's own set-up (its fields, its users, a sign-in), which is kept. */
  setUpCallsMade(): number;
}

export type Crms = Readonly<Record<System, Crm>>;

/**
 * Look at this record again. `evidence` is what the hint's sender saw of it (property by property):
 * enough to dismiss the hint where it tells nothing new, never taken for the state.
 */
export interface Hint {
  readonly ref: Ref;
  readonly evidence?: Readonly<Record<string, RawValue>>;
  /** Relations that the sender saw made or ended; evidence of the same kind. */
  readonly relations?: readonly SeenRelation[];
  /** All relations of these objects that the sender saw; evidence of the same kind. */
  readonly related?: Related;
  /** Touches that the sender saw; evidence of the same kind. With none in it, they are to be read. */
  readonly touches?: readonly SeenTouch[];
  /** The record was created; nothing new where it is known already. */
  readonly created?: boolean;
  /** Look even where the evidence tells nothing new, such as when a related record has arrived. */
  readonly because?: string;
  /** Values that the record was seen to be given, the overwritten ones too, and when (R8). */
  readonly sightings?: readonly SeenValue[];
  /** Parked values of the record that are to be tried again now. */
  readonly retry?: readonly ParkedFilter[];
  /** When the first message that told of it was sent, in epoch milliseconds; for how long things take. */
  readonly sinceMs?: number;
}

/** Why a record is looked at again whose worker may have died half-way. */
export const CUT_SHORT = "an earlier look at it may have been cut short";

/** A hint without any evidence asks for a look, whatever others of the same record tell. */
export function tellsNothing({
  evidence = {},
  relations = [],
  related,
  touches,
  created,
}: Hint): boolean {
  const isSilent = Object.keys(evidence).length === 0 && relations.length === 0;
  return isSilent && related === undefined && touches === undefined && !created;
}

/** A value that a property was given, at a time by the clock of its own system. */
export interface SeenValue {
  readonly property: string;
  readonly raw: RawValue;
  readonly atMs: number;
}

/** The same record, whatever was told of it; its touches too, where they were told of. */
export function lookAgain(hint: Hint, because: string): Hint {
  const { ref, touches, retry, sightings, sinceMs } = hint;
  return {
    ref,
    because,
    ...(touches ? { touches: [] } : {}),
    ...(sightings ? { sightings } : {}),
    ...(retry ? { retry } : {}),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}

/** Another record of the same system that an opportunity was seen to have, or to have no more. */
export interface SeenRelation {
  readonly object: string;
  readonly id: string;
  readonly present: boolean;
  /** Whether it is the primary one, where that was seen. */
  readonly primary?: boolean;
}

/** By object: the ids of all records of it that an opportunity has. */
export type Related = Readonly<Record<string, readonly string[]>>;

/** A page of opportunities with all relations of each, in the order of their ids. */
export interface RelationsPage {
  readonly rows: readonly { readonly id: string; readonly related: Related }[];
  /** The last id read, where there is more. */
  readonly next: string | undefined;
}

/** A touch that was seen, and when the system had last changed what it tells of it. */
interface SeenTouch {
  readonly id: string;
  readonly toldAtMs: number;
}

/** Where hints wait for the worker. */
export interface HintQueue {
  /** Resolves once the queue has them for certain. */
  send(
    hints: readonly Hint[],
    options: {
      readonly lane: "live" | "bulk";
      readonly delaySeconds: number;
      readonly attempt: number;
    },
  ): Promise<void>;
}

/** How far a poll has read, and how its first load is going. */
export interface Watermark {
  readonly cursor: PollCursor | undefined;
  /** Hints that the first load expects to make, and has queued so far. */
  readonly expected: number;
  readonly queued: number;
  /** Whether the first load has reached the present. */
  readonly caughtUp: boolean;
  /** The last poll ended far from the present: the next one goes on, and reads nothing again. */
  readonly cutShort: boolean;
  readonly version: number;
}

export interface WatermarkStore {
  load(name: string): Promise<Watermark | undefined>;
  /** "stale": another poll of the same object saved meanwhile. */
  save(
    name: string,
    next: Omit<Watermark, "version">,
    seenVersion: number,
  ): Promise<"saved" | "stale">;
}
