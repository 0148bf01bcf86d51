import { createHash } from "node:crypto";
import { comparisonKey } from "../core/codec/field-type.ts";
import type { KindMapping, MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import { type ChangedRow, NO_RELATIONS, type Observation, type Ref } from "../sync/ports.ts";
import { readField } from "../sync/read-fields.ts";
import type { AccordRecord } from "../sync/record.ts";

/** A CRM record as a sweep keeps it: no value, but enough to tell whether two are the same. */
export interface ParityRow {
  readonly ref: Ref;
  /** What it stands under: the same for both sides of one pair, as far as that is known. */
  readonly key: string;
  readonly modifiedAtMs: number;
  readonly accordId?: string;
  /** By the mapping's order of fields; `digestsOf`. One text: a part is held in memory whole. */
  readonly digests: string;
}

/** The relations of an opportunity that one side tells of, in part: those of one page. */
export interface TieRow {
  readonly ref: Ref;
  readonly key: string;
  readonly related: Readonly<Record<string, readonly string[]>>;
}

/** What one page of a CRM gave to one part of a sweep. */
export interface Block {
  readonly rows: readonly ParityRow[];
  readonly ties: readonly TieRow[];
}

/** The object lacks the field; no digest is written so. */
const ABSENT = "-";
const UNREADABLE = "!";
const SEPARATOR = ",";
/** 48 bits: of ten million values, two that differ look alike once in 28 million sweeps. */
const DIGEST_LENGTH = 8;

/** One short text a field; equal texts are equal values. */
export function digestsOf(
  { fields }: KindMapping,
  seen: Pick<Observation, "ref" | "properties">,
): string {
  const digests = fields.map((field) => {
    const reading = readField(field, seen);
    if (reading.kind === "absent") return ABSENT;
    return reading.kind === "unreadable" ? UNREADABLE : digestOf(field, reading.value);
  });
  return digests.join(SEPARATOR);
}

/** Field by field, what each row tells; `-` where it has no such field. */
function toldBy(rows: readonly ParityRow[]): (index: number) => string[] {
  const told = rows.map(({ digests }) => digests.split(SEPARATOR));
  return (index) => told.map((digests) => digests[index] ?? ABSENT);
}

function digestOf({ type, classes }: MappedField, value: FieldValue): string {
  const key = comparisonKey(type, value, classes);
  if (key === null) return "";
  return createHash("sha256").update(key).digest("base64url").slice(0, DIGEST_LENGTH);
}

/** Whether two rows, and our record of them, say the same of every field that they have. */
export function agree(
  kind: KindMapping,
  record: Pick<AccordRecord, "fields">,
  rows: readonly ParityRow[],
): boolean {
  const toldOf = toldBy(rows);
  return kind.fields.every((field, index) => {
    const told = toldOf(index).filter((one) => one !== ABSENT);
    if (told.length === 0) return true;
    const ours = digestOf(field, record.fields[field.name]?.value ?? null);
    return told.every((one) => one === ours);
  });
}

/** Fields that both rows have. */
export function comparable(kind: KindMapping, rows: readonly ParityRow[]): string[] {
  const toldOf = toldBy(rows);
  return kind.fields.flatMap(({ name }, index) => (toldOf(index).includes(ABSENT) ? [] : [name]));
}

/** A row of a page as an observation, as far as a page tells. */
export function seenIn(ref: Ref, { evidence, modifiedAtMs, accordId }: ChangedRow): Observation {
  return {
    ref,
    gone: false,
    continuedAs: undefined,
    accordId,
    properties: evidence,
    createdAtMs: 0,
    modifiedAtMs,
    relations: NO_RELATIONS,
  };
}
