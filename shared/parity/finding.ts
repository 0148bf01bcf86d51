import type { FieldValue } from "../core/reconcile/field-value.ts";
import type { Kind } from "../core/reconcile/system.ts";
import type { Ref } from "../sync/ports.ts";
import type { Bucket } from "./bridge.ts";

/**
 * What no named place explains. `value-differs`: both sides hold a field, and differ. `unreadable`: a value
 * that no codec reads, parked nowhere. `stale-record`: our record says something else than its sides do.
 * `missing-on-far-side`: it should be there, and is not. `link-broken`: our record is tied to another CRM
 * record than the one that goes on. `not-linked`: both are there, and nobody ties them. `duplicate`: a second
 * record of somebody known, listed nowhere. `unknown-to-accord`: never seen. `accord-id-wrong`: a CRM record
 * names another record of ours, or none. `relation-differs`: who is on an opportunity.
 */
export const FINDING_KINDS = [
  "value-differs",
  "unreadable",
  "stale-record",
  "missing-on-far-side",
  "link-broken",
  "not-linked",
  "duplicate",
  "unknown-to-accord",
  "accord-id-wrong",
  "relation-differs",
] as const;

export type FindingKind = (typeof FINDING_KINDS)[number];

export interface Finding {
  readonly kind: FindingKind;
  /** The kind of the records. */
  readonly of: Kind;
  /** What the records of both sides stand under in the sweep. */
  readonly key: string;
  readonly refs: readonly Ref[];
  /** Our record, where there is one. */
  readonly recordId?: string;
  readonly field?: string;
  readonly hubspot?: FieldValue;
  readonly salesforce?: FieldValue;
  /** What our record says. */
  readonly known?: FieldValue;
  /** In one line, without a value. */
  readonly words: string;
}

/** A CRM record that is counted on one side alone, and why. */
export interface Outsider {
  readonly of: Kind;
  readonly key: string;
  readonly ref: Ref;
  readonly bucket: Bucket;
  readonly recordId?: string;
  /** What our record says of it. */
  readonly reason: string;
}

/**
 * What comes of a deletion, or of a relation's making or ending: neither CRM is sure to date those, so that
 * nobody can tell whether they were done a moment ago. They are told of once a second look finds them, too.
 */
export function isUndated({ kind }: Finding): boolean {
  return kind === "missing-on-far-side" || kind === "relation-differs";
}

/** The name of a finding among those of its group; the same one found twice is one. */
export function nameOfFinding({ key, kind, field = "", refs }: Finding): string {
  return `${key}#${kind}#${field}#${refs.map(({ id }) => id).join()}`;
}

export function nameOfOutsider({ key, ref }: Outsider): string {
  return `${key}#${ref.system}#${ref.object}#${ref.id}`;
}
