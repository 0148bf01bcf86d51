import type { FieldValue } from "../reconcile/field-value.ts";

/** A property as a CRM holds it, as text; null is blank. */
export type RawValue = string | null;

/** A value that cannot cross, and why, in words for the person who can fix it. */
export interface Refusal {
  readonly refused: string;
  readonly reason: string;
}

export function isRefusal(outcome: object | string | null): outcome is Refusal {
  return typeof outcome === "object" && outcome !== null && "refused" in outcome;
}

/**
 * Translates one field between the canonical text and the properties one system keeps it in.
 *
 * Law, for every raw value: `read(write(read(raw)))` is the same value as `read(raw)`, so that what
 * we write and what we later read compare equal, and a settled record stays settled (R4).
 */
export interface Codec {
  /** Its sort, and what it was made with: two codecs of equal specs read and write alike. */
  readonly spec: readonly unknown[];
  /** @param raw - One value per property, in the mapping's order; what is undefined is blank. */
  read(raw: readonly (RawValue | undefined)[]): FieldValue | Refusal;
  /** @returns One value per property, in the mapping's order; undefined leaves a property as it is. */
  write(value: FieldValue): readonly (RawValue | undefined)[] | Refusal;
}

export function refuse(refused: string, reason: string): Refusal {
  return { refused, reason };
}

/** Trimmed text, or null where nothing is left: neither CRM tells a blank from spaces for long. */
export function textOrNull(raw: RawValue | undefined): string | null {
  const trimmed = raw?.trim() ?? "";
  return trimmed === "" ? null : trimmed;
}
