import { isRefusal, type Refusal } from "../core/codec/codec.ts";
import { comparisonKey } from "../core/codec/field-type.ts";
import type { MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import type { Observation } from "./ports.ts";

/** What one side says of one field: a value, nothing (the object has no such field), or nonsense. */
export type FieldReading =
  | { readonly kind: "value"; readonly value: FieldValue }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly refusal: Refusal };

const ABSENT = { kind: "absent" } as const;

/** Reads one field of an observed record, through the mapping's codec. */
export function readField(
  field: MappedField,
  seen: Pick<Observation, "ref" | "properties">,
): FieldReading {
  const place = field.places[seen.ref.object];
  if (!place) return ABSENT;
  const value = place.codec.read(place.properties.map((name) => seen.properties[name] ?? null));
  if (isRefusal(value)) return { kind: "unreadable", refusal: value };
  return { kind: "value", value };
}

export function sameValue(field: MappedField, one: FieldValue, other: FieldValue): boolean {
  return (
    comparisonKey(field.type, one, field.classes) ===
    comparisonKey(field.type, other, field.classes)
  );
}
