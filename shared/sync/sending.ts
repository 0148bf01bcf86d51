import type { MappedField } from "../core/mapping/mapping.ts";
import type { FieldValue } from "../core/reconcile/field-value.ts";
import type { System } from "../core/reconcile/system.ts";
import type { FieldPlan, FieldWrite } from "./plan-field.ts";
import { sameValue } from "./read-fields.ts";
import type { AccordRecord, Sending } from "./record.ts";

/**
 * What a claim is about to send, added to what earlier ones sent that nobody heard of.
 *
 * A value that a person decided on goes to both sides: whatever is there, it is not agreed on yet.
 */
export function sendingOf(
  { sending = {} }: AccordRecord,
  facts: readonly { readonly fields: readonly FieldPlan[] }[],
): Readonly<Record<string, Sending>> {
  const added = facts
    .flatMap(({ fields }) => fields)
    .flatMap(({ field, write, ruled }) =>
      write && !ruled ? [[field.name, after(sending[field.name], field, write)] as const] : [],
    );
  return { ...sending, ...Object.fromEntries(added) };
}

function after(earlier: Sending | undefined, field: MappedField, write: FieldWrite): Sending {
  const { system, value, basis } = write;
  const hasLanded =
    earlier?.system === system && basis && sameValue(field, basis.over, earlier.value);
  const agreed = hasLanded ? earlier.value : earlier?.agreed;
  return { system, value, ...(agreed === undefined ? {} : { agreed }) };
}

/**
 * What both sides last agreed on. Where a worker died, or had no answer, after it sent a value, and the
 * value is there, then it has landed: nobody edited that side (R2).
 */
export function lastAgreed(
  { sending = {}, fields }: AccordRecord,
  field: MappedField,
  values: Readonly<Record<System, FieldValue>>,
): FieldValue {
  const sent = sending[field.name];
  if (sent && sameValue(field, values[sent.system], sent.value)) return sent.value;
  if (sent?.agreed !== undefined) return sent.agreed;
  return fields[field.name]?.baseline ?? null;
}
